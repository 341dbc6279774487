import Graph
import TestSupport
import Tensors
import Testing

/// A recurrent layer's settings and which of its operands train.
struct RecurrentCase: Sendable, CustomStringConvertible {
    let cell: RecurrentCell
    let fixed: Set<Int>

    var description: String { "\(cell), fixed \(fixed.sorted())" }

    static let kinds: [RecurrentCell.Kind] = [.simple, .lstm, .gru(resetAfter: false), .gru(resetAfter: true)]

    /// Kinds with every switch, and every operand once alone.
    static let all: [RecurrentCase] = kinds.flatMap { kind in
        var cells: [RecurrentCell] = []
        for switches in 0..<16 {
            var cell = RecurrentCell(kind, units: 2)
            cell.hasRecurrentBias = kind == .gru(resetAfter: true) && switches & 1 == 0
            cell.hasMask = switches & 2 != 0
            cell.zeroOutputForMask = switches & 4 != 0
            cell.hasRecurrentDropout = switches & 8 != 0
            cell.isBackward = switches & 1 != 0
            if switches & 4 != 0 { cell.activation = .swish }
            if switches & 8 != 0 { cell.recurrentActivation = .hardSigmoid(slope: 0.2, shift: 0.5) }
            if switches & 12 == 12 { cell.activation = nil }
            cells.append(cell)
        }
        let subsets = (0..<cells[0].firstState + cells[0].stateCount).map { alone in
            RecurrentCase(cell: cells[0], fixed: Set(0..<cells[0].inputCount).subtracting([alone]))
        }
        return cells.map { RecurrentCase(cell: $0, fixed: []) } + subsets
    }

    /// Arguments in the operation's order; those after `fixed` by nature are mask and dropout.
    func arguments(batch: Int, time: Int, seed: UInt64 = 5) -> [DoubleArray] {
        var random = TestValues(seed: seed)
        func array(_ shape: Shape, scale: Double) -> DoubleArray {
            DoubleArray(shape: shape, values: random.normal(shape.count, scale: scale))
        }
        let width = cell.gates * cell.units
        var result = [array([batch, time, width], scale: 0.8), array([cell.units, width], scale: 0.5)]
        if cell.hasRecurrentBias { result.append(array([width], scale: 0.3)) }
        for _ in 0..<cell.stateCount { result.append(array([batch, cell.units], scale: 0.6)) }
        if cell.hasMask {
            let bits = (0..<batch * time).map { _ in random.chance(0.6) ? 1.0 : 0 }
            result.append(DoubleArray(shape: [batch, time], values: bits))
        }
        if cell.hasRecurrentDropout {
            let factors = (0..<batch * cell.units).map { _ in random.chance(0.7) ? 2.0 : 0 }
            result.append(DoubleArray(shape: [batch, cell.units], values: factors))
        }
        return result
    }

    /// Operands that never get a gradient.
    var constants: Set<Int> { Set(cell.firstState + cell.stateCount..<cell.inputCount) }
}

@Suite struct RecurrentGradientTests {
    @Test(arguments: RecurrentCase.all) func gradients(_ test: RecurrentCase) {
        for read in 0...2 where read < 1 + test.cell.stateCount + 1 {
            let check = GradientCheck(
                test.arguments(batch: 2, time: 3), fixed: test.fixed.union(test.constants)
            ) { g, values in
                let outputs = g.emitAll(.recurrent(test.cell), values).dropLast()
                // The sequence, a last state, or everything.
                if read < 2, outputs.count > read { return outputs[read] }
                return g.emit(.concatenate(axis: 0), outputs.map { g.reshape($0, [g.shape(of: $0).count]) })
            }
            #expect(check.worst < 1e-6, "\(test) read \(read): \(check)")
        }
    }

    /// h' = x + 2h, from 10, by hand.
    @Test func aMaskedStepRepeatsTheOutputBeforeIt() throws {
        var cell = RecurrentCell(.simple, units: 1, activation: nil)
        cell.hasMask = true
        func outputs(_ cell: RecurrentCell) throws -> ([Double], [Double]) {
            let g = GraphBuilder()
            let inputs = [
                g.input("x", [1, 4, 1]), g.input("k", [1, 1]), g.input("h", [1, 1]), g.input("m", [1, 4]),
            ]
            let values = g.emitAll(.recurrent(cell), inputs)
            let graph = g.build(outputs: [GraphOutput(.result("y"), values[0]), GraphOutput(.result("h"), values[1])])
            let run = GraphInterpreter(inputs: ["x": [5, 1, 7, 2], "k": [2], "h": [10], "m": [0, 1, 0, 1]]).run(graph)
            return (try #require(run.result("y")), try #require(run.result("h")))
        }
        #expect(try outputs(cell) == ([0, 21, 21, 44], [44]))
        cell.zeroOutputForMask = true
        #expect(try outputs(cell) == ([0, 21, 0, 44], [44]))
        cell.isBackward = true
        #expect(try outputs(cell) == ([0, 45, 0, 22], [45]))
        cell.zeroOutputForMask = false
        #expect(try outputs(cell) == ([45, 45, 22, 22], [45]))
    }

    @Test func whatDoesNotFitIsRefused() {
        let cell = RecurrentCell(.lstm, units: 2)
        func types(_ shapes: [Shape]) -> String? {
            do { _ = try Op.recurrent(cell).outputTypes(shapes.map { ValueType($0) }) } catch { return "\(error)" }
            return nil
        }
        #expect(types([[3, 5, 8], [2, 8], [3, 2], [3, 2]]) == nil)
        #expect(types([[3, 5, 6], [2, 8], [3, 2], [3, 2]])?.contains("8 wide") == true)
        #expect(types([[3, 5, 8], [2, 8], [3, 2]])?.contains("4 inputs") == true)
        #expect(types([[3, 5, 8], [2, 8], [3, 2], [2, 2]])?.contains("input 3") == true)
        var biased = cell
        biased.hasRecurrentBias = true
        #expect(throws: GraphError.self) {
            try Op.recurrent(biased).outputTypes(
                [[3, 5, 8], [2, 8], [8], [3, 2], [3, 2]].map { ValueType(Shape($0)) })
        }
    }
}
