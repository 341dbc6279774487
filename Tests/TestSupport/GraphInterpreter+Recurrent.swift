import Graph
import Tensors

extension GraphInterpreter {
    /// A recurrent layer, number by number, and its gradient by remembering each of them. What this forward pass keeps
    /// for its gradient is the input itself (with the recurrent bias), not what the kernels keep.
    func recurrent(_ op: Op, _ inputs: [DoubleArray]) -> [[Double]] {
        switch op {
        case .recurrent(let cell):
            let run = RecurrentRun(
                cell, x: inputs[0], inputs[1], bias: cell.hasRecurrentBias ? inputs[2] : nil, inputs[cell.firstState...]
            )
            let results = [run.sequence] + [run.h, run.c].prefix(cell.stateCount)
            return results.map { $0.map(\.value) } + (cell.keepsSteps ? [run.kept()] : [])
        case .recurrentGradient(let cell, let wants, let arrived):
            let sequence = cell.inputCount - cell.firstState + 1
            let run = RecurrentRun(cell, kept: inputs[sequence + 1], inputs[0], inputs[1..<sequence])
            return run.gradients(wants, arrived, inputs[(sequence + 2)...].map(\.values))
        default: preconditionFailure("\(op.name) is not recurrent")
        }
    }
}

/// One pass over a sequence, on a tape.
private final class RecurrentRun {
    private typealias Number = Tape.Number
    private let tape: Tape
    private let cell: RecurrentCell
    private let batch: Int
    private let time: Int
    private let x: [Number]
    private let kernel: [Number]
    private let bias: [Number]
    private let first: [[Number]]
    private let mask: [Double]?
    private let dropout: [Double]?
    private(set) var sequence: [Tape.Number] = []
    private(set) var h: [Tape.Number]
    private(set) var c: [Tape.Number]

    init(
        _ cell: RecurrentCell, x: DoubleArray, _ kernel: DoubleArray, bias: DoubleArray?,
        _ rest: ArraySlice<DoubleArray>
    ) {
        let rest = Array(rest)
        let tape = Tape()
        self.tape = tape
        self.cell = cell
        (batch, time) = (x.shape[0], x.shape[1])
        self.x = x.values.map(tape.number)
        self.kernel = kernel.values.map(tape.number)
        self.bias = (bias?.values ?? Array(repeating: 0, count: cell.gates * cell.units)).map(tape.number)
        first = rest.prefix(cell.stateCount).map { $0.values.map(tape.number) }
        mask = cell.hasMask ? rest[cell.stateCount].values : nil
        dropout = cell.hasRecurrentDropout ? rest.last?.values : nil
        (h, c) = (first[0], first.count > 1 ? first[1] : [])
        run()
    }

    /// From what `kept` gave: the input's part, and the bias behind it.
    convenience init(
        _ cell: RecurrentCell, kept: DoubleArray, _ kernel: DoubleArray, _ rest: ArraySlice<DoubleArray>
    ) {
        let (u, width) = (cell.units, cell.gates * cell.units)
        let columns = cell.keptGates * u
        let steps = kept.shape[0] * kept.shape[1]
        let x = (0..<steps).flatMap { kept.values[$0 * columns..<$0 * columns + width] }
        var bias = [Double](repeating: 0, count: width)
        if cell.hasRecurrentBias { bias.replaceSubrange((2 * u)..., with: kept.values[width..<columns]) }
        self.init(
            cell, x: DoubleArray(shape: [kept.shape[0], kept.shape[1], width], values: x), kernel,
            bias: DoubleArray(shape: [width], values: bias), rest)
    }

    /// The bias of the first two gates only ever is added to the input.
    func kept() -> [Double] {
        let (u, width) = (cell.units, cell.gates * cell.units)
        return (0..<batch * time).flatMap { step in
            (0..<cell.keptGates * u).map { column in
                guard column < width else { return cell.hasRecurrentBias ? bias[column - width + 2 * u].value : 0 }
                return x[step * width + column].value + (column < 2 * u ? bias[column].value : 0)
            }
        }
    }

    private func run() {
        let u = cell.units
        let nothing = tape.number(0)
        var outputs = [Number](repeating: nothing, count: batch * time * u)
        for row in 0..<batch {
            var previous = [Number](repeating: nothing, count: u)
            for order in 0..<time {
                let place = row * time + (cell.isBackward ? time - 1 - order : order)
                let isHidden = mask.map { $0[place] == 0 } ?? false
                if isHidden {
                    if cell.zeroOutputForMask { previous = Array(repeating: nothing, count: u) }
                } else {
                    step(row, place)
                    previous = Array(h[row * u..<(row + 1) * u])
                }
                outputs.replaceSubrange(place * u..<(place + 1) * u, with: previous)
            }
        }
        sequence = outputs
    }

    private func apply(_ function: UnaryFunction?, _ a: Number) -> Number {
        guard let function else { return a }
        return tape.apply(a, value: function(a.value), slope: function.slope(at: a.value))
    }

    /// Σ over the states of a row, through one column of the kernel.
    private func through(_ states: [Number], _ column: Int) -> Number {
        let width = cell.gates * cell.units
        return tape.dot(states, (0..<cell.units).map { kernel[$0 * width + column] })
    }

    private func step(_ row: Int, _ place: Int) {
        let (u, width) = (cell.units, cell.gates * cell.units)
        let before = Array(h[row * u..<(row + 1) * u])
        let entering = (0..<u).map { index in
            dropout.map { tape.product(before[index], tape.number($0[row * u + index])) } ?? before[index]
        }
        func argument(_ gate: Int, _ unit: Int) -> Number {
            let column = gate * u + unit
            return tape.sum(tape.sum(x[place * width + column], through(entering, column)), bias[column])
        }
        func gate(_ index: Int, _ unit: Int) -> Number { apply(cell.recurrentActivation, argument(index, unit)) }
        for unit in 0..<u {
            let at = row * u + unit
            switch cell.kind {
            case .simple: h[at] = apply(cell.activation, argument(0, unit))
            case .lstm:
                let written = tape.product(gate(0, unit), apply(cell.activation, argument(2, unit)))
                c[at] = tape.sum(tape.product(gate(1, unit), c[at]), written)
                h[at] = tape.product(gate(3, unit), apply(cell.activation, c[at]))
            case .gru(let resetAfter):
                let column = 2 * u + unit
                let inner =
                    resetAfter
                    ? tape.product(gate(1, unit), tape.sum(through(entering, column), bias[column]))
                    : through((0..<u).map { tape.product(gate(1, $0), entering[$0]) }, column)
                let fresh = apply(cell.activation, tape.sum(x[place * width + column], inner))
                let z = gate(0, unit)
                h[at] = tape.sum(tape.product(z, before[unit]), tape.product(tape.rest(z), fresh))
            }
        }
    }

    func gradients(_ wants: RecurrentGradients, _ arrived: RecurrentArrivals, _ given: [[Double]]) -> [[Double]] {
        var rest = given[...]
        var terms: [(Number, Double)] = []
        for (arrival, numbers) in [(RecurrentArrivals.sequence, sequence), (.state, h), (.memory, c)]
        where arrived.contains(arrival) { terms += zip(numbers, rest.removeFirst()) }
        let gradient = tape.gradients(of: terms)
        let places: [(RecurrentGradients, [Number])] =
            [(.input, x), (.kernel, kernel), (.bias, bias), (.state, first[0])]
            + (first.count > 1 ? [(.memory, first[1])] : [])
        return places.filter { wants.contains($0.0) }.map { $0.1.map(gradient) }
    }
}
