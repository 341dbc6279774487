import CKernels
import Tensors

/// Random numbers that are a pure function of seed, substream, step and position, as `Dropout`'s masks are.
package enum RandomNumbers {
    /// Element i takes 32-bit word i mod 4 of the Philox4x32-10 block at counter (i / 4, step, substream), in the stream
    /// `noise`. Uniform: the upper 24 bits as a fraction. Normal: Box and Muller's transform of the words of elements 2j
    /// and 2j + 1, with radius √(−2 ln u), u = (upper 24 bits + 1) · 2⁻²⁴ of the first, and the angle 2π · (upper 24
    /// bits) · 2⁻²⁴ of the second; the cosine goes to 2j, the sine to 2j + 1.
    package static func fill(
        _ y: FloatOutput, count: Int, from distribution: RandomDistribution, seed: UInt64, substream: UInt64,
        step: UInt64
    ) {
        let tag = RandomStream.noise.rawValue << 24
        ck_random(
            y, count, distribution == .normal ? 1 : 0, seed, UInt32(truncatingIfNeeded: step),
            UInt32(truncatingIfNeeded: substream), UInt32(truncatingIfNeeded: substream >> 32) & 0x00FF_FFFF | tag)
    }
}
