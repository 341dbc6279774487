/// How images are sampled along projective maps, in the meaning of TensorFlow's `ImageProjectiveTransformV3`.
///
/// A transform (a₀ … a₇) takes the output pixel (x, y) from the input's place ((a₀x + a₁y + a₂) / k,
/// (a₃x + a₄y + a₅) / k), k = a₆x + a₇y + 1; pixels are counted from 0 at their centres.
package struct AffineSampling: Hashable, Sendable {
    package enum Interpolation: Hashable, Sendable {
        /// The nearest pixel; halves go away from 0.
        case nearest
        case bilinear
    }

    /// What lies outside an image.
    package enum Fill: Hashable, Sendable {
        case constant(Float)
        /// aaaa | abcd | dddd
        case nearest
        /// dcba | abcd | dcba
        case reflect
        /// abcd | abcd | abcd
        case wrap
    }

    package var height: Int
    package var width: Int
    package var interpolation: Interpolation
    package var fill: Fill

    /// - Parameters:
    ///   - height: of the output, in pixels.
    ///   - width: of the output, in pixels.
    package init(height: Int, width: Int, interpolation: Interpolation, fill: Fill) {
        self.height = height
        self.width = width
        self.interpolation = interpolation
        self.fill = fill
    }

    /// Floating-point operations per element of the output.
    package var flops: Int { interpolation == .nearest ? 1 : 9 }
}
