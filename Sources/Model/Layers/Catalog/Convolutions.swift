import Graph
import Tensors

/// Cross-correlation over the spatial dimensions; kernel (spatial…, in / groups, filters), bias (filters,). Examples may
/// have dimensions before those, which are treated as a batch.
package struct Convolution<Rank: SpatialRank>: SimpleLayer {
    package static var className: String { "Conv\(Rank.count)D" }
    let filters: Int
    let groups: Int
    let settings: ConvolutionSettings
    let activation: Activation
    let weights: WeightSettings

    package init(_ config: inout LayerConfig) throws {
        filters = try config.int("filters")
        groups = try config.int("groups", default: 1)
        settings = try ConvolutionSettings(&config, rank: Rank.count, allowsCausal: Rank.count == 1)
        activation = try config.activation()
        weights = try WeightSettings(&config)
    }

    package func callAsFunction(_ x: Value, in scope: LayerScope) throws -> Value {
        let dimensions = scope.shape(of: x).dimensions
        let example = Rank.count + 1
        guard dimensions.count > example + 1 else { return try convolve(x, in: scope) }
        let batches = Array(dimensions.dropLast(example))
        let merged = Shape([batches.reduce(1, *)] + dimensions.suffix(example))
        let y = try convolve(scope.builder.reshape(x, merged), in: scope)
        return scope.builder.reshape(y, Shape(batches + scope.shape(of: y).dimensions.dropFirst()))
    }

    private func convolve(_ x: Value, in scope: LayerScope) throws -> Value {
        try scope.requireRank(Rank.count + 2, x)
        let x = settings.order.toLast(x, in: scope)
        let shape = scope.shape(of: x)
        guard shape[-1] % groups == 0, filters % groups == 0 else {
            throw scope.error("\(shape[-1]) channels and \(filters) filters do not divide into \(groups) groups")
        }
        let geometry = try settings.geometry(of: shape, filters: filters, groups: groups, in: scope)
        let kernel = try weights.kernel("kernel", geometry.kernelShape, in: scope)
        let bias = try weights.bias(filters, in: scope)
        return settings.order.fromLast(scope.builder.convolution(x, kernel, bias, geometry), activation, in: scope)
    }
}

/// One filter bank per channel; depthwise_kernel (spatial…, in, multiplier), bias (in · multiplier,).
package struct DepthwiseConvolution<Rank: SpatialRank>: SimpleLayer {
    package static var className: String { "DepthwiseConv\(Rank.count)D" }
    let multiplier: Int
    let settings: ConvolutionSettings
    let activation: Activation
    let weights: WeightSettings

    package init(_ config: inout LayerConfig) throws {
        multiplier = try config.int("depth_multiplier", default: 1)
        settings = try ConvolutionSettings(&config, rank: Rank.count)
        activation = try config.activation()
        weights = try WeightSettings(&config, kernel: "depthwise")
        try config.dropInheritedKernel()
        _ = config.take("filters")
    }

    package func callAsFunction(_ x: Value, in scope: LayerScope) throws -> Value {
        try scope.requireRank(Rank.count + 2, x)
        let x = settings.order.toLast(x, in: scope)
        let shape = scope.shape(of: x)
        let filters = try scope.product(channels: shape[-1], multiplier: multiplier)
        let geometry = try settings.geometry(of: shape, filters: filters, groups: shape[-1], in: scope)
        let kernel = try weights.kernel(
            "depthwise_kernel", Shape(settings.kernelSize + [shape[-1], multiplier]), in: scope)
        let bias = try weights.bias(filters, in: scope)
        return settings.order.fromLast(scope.builder.convolution(x, kernel, bias, geometry), activation, in: scope)
    }
}

/// A depthwise convolution, then a pointwise one; depthwise_kernel (spatial…, in, multiplier),
/// pointwise_kernel (1…, in · multiplier, filters), bias (filters,).
package struct SeparableConvolution<Rank: SpatialRank>: SimpleLayer {
    package static var className: String { "SeparableConv\(Rank.count)D" }
    let filters: Int
    let multiplier: Int
    let settings: ConvolutionSettings
    let activation: Activation
    let weights: WeightSettings
    let pointwiseInitializer: Initializer
    let pointwiseRegularizer: Regularizer?

    package init(_ config: inout LayerConfig) throws {
        filters = try config.int("filters")
        multiplier = try config.int("depth_multiplier", default: 1)
        settings = try ConvolutionSettings(&config, rank: Rank.count, allowsCausal: Rank.count == 1)
        activation = try config.activation()
        weights = try WeightSettings(&config, kernel: "depthwise")
        pointwiseInitializer = try config.initializer("pointwise_initializer", default: .glorotUniform)
        pointwiseRegularizer = try config.regularizer("pointwise_regularizer")
        try config.refuse("pointwise_constraint")
        try config.dropInheritedKernel()
    }

    package func callAsFunction(_ x: Value, in scope: LayerScope) throws -> Value {
        try scope.requireRank(Rank.count + 2, x)
        let x = settings.order.toLast(x, in: scope)
        let shape = scope.shape(of: x)
        let middle = try scope.product(channels: shape[-1], multiplier: multiplier)
        let depthwise = try settings.geometry(of: shape, filters: middle, groups: shape[-1], in: scope)
        let (ones, zeros) = ([Int](repeating: 1, count: Rank.count), [Int](repeating: 0, count: Rank.count))
        let pointwise = ConvolutionGeometry(
            batch: shape[0], input: depthwise.output, inputChannels: middle, output: depthwise.output,
            outputChannels: filters, kernel: ones, strides: ones, dilations: ones, paddingBefore: zeros,
            paddingAfter: zeros, groups: 1)
        let first = try weights.kernel(
            "depthwise_kernel", Shape(settings.kernelSize + [shape[-1], multiplier]), in: scope)
        let second = try scope.parameter(
            "pointwise_kernel", pointwise.kernelShape, role: .kernel, initializer: pointwiseInitializer,
            regularizer: pointwiseRegularizer)
        let bias = try weights.bias(filters, in: scope)
        try scope.requireAddressable(pointwise.outputShape.dimensions)
        let y = scope.builder.convolution(x, first, nil, depthwise)
        return settings.order.fromLast(scope.builder.convolution(y, second, bias, pointwise), activation, in: scope)
    }
}
