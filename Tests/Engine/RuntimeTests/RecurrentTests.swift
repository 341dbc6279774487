import Glibc
import Graph
import Kernels
import Runtime
import TestSupport
import Tensors
import Testing

/// The kernels of whole recurrent layers against the interpreter's numbers.
@Suite struct RecurrentTests {
    struct Case: Sendable, CustomStringConvertible {
        let cell: RecurrentCell
        let batch: Int
        let time: Int
        var description: String { "\(cell), batch \(batch), time \(time)" }

        static let all: [Case] = [RecurrentCell.Kind.simple, .lstm, .gru(resetAfter: false), .gru(resetAfter: true)]
            .flatMap { kind in
                (0..<16).map { switches -> Case in
                    var cell = RecurrentCell(kind, units: [1, 3, 17, 40][switches % 4])
                    cell.hasRecurrentBias = kind == .gru(resetAfter: true) && switches % 3 != 0
                    cell.hasMask = switches & 1 != 0
                    cell.zeroOutputForMask = switches & 2 != 0
                    cell.hasRecurrentDropout = switches & 4 != 0
                    cell.isBackward = switches & 8 != 0
                    let functions: [UnaryFunction?] = [.tanh, .swish, nil, .relu, .softplus]
                    cell.activation = functions[switches % 5]
                    let gates: [UnaryFunction?] = [.sigmoid, .hardSigmoid(slope: 0.2, shift: 0.5), nil]
                    cell.recurrentActivation = gates[switches % 3]
                    return Case(cell: cell, batch: 1 + switches % 5, time: 1 + switches / 2 % 6)
                }
            }
    }

    /// A graph of one layer: all outputs, and the gradients of everything by them.
    private static func graph(_ test: Case, wants: Set<Int>, reads: Set<Int>) -> (Graph, GraphInterpreter) {
        let (cell, g) = (test.cell, GraphBuilder())
        var random = TestValues(seed: 9)
        var interpreter = GraphInterpreter()
        let width = cell.gates * cell.units
        let state: Shape = [test.batch, cell.units]
        var values: [Value] = []
        func argument(_ shape: Shape, _ numbers: [Double]) {
            let path = ParameterPath("p\(values.count)")
            interpreter.parameters[path] = numbers
            values.append(g.parameter(path, shape))
        }
        argument([test.batch, test.time, width], random.normal(test.batch * test.time * width, scale: 0.7))
        argument([cell.units, width], random.normal(cell.units * width, scale: 0.6 / Double(cell.units).squareRoot()))
        if cell.hasRecurrentBias { argument([width], random.normal(width, scale: 0.3)) }
        for _ in 0..<cell.stateCount { argument(state, random.normal(state.count, scale: 0.5)) }
        let trained = values
        if cell.hasMask {
            argument([test.batch, test.time], (0..<test.batch * test.time).map { _ in random.chance(0.6) ? 1 : 0 })
        }
        if cell.hasRecurrentDropout { argument(state, (0..<state.count).map { _ in random.chance(0.7) ? 1.5 : 0 }) }
        let outputs = g.emitAll(.recurrent(cell), values).dropLast()
        var loss = g.constant(0)
        for (index, output) in outputs.enumerated() where reads.contains(index) {
            interpreter.inputs["r\(index)"] = random.normal(g.shape(of: output).count)
            loss = g.add(loss, g.sumAll(g.multiply(output, g.input("r\(index)", g.shape(of: output)))))
        }
        let targets = trained.indices.filter(wants.contains)
        let gradients = g.gradients(of: loss, withRespectTo: targets.map { trained[$0] })
        var results = outputs.enumerated().map { GraphOutput(.result("y\($0.offset)"), $0.element) }
        for (target, gradient) in zip(targets, gradients) {
            if let gradient { results.append(GraphOutput(.gradient(ParameterPath("p\(target)")), gradient)) }
        }
        return (g.build(outputs: results), interpreter)
    }

    @Test(arguments: Case.all) func planAgainstInterpreter(_ test: Case) throws {
        for reads in [[0, 1, 2], [0], [1]] as [Set<Int>] {
            let (graph, interpreter) = Self.graph(test, wants: [0, 1, 2, 3, 4], reads: reads)
            let found = try BoundPlan(graph, interpreter).outputs()
            let mismatches = interpreter.run(graph).mismatches(found)
            #expect(mismatches.isEmpty, "\(test): \(mismatches)")
        }
    }

    /// Whatever else is wanted, each gradient has the same bits.
    @Test(arguments: Case.all.filter { $0.cell.hasMask }) func whatIsNotWantedChangesNothing(_ test: Case) throws {
        let (whole, interpreter) = Self.graph(test, wants: [0, 1, 2, 3, 4], reads: [0, 1])
        let all = try BoundPlan(whole, interpreter).outputs()
        for wanted in 0..<5 {
            let (part, _) = Self.graph(test, wants: [wanted], reads: [0, 1])
            for (role, values) in try BoundPlan(part, interpreter).outputs() { #expect(all[role] == values) }
        }
    }

    @Test func aPlanWithoutGradientsKeepsNothing() throws {
        let test = Case(cell: RecurrentCell(.lstm, units: 4), batch: 2, time: 3)
        let (graph, interpreter) = Self.graph(test, wants: [], reads: [])
        let plan = try BoundPlan(graph, interpreter)
        let kept = plan.plan.graph.nodes.contains { node in
            if case .recurrent(let cell) = node.op { cell.keepsSteps } else { false }
        }
        #expect(!kept)
        #expect(interpreter.run(graph).mismatches(plan.outputs()).isEmpty)
    }

    /// In a process of its own: see `AllocationTests`.
    @Test func runningAllocatesNothingAndRepeats() async {
        await #expect(processExitsWith: .success) {
            for kind in [RecurrentCell.Kind.lstm, .gru(resetAfter: true), .gru(resetAfter: false)] {
                var cell = RecurrentCell(kind, units: 32)
                cell.hasMask = true
                let (graph, interpreter) = RecurrentTests.graph(
                    Case(cell: cell, batch: 8, time: 12), wants: [0, 1, 2, 3], reads: [0])
                let plan = try BoundPlan(graph, interpreter)
                let first = plan.outputs()
                guard AllocationCounter.count({ plan.run() }) == 0, plan.outputs() == first else { exit(EXIT_FAILURE) }
            }
        }
    }
}
