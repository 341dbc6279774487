import Graph
import Tensors

/// Strides, padding and dilation of a convolution over `rank` spatial dimensions, channels last.
struct ConvolutionSettings: Hashable, Sendable {
    let kernelSize: [Int]
    let strides: [Int]
    let dilations: [Int]
    let padding: SpatialPadding

    init(_ config: inout LayerConfig, rank: Int) throws {
        kernelSize = try config.ints("kernel_size", rank: rank)
        strides = try config.ints("strides", rank: rank, default: 1)
        dilations = try config.ints("dilation_rate", rank: rank, default: 1)
        padding = try SpatialPadding(&config)
        try config.require("data_format", toBe: "channels_last")
        try config.require("rank", toBe: .integer(rank))
    }

    func geometry(of x: Shape, filters: Int, groups: Int, in scope: LayerScope) throws -> ConvolutionGeometry {
        let spatial = Array(x.dimensions[1..<x.rank - 1])
        let resolved = try padding.resolve(
            input: spatial, window: kernelSize, strides: strides, dilations: dilations, in: scope)
        return ConvolutionGeometry(
            batch: x[0], input: spatial, inputChannels: x[-1], output: resolved.output, outputChannels: filters,
            kernel: kernelSize, strides: strides, dilations: dilations, paddingBefore: resolved.before,
            paddingAfter: resolved.after, groups: groups)
    }
}

extension GraphBuilder {
    func convolution(_ x: Value, _ kernel: Value, _ bias: Value?, _ geometry: ConvolutionGeometry) -> Value {
        emit(
            .convolution(geometry, hasBias: bias != nil, activation: nil),
            [x, reshape(kernel, geometry.kernelShape)] + (bias.map { [$0] } ?? []))
    }
}

/// Cross-correlation over height and width; kernel (h, w, in / groups, filters), bias (filters,).
package struct Conv2D: SimpleLayer {
    package static let className = "Conv2D"
    let filters: Int
    let groups: Int
    let settings: ConvolutionSettings
    let activation: Activation
    let weights: WeightSettings

    package init(_ config: inout LayerConfig) throws {
        filters = try config.int("filters")
        groups = try config.int("groups", default: 1)
        settings = try ConvolutionSettings(&config, rank: 2)
        activation = try config.activation()
        weights = try WeightSettings(&config)
    }

    package func callAsFunction(_ x: Value, in scope: LayerScope) throws -> Value {
        try scope.requireRank(4, x)
        let shape = scope.shape(of: x)
        guard shape[-1] % groups == 0, filters % groups == 0 else {
            throw scope.error("\(shape[-1]) channels and \(filters) filters do not divide into \(groups) groups")
        }
        let geometry = try settings.geometry(of: shape, filters: filters, groups: groups, in: scope)
        let kernel = try weights.kernel("kernel", geometry.kernelShape, in: scope)
        let bias = try weights.bias(filters, in: scope)
        return activation(scope.builder.convolution(x, kernel, bias, geometry), in: scope)
    }
}

/// One filter bank per channel; depthwise_kernel (h, w, in, multiplier), bias (in · multiplier,).
package struct DepthwiseConv2D: SimpleLayer {
    package static let className = "DepthwiseConv2D"
    let multiplier: Int
    let settings: ConvolutionSettings
    let activation: Activation
    let weights: WeightSettings

    package init(_ config: inout LayerConfig) throws {
        multiplier = try config.int("depth_multiplier", default: 1)
        settings = try ConvolutionSettings(&config, rank: 2)
        activation = try config.activation()
        weights = try WeightSettings(&config, kernel: "depthwise")
        // Keras 2 writes these for the convolution the layer inherits from; they say nothing.
        try config.require("groups", toBe: 1)
        for key in ["filters", "kernel_initializer", "kernel_regularizer", "kernel_constraint"] { _ = config.take(key) }
    }

    package func callAsFunction(_ x: Value, in scope: LayerScope) throws -> Value {
        try scope.requireRank(4, x)
        let shape = scope.shape(of: x)
        let filters = shape[-1] * multiplier
        let geometry = try settings.geometry(of: shape, filters: filters, groups: shape[-1], in: scope)
        let kernel = try weights.kernel(
            "depthwise_kernel", Shape(settings.kernelSize + [shape[-1], multiplier]), in: scope)
        let bias = try weights.bias(filters, in: scope)
        return activation(scope.builder.convolution(x, kernel, bias, geometry), in: scope)
    }
}

/// A depthwise convolution, then a pointwise one; depthwise_kernel (h, w, in, multiplier),
/// pointwise_kernel (1, 1, in · multiplier, filters), bias (filters,).
package struct SeparableConv2D: SimpleLayer {
    package static let className = "SeparableConv2D"
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
        settings = try ConvolutionSettings(&config, rank: 2)
        activation = try config.activation()
        weights = try WeightSettings(&config, kernel: "depthwise")
        pointwiseInitializer = try config.initializer("pointwise_initializer", default: .glorotUniform)
        pointwiseRegularizer = try config.regularizer("pointwise_regularizer")
        try config.refuse("pointwise_constraint")
        try config.require("groups", toBe: 1)
        for key in ["kernel_initializer", "kernel_regularizer", "kernel_constraint"] { _ = config.take(key) }
    }

    package func callAsFunction(_ x: Value, in scope: LayerScope) throws -> Value {
        try scope.requireRank(4, x)
        let shape = scope.shape(of: x)
        let middle = shape[-1] * multiplier
        let depthwise = try settings.geometry(of: shape, filters: middle, groups: shape[-1], in: scope)
        let pointwise = ConvolutionGeometry(
            batch: shape[0], input: depthwise.output, inputChannels: middle, output: depthwise.output,
            outputChannels: filters, kernel: [1, 1], strides: [1, 1], dilations: [1, 1], paddingBefore: [0, 0],
            paddingAfter: [0, 0], groups: 1)
        let first = try weights.kernel(
            "depthwise_kernel", Shape(settings.kernelSize + [shape[-1], multiplier]), in: scope)
        let second = try scope.parameter(
            "pointwise_kernel", pointwise.kernelShape, role: .kernel, initializer: pointwiseInitializer,
            regularizer: pointwiseRegularizer)
        let bias = try weights.bias(filters, in: scope)
        let y = scope.builder.convolution(x, first, nil, depthwise)
        return activation(scope.builder.convolution(y, second, bias, pointwise), in: scope)
    }
}
