/// The element-wise functions of one argument that graphs speak of and kernels compute.
package enum UnaryFunction: Hashable, Sendable {
    /// Keras' general ReLU: `maximum` where x ≥ maximum, x where x ≥ threshold, else slope · (x − threshold).
    case relu(slope: Float = 0, maximum: Float = .infinity, threshold: Float = 0)
    case sigmoid, tanh, exp, log, negate, square, sqrt, abs, sign, reciprocal
    case elu(alpha: Float), selu, softplus, softsign, swish
    /// Exact (erf) or the tanh approximation.
    case gelu(approximate: Bool)
    /// clip(slope · x + shift, 0, 1): Keras 1/2 use (0.2, 0.5), Keras 3 (1/6, 0.5).
    case hardSigmoid(slope: Float, shift: Float)
    case exponentialMinusOne
    /// Of an angle in radians.
    case sine, cosine

    package static let relu = UnaryFunction.relu()

    /// Whether f'(x) can be computed from y = f(x) alone, so that a backward pass need not keep x.
    package var gradientUsesOutput: Bool {
        switch self {
        case .relu(let slope, _, let threshold): threshold == 0 && slope >= 0
        case .sigmoid, .tanh, .exp, .sqrt, .reciprocal, .selu, .softplus, .exponentialMinusOne: true
        case .elu(let alpha): alpha > 0
        default: false
        }
    }
}

extension UnaryFunction {
    /// Whether it is min(max(x, 0), maximum): rises, and has slope 1 where it is neither 0 nor the maximum.
    package var isRectifier: Bool {
        guard case .relu(let slope, _, let threshold) = self else { return false }
        return slope == 0 && threshold == 0
    }
}

/// The element-wise functions of two arguments.
package enum BinaryFunction: Hashable, Sendable {
    case add, subtract, multiply, divide, maximum, minimum
    /// aᵇ, as the C library's `pow`.
    case power
    /// 1 where the relation holds, else 0; no gradient.
    case greaterOrEqual, greater, equal
}

/// What random numbers a graph can draw.
package enum RandomDistribution: Hashable, Sendable {
    /// Uniform in [0, 1), in steps of 2⁻²⁴.
    case uniform
    /// Standard normal.
    case normal
}

package enum Reduction: Hashable, Sendable {
    case sum, mean, maximum
}

package enum PoolingMode: Hashable, Sendable {
    case maximum
    /// Padding does not count in the mean (Keras, and PyTorch with `count_include_pad=False`).
    case average
}

/// A convolution's arithmetic, channels last, over 1 to 3 spatial dimensions.
///
/// Input (batch, input…, inputChannels), kernel (kernel…, inputChannels / groups, outputChannels), output
/// (batch, output…, outputChannels). A depthwise kernel (h, w, channels, multiplier) is the same bytes as a grouped
/// one (h, w, 1, channels · multiplier) with as many groups as input channels.
package struct ConvolutionGeometry: Hashable, Sendable {
    package var batch: Int
    package var input: [Int]
    package var inputChannels: Int
    package var output: [Int]
    package var outputChannels: Int
    package var kernel: [Int]
    package var strides: [Int]
    package var dilations: [Int]
    package var paddingBefore: [Int]
    package var paddingAfter: [Int]
    package var groups: Int

    package init(
        batch: Int, input: [Int], inputChannels: Int, output: [Int], outputChannels: Int, kernel: [Int],
        strides: [Int], dilations: [Int], paddingBefore: [Int], paddingAfter: [Int], groups: Int
    ) {
        self.batch = batch
        self.input = input
        self.inputChannels = inputChannels
        self.output = output
        self.outputChannels = outputChannels
        self.kernel = kernel
        self.strides = strides
        self.dilations = dilations
        self.paddingBefore = paddingBefore
        self.paddingAfter = paddingAfter
        self.groups = groups
    }

    package var inputShape: Shape { Shape([batch] + input + [inputChannels]) }
    package var outputShape: Shape { Shape([batch] + output + [outputChannels]) }
    package var kernelShape: Shape { Shape(kernel + [inputChannels / groups, outputChannels]) }
}

/// A pooling window's arithmetic, channels last, over 1 to 3 spatial dimensions.
package struct PoolingGeometry: Hashable, Sendable {
    package var batch: Int
    package var input: [Int]
    package var output: [Int]
    package var channels: Int
    package var window: [Int]
    package var strides: [Int]
    package var paddingBefore: [Int]
    package var paddingAfter: [Int]

    package init(
        batch: Int, input: [Int], output: [Int], channels: Int, window: [Int], strides: [Int],
        paddingBefore: [Int], paddingAfter: [Int]
    ) {
        self.batch = batch
        self.input = input
        self.output = output
        self.channels = channels
        self.window = window
        self.strides = strides
        self.paddingBefore = paddingBefore
        self.paddingAfter = paddingAfter
    }

    package var inputShape: Shape { Shape([batch] + input + [channels]) }
    package var outputShape: Shape { Shape([batch] + output + [channels]) }
}
