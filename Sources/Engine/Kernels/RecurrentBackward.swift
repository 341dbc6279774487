import CKernels
import Tensors

/// The gradient of a recurrent layer: back-propagation through time, from what the forward pass kept.
package struct RecurrentBackward {
    private let geometry: RecurrentGeometry
    private let areas: Areas
    private let recallsStates: Bool

    /// Sizes in scratch memory.
    private struct Areas {
        var product, gates, work, through, state, memory, waiting, states, reset, input, bias: Int
        var all: [Int] {
            [product, gates, work, through, state, memory, waiting, states, reset, input, bias]
        }
    }

    /// - Parameters:
    ///   - writesInput: whether the input's gradient has a place of its own.
    ///   - wantsKernel: whether the recurrent kernel's gradient is wanted.
    package init(_ geometry: RecurrentGeometry, writesInput: Bool, wantsKernel: Bool, hasMask: Bool) {
        self.geometry = geometry
        let (state, steps) = (geometry.stateCount, geometry.time * geometry.stateCount)
        recallsStates = wantsKernel || geometry.isGRU
        areas = Areas(
            product: state, gates: geometry.gates * state, work: 6 * state, through: state, state: state, memory: state,
            waiting: hasMask ? state : 0, states: recallsStates ? steps : 0, reset: geometry.isGRU ? steps : 0,
            input: writesInput ? 0 : geometry.gates * steps, bias: 3 * geometry.units)
    }

    package var scratchBytes: Int { ScratchCutter.bytes(areas.all) }

    /// What the forward pass had and left: shapes as in `Op.recurrentGradient`.
    package struct Operands {
        package var kernel: FloatInput
        package var state: FloatInput
        package var memory: FloatInput?
        package var mask: FloatInput?
        package var dropout: FloatInput?
        package var sequence: FloatInput
        package var kept: FloatInput
        /// The gradients that arrived; null for none.
        package var sequenceGradient: FloatInput?
        package var stateGradient: FloatInput?
        package var memoryGradient: FloatInput?

        package init(
            kernel: FloatInput, state: FloatInput, memory: FloatInput?, mask: FloatInput?, dropout: FloatInput?,
            sequence: FloatInput, kept: FloatInput, sequenceGradient: FloatInput?, stateGradient: FloatInput?,
            memoryGradient: FloatInput?
        ) {
            self.kernel = kernel
            self.state = state
            self.memory = memory
            self.mask = mask
            self.dropout = dropout
            self.sequence = sequence
            self.kept = kept
            self.sequenceGradient = sequenceGradient
            self.stateGradient = stateGradient
            self.memoryGradient = memoryGradient
        }
    }

    /// Where the gradients that are wanted go; null for the others.
    package struct Results {
        package var input: FloatOutput?
        package var kernel: FloatOutput?
        package var bias: FloatOutput?
        package var state: FloatOutput?
        package var memory: FloatOutput?

        package init(
            input: FloatOutput?, kernel: FloatOutput?, bias: FloatOutput?, state: FloatOutput?, memory: FloatOutput?
        ) {
            self.input = input
            self.kernel = kernel
            self.bias = bias
            self.state = state
            self.memory = memory
        }
    }

    /// The areas of scratch memory, cut.
    private struct Space {
        let product, gates, work, through, state, memory, waiting, states, reset, input, bias: FloatOutput

        init(_ areas: Areas, _ scratch: UnsafeMutableRawPointer) {
            var cutter = ScratchCutter(scratch)
            product = cutter.take(areas.product)
            gates = cutter.take(areas.gates)
            work = cutter.take(areas.work)
            through = cutter.take(areas.through)
            state = cutter.take(areas.state)
            memory = cutter.take(areas.memory)
            waiting = cutter.take(areas.waiting)
            states = cutter.take(areas.states)
            reset = cutter.take(areas.reset)
            input = cutter.take(areas.input)
            bias = cutter.take(areas.bias)
        }
    }

    package func run(_ operands: Operands, into results: Results, scratch: UnsafeMutableRawPointer) {
        let space = Space(areas, scratch)
        let g = geometry
        let input = results.input ?? space.input
        let (dState, dMemory) = (results.state ?? space.state, results.memory ?? space.memory)
        start(dState, from: operands.stateGradient)
        if g.kind == .lstm { start(dMemory, from: operands.memoryGradient) }
        if recallsStates { recall(operands, into: space.states) }
        var step = g.step(mask: nil, dropout: operands.dropout)
        (step.h, step.c, step.gates, step.work) = (dState, dMemory, space.gates, space.work)
        (step.product, step.dropped) = (UnsafePointer(space.product), space.through)
        if operands.mask != nil, !g.zeroOutputForMask, operands.sequenceGradient != nil {
            start(space.waiting, from: nil)
            step.waiting = space.waiting
        }
        step.reset_stride = g.time * g.units
        for order in stride(from: g.time - 1, through: 0, by: -1) {
            let place = g.place(order)
            step.mask = operands.mask.map { $0 + place }
            step.kept = UnsafeMutablePointer(mutating: operands.kept + place * g.keptGates * g.units)
            step.output_gradient = operands.sequenceGradient.map { $0 + place * g.units }
            step.input_gradient = input + place * g.gates * g.units
            step.reset = g.isGRU ? space.reset + place * g.units : nil
            setBefore(&step, operands, order: order, states: space.states)
            run(step, operands, space)
        }
        finish(operands, space, input: input, results)
    }

    private func start(_ values: FloatOutput, from given: FloatInput?) {
        if let given {
            values.update(from: given, count: geometry.stateCount)
        } else {
            values.update(repeating: 0, count: geometry.stateCount)
        }
    }

    /// The state before every step, at the step's place. A step that is not hidden gave its state as its output.
    private func recall(_ operands: Operands, into states: FloatOutput) {
        let g = geometry
        for row in 0..<g.batch {
            var state = operands.state + row * g.units
            for order in 0..<g.time {
                let at = row * g.time + g.place(order)
                (states + at * g.units).update(from: state, count: g.units)
                if operands.mask.map({ $0[at] != 0 }) ?? true { state = operands.sequence + at * g.units }
            }
        }
    }

    private func setBefore(_ step: inout ck_recurrent_step, _ operands: Operands, order: Int, states: FloatInput) {
        let g = geometry
        if g.isGRU {
            (step.before, step.before_stride) = (states + g.place(order) * g.units, g.time * g.units)
        } else if order == 0 {
            (step.before, step.before_stride) = (operands.memory, g.units)
        } else if g.kind == .lstm {
            (step.before, step.before_stride) = (
                operands.kept + (g.place(order - 1) * g.keptGates + 4) * g.units, g.time * g.keptGates * g.units
            )
        }
    }

    private func run(_ given: ck_recurrent_step, _ operands: Operands, _ space: Space) {
        var step = given
        let (u, width) = (geometry.units, geometry.gates * geometry.units)
        /// product = gates[from ..< from + columns] · Uᵀ of the same columns
        func multiply(from column: Int, _ columns: Int) {
            GEMM.multiply(
                space.gates + column, transposed: false, stride: width, operands.kernel + column, transposed: true,
                stride: width, into: space.product, stride: u, rows: geometry.batch, columns: u, inner: columns)
        }
        ck_recurrent_backward(&step)
        if geometry.kind == .gruResetBefore {
            multiply(from: 2 * u, u)
            ck_recurrent_reset(&step)
            ck_add_times(space.through, operands.dropout, step.h, geometry.stateCount)
            multiply(from: 0, 2 * u)
        } else {
            multiply(from: 0, width)
        }
        ck_add_times(space.product, operands.dropout, step.h, geometry.stateCount)
    }

    /// The gradients of what all steps share, from those of all steps at once.
    private func finish(_ operands: Operands, _ space: Space, input: FloatInput, _ results: Results) {
        let (u, width, steps) = (geometry.units, geometry.gates * geometry.units, geometry.batch * geometry.time)
        if let bias = results.bias {
            // Of r·(h·U + bias): the last gate's part is r times what goes to the input.
            ck_reduce(CK_SUM, input, bias, 1, steps, width)
            ck_reduce(CK_SUM, space.reset, space.bias, 1, steps, u)
            (bias + 2 * u).update(from: space.bias, count: u)
        }
        guard let kernel = results.kernel else { return }
        if let dropout = operands.dropout {
            for row in 0..<steps {
                let state = space.states + row * u
                ck_binary(CK_MULTIPLY, state, dropout + row / geometry.time * u, state, u)
            }
        }
        func multiply(_ a: FloatInput, _ b: FloatInput, stride: Int, to column: Int, _ columns: Int) {
            GEMM.multiply(
                a, transposed: true, stride: u, b, transposed: false, stride: stride, into: kernel + column,
                stride: width, rows: u, columns: columns, inner: steps)
        }
        switch geometry.kind {
        case .simple, .lstm: multiply(space.states, input, stride: width, to: 0, width)
        case .gruResetBefore:
            multiply(space.states, input, stride: width, to: 0, 2 * u)
            multiply(space.reset, input + 2 * u, stride: width, to: 2 * u, u)
        case .gruResetAfter:
            multiply(space.states, input, stride: width, to: 0, 2 * u)
            multiply(space.states, space.reset, stride: u, to: 2 * u, u)
        }
    }
}
