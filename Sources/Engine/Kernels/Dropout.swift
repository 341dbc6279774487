import CKernels
import Tensors

/// Random masks that are a pure function of seed, substream, step and position.
package enum Dropout {
    /// y = x / (1 − rate) where kept, else 0. An element is kept where its 32-bit word of Philox4x32-10 is at least
    /// rate · 2³²; the word is number i mod 4 of the block at counter (i / 4, step, substream). Applied to a gradient
    /// with the same numbers it is the gradient.
    package static func run(
        _ x: FloatInput, into y: FloatOutput, count: Int, rate: Float, seed: UInt64, substream: UInt64, step: UInt64,
        precision: Precision = .float32
    ) {
        let tag = RandomStream.dropout.rawValue << 24
        ck_dropout(
            precision.isHalf, x, y, count, rate, seed, UInt32(truncatingIfNeeded: step),
            UInt32(truncatingIfNeeded: substream),
            UInt32(truncatingIfNeeded: substream >> 32) & 0x00FF_FFFF | tag)
    }
}

/// Looks for numbers that are none.
package enum Finite {
    /// The index of the first NaN or infinity.
    package static func firstNonFinite(_ x: FloatInput, count: Int, precision: Precision = .float32) -> Int? {
        let index =
            switch precision {
            case .float32: ck_first_non_finite(x, count)
            case .bfloat16: ck_first_non_finite_half(half(x), count)
            }
        return index < 0 ? nil : index
    }
}
