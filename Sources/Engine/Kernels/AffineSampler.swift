import CKernels
import Tensors

/// Samples images along projective maps; `AffineSampling` says how.
package struct AffineSampler: Sendable {
    private let description: ck_sampling

    /// - Parameter input: (batch, height, width, channels)
    package init(_ sampling: AffineSampling, input: Shape) {
        let (mode, value) = sampling.fill.code
        description = ck_sampling(
            batch: input[0], height: input[1], width: input[2], channels: input[3], output_height: sampling.height,
            output_width: sampling.width, bilinear: sampling.interpolation == .bilinear ? 1 : 0, mode: mode,
            fill: value)
    }

    package func forward(_ x: FloatInput, transforms: FloatInput, into y: FloatOutput) {
        withUnsafePointer(to: description) { ck_affine_sample(x, transforms, y, $0) }
    }

    /// The gradient with respect to the images.
    package func backward(_ dy: FloatInput, transforms: FloatInput, into dx: FloatOutput) {
        withUnsafePointer(to: description) { ck_affine_sample_gradient(dy, transforms, dx, $0) }
    }
}

extension AffineSampling.Fill {
    fileprivate var code: (ck_fill_mode, Float) {
        switch self {
        case .constant(let value): (CK_FILL_CONSTANT, value)
        case .nearest: (CK_FILL_NEAREST, 0)
        case .reflect: (CK_FILL_REFLECT, 0)
        case .wrap: (CK_FILL_WRAP, 0)
        }
    }
}
