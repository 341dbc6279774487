import CKernels
import Tensors

/// A recurrent layer over a whole sequence: products by OpenBLAS, gates by our own loops.
package struct RecurrentForward {
    private let geometry: RecurrentGeometry
    /// Sizes of the areas in scratch memory: h·U, gates, r·h or other space, h · dropout.
    private let areas: [Int]

    package init(_ geometry: RecurrentGeometry) {
        self.geometry = geometry
        let state = geometry.stateCount
        areas = [geometry.gates * state, geometry.gates * state, state, state]
    }

    package var scratchBytes: Int { ScratchCutter.bytes(areas) }

    /// What goes in: shapes as in `Op.recurrent`.
    package struct Operands {
        package var x: FloatInput
        package var kernel: FloatInput
        package var bias: FloatInput?
        package var state: FloatInput
        package var memory: FloatInput?
        package var mask: FloatInput?
        package var dropout: FloatInput?

        package init(
            x: FloatInput, kernel: FloatInput, bias: FloatInput?, state: FloatInput, memory: FloatInput?,
            mask: FloatInput?, dropout: FloatInput?
        ) {
            self.x = x
            self.kernel = kernel
            self.bias = bias
            self.state = state
            self.memory = memory
            self.mask = mask
            self.dropout = dropout
        }
    }

    /// Writes outputs (batch, time, units), the last states, and, unless null, what the gradient reads.
    package func run(
        _ operands: Operands, into sequence: FloatOutput, state: FloatOutput, memory: FloatOutput?, kept: FloatOutput?,
        scratch: UnsafeMutableRawPointer
    ) {
        let g = geometry
        var cutter = ScratchCutter(scratch)
        let parts = (product: cutter.take(areas[0]), gates: cutter.take(areas[1]), work: cutter.take(areas[2]))
        let dropped = cutter.take(areas[3])
        state.update(from: operands.state, count: g.stateCount)
        if let memory, let first = operands.memory { memory.update(from: first, count: g.stateCount) }
        var step = g.step(mask: nil, dropout: operands.dropout)
        (step.bias, step.h, step.c) = (operands.bias, state, memory)
        (step.product, step.gates, step.work) = (UnsafePointer(parts.product), parts.gates, parts.work)
        step.dropped = dropped
        let entering = operands.dropout == nil ? state : dropped
        if let dropout = operands.dropout {
            ck_binary(CK_MULTIPLY, state, dropout, dropped, g.stateCount)
        }
        for order in 0..<g.time {
            let place = g.place(order)
            step.x = operands.x + place * g.gates * g.units
            step.mask = operands.mask.map { $0 + place }
            step.sequence = sequence + place * g.units
            step.previous = order == 0 ? nil : UnsafePointer(sequence + g.place(order - 1) * g.units)
            step.kept = kept.map { $0 + place * g.keptGates * g.units }
            run(&step, entering: entering, kernel: operands.kernel, product: parts.product, work: parts.work)
        }
    }

    private func run(
        _ step: inout ck_recurrent_step, entering: FloatInput, kernel: FloatInput, product: FloatOutput,
        work: FloatInput
    ) {
        let (u, width) = (geometry.units, geometry.gates * geometry.units)
        func multiply(_ a: FloatInput, from column: Int, _ columns: Int) {
            GEMM.multiply(
                a, transposed: false, stride: u, kernel + column, transposed: false, stride: width, into: product,
                stride: columns, rows: geometry.batch, columns: columns, inner: u)
        }
        guard geometry.kind == .gruResetBefore else {
            multiply(entering, from: 0, width)
            ck_recurrent_forward(&step)
            return
        }
        multiply(entering, from: 0, 2 * u)
        ck_recurrent_open(&step)
        multiply(work, from: 2 * u, u)
        ck_recurrent_close(&step)
    }
}
