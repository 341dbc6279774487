import Graph
import Tensors

/// Window, strides, padding, dilation and channel order of a convolution over `rank` spatial dimensions.
struct ConvolutionSettings: Hashable, Sendable {
    let kernelSize: [Int]
    let strides: [Int]
    let dilations: [Int]
    let padding: SpatialPadding
    let order: ChannelOrder

    init(_ config: inout LayerConfig, rank: Int, allowsCausal: Bool = false) throws {
        kernelSize = try config.ints("kernel_size", rank: rank)
        strides = try config.ints("strides", rank: rank, default: 1)
        dilations = try config.ints("dilation_rate", rank: rank, default: 1)
        padding = try SpatialPadding(&config, allowsCausal: allowsCausal)
        order = try ChannelOrder(&config)
        try config.require("rank", toBe: .integer(rank))
    }

    /// - Parameter x: (batch, spatial…, channels)
    func geometry(of x: Shape, filters: Int, groups: Int, in scope: LayerScope) throws -> ConvolutionGeometry {
        let resolved = try padding.resolve(
            input: x.spatial, window: kernelSize, strides: strides, dilations: dilations, in: scope)
        try scope.requireAddressable([x[0]] + resolved.output + [filters])
        return ConvolutionGeometry(
            batch: x[0], input: x.spatial, inputChannels: x[-1], output: resolved.output, outputChannels: filters,
            kernel: kernelSize, strides: strides, dilations: dilations, paddingBefore: resolved.before,
            paddingAfter: resolved.after, groups: groups)
    }
}

extension LayerConfig {
    /// What Keras 2 writes for the convolution that a depthwise or separable one inherits from; it says nothing.
    mutating func dropInheritedKernel() throws {
        try require("groups", toBe: 1)
        for key in ["kernel_initializer", "kernel_regularizer", "kernel_constraint"] { _ = take(key) }
    }
}

extension LayerScope {
    /// filters = channels · multiplier, or an error where that is more than there can be.
    func product(channels: Int, multiplier: Int) throws -> Int {
        guard let count = Shape([channels, multiplier]).countIfAddressable else {
            throw error("\(channels) channels of \(multiplier) filters each are too many")
        }
        return count
    }
}

extension GraphBuilder {
    func convolution(_ x: Value, _ kernel: Value, _ bias: Value?, _ geometry: ConvolutionGeometry) -> Value {
        emit(
            .convolution(geometry, hasBias: bias != nil, activation: nil),
            [x, reshape(kernel, geometry.kernelShape)] + (bias.map { [$0] } ?? []))
    }
}
