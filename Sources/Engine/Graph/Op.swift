import Tensors

/// The closed set of operations. Each family has one file in `Ops/` that holds its shape rule and its gradient rule;
/// `Runtime` lowers every case, and the compiler holds it to that.
package enum Op: Hashable, Sendable {
    // Sources: nodes without inputs.
    /// Filled before every run; the shape includes the batch.
    case input(String, Shape)
    case parameter(ParameterPath, Shape)
    /// Every element equal.
    case constant(Float, Shape)
    /// A literal.
    case table(Table)

    // Element-wise
    /// The same numbers, as float32 or rounded to bfloat16.
    case cast(DataType)
    case unary(UnaryFunction)
    /// (saved, dy) → dx, where saved is the function's output if `gradientUsesOutput`, else its input.
    case unaryGradient(UnaryFunction)
    /// Broadcasts its two operands.
    case binary(BinaryFunction)
    case scale(Float)
    /// A copy, for a value that must have a place of its own.
    case identity
    /// (condition, a, b) → a where the condition is not 0, else b. The operands are of one shape, or scalars.
    case select

    // Linear algebra
    /// (…, m, k) × (…, k, n); leading dimensions equal.
    case matmul(transposeLeft: Bool, transposeRight: Bool)
    /// (rows, k), (k, n), (n)? → (rows, n): x·w + b, then the activation.
    case linear(hasBias: Bool, activation: UnaryFunction?)
    /// (x, kernel, bias?) → y
    case convolution(ConvolutionGeometry, hasBias: Bool, activation: UnaryFunction?)
    /// (dy, kernel) → dx
    case convolutionInputGradient(ConvolutionGeometry)
    /// (x, dy) → dKernel, dBias?
    case convolutionKernelGradient(ConvolutionGeometry, hasBias: Bool)

    // Pooling
    /// x → y, and the winners' positions where `keepsIndices`.
    case pooling(PoolingMode, PoolingGeometry, keepsIndices: Bool)
    /// (dy, indices?) → dx
    case poolingGradient(PoolingMode, PoolingGeometry)

    // Shape
    case reshape(Shape)
    case transpose([Int])
    /// A box of the input: `sizes` long in each dimension, every `strides`-th element from `starts` on.
    case slice(starts: [Int], sizes: [Int], strides: [Int])
    /// Zeros around, and `interior` zeros between neighbours.
    case pad(before: [Int], after: [Int], interior: [Int])
    case concatenate(axis: Int)
    /// The elements in the opposite order along `axes`.
    case reverse(axes: [Int])

    // Rows of a table; indices are whole numbers from 0, in float32.
    /// (table (rows, rest…), indices S) → S + rest. An index outside gives NaN.
    case gather
    /// (indices S, values S + rest) → (rows, rest…): each row the sum of the values whose index it is. An index outside
    /// adds to nothing.
    case scatterAdd(rows: Int)

    // Geometry of images
    /// (x (batch, height, width, channels), transforms (batch, 8)) → (batch, output height, output width, channels).
    /// Transforms get no gradient.
    case affineSample(AffineSampling)
    /// (dy, transforms) → dx, whose height and width are `input`.
    case affineSampleGradient(AffineSampling, input: [Int])

    // Reductions, over `axes`, which disappear from the shape.
    case reduce(Reduction, axes: [Int])
    /// The inverse of a sum: repeats the value along `axes` of `shape`, times `scale`.
    case expand(shape: Shape, axes: [Int], scale: Float)

    // Normalisation over all axes but the last
    /// (x, gamma?, beta?, mean, variance, residual?) → y
    case batchNormInference(BatchNormAttributes, activation: UnaryFunction?)
    /// (x, gamma?, beta?, residual?) → y, batch mean, batch variance (biased); y through the attributes' activation
    case batchNormTraining(BatchNormAttributes)
    /// (x, gamma?, mean, variance, dy) → those of dx, dGamma, dBeta that `wants` names. With an activation dy is the
    /// gradient of what comes out of it, and beta, where there is one, follows gamma.
    case batchNormGradient(BatchNormAttributes, training: Bool, wants: BatchNormGradients)

    // Random
    /// x → y; applied to dy with the same attributes it is its own gradient.
    case dropout(rate: Float, substream: UInt64)
    /// Numbers drawn anew in every step.
    case random(RandomDistribution, Shape, substream: UInt64)

    // Softmax and the losses fused with it
    case softmax
    /// (y, dy) → dx
    case softmaxGradient
    /// (logits, class indices) → loss per row, probabilities
    case sparseCrossEntropy(labelSmoothing: Float)
    /// (probabilities, class indices, dLoss per row) → dLogits
    case sparseCrossEntropyGradient(labelSmoothing: Float)
    /// (logits, target distribution) → loss per row, probabilities
    case categoricalCrossEntropy(labelSmoothing: Float)
    /// (probabilities, target distribution, dLoss per row) → dLogits
    case categoricalCrossEntropyGradient(labelSmoothing: Float)
    /// (logits, targets) → loss per element
    case binaryCrossEntropy
    /// (logits, targets, dLoss per element) → dLogits
    case binaryCrossEntropyGradient

    // Recurrence
    /// (x (batch, time, gates · units), kernel (units, gates · units), bias?, h, c?, mask (batch, time)?, dropout
    /// (batch, units)?) → outputs (batch, time, units), last h, last c?, what the gradient reads?
    case recurrent(RecurrentCell)
    /// (kernel, h, c?, mask?, dropout?, outputs, what was kept, those gradients that arrived) → those that are wanted
    case recurrentGradient(RecurrentCell, wants: RecurrentGradients, arrived: RecurrentArrivals)
}

package struct BatchNormAttributes: Hashable, Sendable {
    package var epsilon: Float
    package var hasScale: Bool
    package var hasOffset: Bool
    /// How many entries of the first dimension belong to one example of the batch.
    package var rowsPerExample = 1
    /// A rectifier that follows in the same sweep; of normalisations by the batch and of gradients.
    package var activation: UnaryFunction?
    /// Whether something of x's shape is added to what comes out, before the activation.
    package var hasResidual = false

    package init(epsilon: Float, hasScale: Bool, hasOffset: Bool) {
        self.epsilon = epsilon
        self.hasScale = hasScale
        self.hasOffset = hasOffset
    }
}

/// The outputs a batch normalisation's gradient node gives, in this order.
package struct BatchNormGradients: OptionSet, Hashable, Sendable {
    package let rawValue: UInt8
    package init(rawValue: UInt8) { self.rawValue = rawValue }
    package static let input = BatchNormGradients(rawValue: 1)
    package static let scale = BatchNormGradients(rawValue: 2)
    package static let offset = BatchNormGradients(rawValue: 4)
    package var count: Int { rawValue.nonzeroBitCount }
}

extension Op {
    /// A short name for tables and messages, without attributes.
    package var name: String {
        // The case alone: describing a whole table would take long.
        Mirror(reflecting: self).children.first?.label ?? String(describing: self)
    }

    /// Whether the node has no inputs and nothing to compute.
    package var isSource: Bool {
        switch self {
        case .input, .parameter, .constant, .table: true
        default: false
        }
    }

    /// Whether the result depends on the step, not only on the inputs.
    package var isRandom: Bool {
        switch self {
        case .dropout, .random: true
        default: false
        }
    }

    /// Whether the result is only another view of the first input's elements.
    package var isView: Bool { if case .reshape = self { true } else { false } }
}
