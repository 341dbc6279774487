import CKernels
import Tensors

/// Normalisation per channel over (rows, channels), all dimensions but the last being rows. In bfloat16 x, y and their
/// gradients are; all that belongs to a channel is float32.
package enum BatchNormalization {
    /// y = activation((x − mean) / √(variance + epsilon) · gamma + beta + residual)
    package static func inference(
        _ x: FloatInput, gamma: FloatInput?, beta: FloatInput?, mean: FloatInput, variance: FloatInput,
        epsilon: Float, residual: FloatInput? = nil, activation: UnaryFunction?, into y: FloatOutput, rows: Int,
        channels: Int, precision: Precision = .float32
    ) {
        let (code, coefficients) = activation?.kernel ?? (CK_RELU, ck_coefficients())
        ck_batch_norm_inference(
            precision.isHalf, x, gamma, beta, mean, variance, epsilon, residual, activation == nil ? 0 : 1, code,
            coefficients, y, rows, channels)
    }

    /// By the batch's own mean and biased variance, which are written out. Rows from `validRows` on do not count.
    package static func training(
        _ x: FloatInput, gamma: FloatInput?, beta: FloatInput?, epsilon: Float, residual: FloatInput? = nil,
        activation: UnaryFunction? = nil, into y: FloatOutput, mean: FloatOutput, variance: FloatOutput, rows: Int,
        validRows: Int, channels: Int,
        precision: Precision = .float32
    ) {
        let (code, coefficients) = activation?.kernel ?? (CK_RELU, ck_coefficients())
        ck_batch_norm_training(
            precision.isHalf, x, gamma, beta, epsilon, residual, activation == nil ? 0 : 1, code, coefficients, y, mean,
            variance, rows, validRows, channels)
    }

    /// The gradients that are wanted. In training they flow through the batch's mean and variance as well.
    ///
    /// - Parameters:
    ///   - beta: read where there is a rectifier.
    ///   - rectifier: what the result goes through; dy is then the gradient of what comes out.
    ///   - dx: may be dy.
    package static func gradient(
        _ x: FloatInput, gamma: FloatInput?, beta: FloatInput? = nil, mean: FloatInput, variance: FloatInput,
        epsilon: Float, rectifier: UnaryFunction? = nil, outputGradient dy: FloatInput, training: Bool,
        dx: FloatOutput?, dGamma: FloatOutput?, dBeta: FloatOutput?, rows: Int, validRows: Int, channels: Int,
        precision: Precision = .float32
    ) {
        precondition(rectifier?.isRectifier ?? true, "only what a rectifier lets through can be told again")
        ck_batch_norm_gradient(
            precision.isHalf, x, gamma, beta, mean, variance, epsilon, rectifier?.kernel.coefficients.b ?? 0, dy,
            training ? 1 : 0, dx, dGamma, dBeta, rows, validRows, channels)
    }
}

extension Precision {
    /// As C has it.
    var isHalf: Int32 { self == .bfloat16 ? 1 : 0 }
}
