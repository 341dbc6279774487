import CKernels
import Tensors

/// The sizes and functions of a recurrent layer over a sequence: what its forward and backward kernels share.
package struct RecurrentGeometry {
    package enum Kind { case simple, lstm, gruResetBefore, gruResetAfter }

    package var kind: Kind
    package var batch: Int
    package var time: Int
    package var units: Int
    package var activation: UnaryFunction?
    package var recurrentActivation: UnaryFunction?
    /// The output of a step that the mask hides is zero, not the output before it.
    package var zeroOutputForMask: Bool
    /// From the last step to the first.
    package var isBackward: Bool

    package init(
        kind: Kind, batch: Int, time: Int, units: Int, activation: UnaryFunction?,
        recurrentActivation: UnaryFunction?, zeroOutputForMask: Bool = false, isBackward: Bool = false
    ) {
        self.kind = kind
        self.batch = batch
        self.time = time
        self.units = units
        self.activation = activation
        self.recurrentActivation = recurrentActivation
        self.zeroOutputForMask = zeroOutputForMask
        self.isBackward = isBackward
    }

    package var gates: Int {
        switch kind {
        case .simple: 1
        case .lstm: 4
        case .gruResetBefore, .gruResetAfter: 3
        }
    }

    /// What a step keeps, in units.
    package var keptGates: Int {
        switch kind {
        case .simple: 1
        case .lstm: 5
        case .gruResetBefore: 3
        case .gruResetAfter: 4
        }
    }

    var isGRU: Bool { kind == .gruResetBefore || kind == .gruResetAfter }

    /// Numbers of one state of all rows.
    var stateCount: Int { batch * units }

    /// The place in the sequence of what is computed as the given one.
    func place(_ order: Int) -> Int { isBackward ? time - 1 - order : order }

    /// What all steps have in common.
    func step(mask: FloatInput?, dropout: FloatInput?) -> ck_recurrent_step {
        var step = ck_recurrent_step()
        step.kind =
            switch kind {
            case .simple: CK_SIMPLE
            case .lstm: CK_LSTM
            case .gruResetBefore: CK_GRU_BEFORE
            case .gruResetAfter: CK_GRU_AFTER
            }
        step.activation = ck_function(activation)
        step.recurrent = ck_function(recurrentActivation)
        (step.rows, step.units, step.gate_count, step.kept_gates) = (batch, units, gates, keptGates)
        step.zeroes_hidden = zeroOutputForMask ? 1 : 0
        (step.x_stride, step.sequence_stride) = (time * gates * units, time * units)
        (step.kept_stride, step.mask_stride) = (time * keptGates * units, time)
        (step.mask, step.dropout) = (mask, dropout)
        return step
    }
}

extension ck_function {
    fileprivate init(_ function: UnaryFunction?) {
        self.init()
        guard let function else { return }
        let (code, coefficients) = function.kernel
        self.init(is_set: 1, uses_output: function.gradientUsesOutput ? 1 : 0, code: code, k: coefficients)
    }
}

/// Hands out parts of a scratch area, each on an aligned address.
struct ScratchCutter {
    private var next: UnsafeMutablePointer<Float>

    init(_ scratch: UnsafeMutableRawPointer) { next = scratch.assumingMemoryBound(to: Float.self) }

    mutating func take(_ count: Int) -> UnsafeMutablePointer<Float> {
        defer { next += Slab.padded(count) }
        return next
    }

    static func bytes(_ counts: [Int]) -> Int { counts.reduce(0) { $0 + Slab.padded($1) } * MemoryLayout<Float>.stride }
}
