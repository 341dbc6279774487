import Graph
import Tensors

/// The window of a local pooling.
struct PoolingSettings: Hashable, Sendable {
    let window: [Int]
    let strides: [Int]
    let padding: SpatialPadding

    init(_ config: inout LayerConfig, rank: Int) throws {
        window = try config.ints("pool_size", rank: rank, default: 2)
        // Keras: as far apart as the window is long, unless said.
        strides = config.has("strides") ? try config.ints("strides", rank: rank) : window
        padding = try SpatialPadding(&config)
        try config.require("data_format", toBe: "channels_last")
    }

    func callAsFunction(_ mode: PoolingMode, _ x: Value, in scope: LayerScope) throws -> Value {
        try scope.requireRank(window.count + 2, x)
        let shape = scope.shape(of: x)
        let spatial = Array(shape.dimensions[1..<shape.rank - 1])
        let resolved = try padding.resolve(
            input: spatial, window: window, strides: strides, dilations: window.map { _ in 1 }, in: scope)
        let geometry = PoolingGeometry(
            batch: shape[0], input: spatial, output: resolved.output, channels: shape[-1], window: window,
            strides: strides, paddingBefore: resolved.before, paddingAfter: resolved.after)
        return scope.builder.emit(.pooling(mode, geometry, keepsIndices: mode == .maximum), [x])
    }
}

/// The largest value in each window.
package struct MaxPooling2D: SimpleLayer {
    package static let className = "MaxPooling2D"
    let settings: PoolingSettings
    package init(_ config: inout LayerConfig) throws { settings = try PoolingSettings(&config, rank: 2) }
    package func callAsFunction(_ x: Value, in scope: LayerScope) throws -> Value {
        try settings(.maximum, x, in: scope)
    }
}

/// The mean of each window; padding does not count.
package struct AveragePooling2D: SimpleLayer {
    package static let className = "AveragePooling2D"
    let settings: PoolingSettings
    package init(_ config: inout LayerConfig) throws { settings = try PoolingSettings(&config, rank: 2) }
    package func callAsFunction(_ x: Value, in scope: LayerScope) throws -> Value {
        try settings(.average, x, in: scope)
    }
}

/// A reduction over all spatial dimensions.
struct GlobalPoolingSettings: Hashable, Sendable {
    let keepsDimensions: Bool

    init(_ config: inout LayerConfig) throws {
        keepsDimensions = try config.bool("keepdims", default: false)
        try config.require("data_format", toBe: "channels_last")
    }

    func callAsFunction(_ reduction: Reduction, rank: Int, _ x: Value, in scope: LayerScope) throws -> Value {
        try scope.requireRank(rank + 2, x)
        let shape = scope.shape(of: x)
        let y = scope.builder.emit(.reduce(reduction, axes: Array(1...rank)), [x])
        guard keepsDimensions else { return y }
        return scope.builder.reshape(y, Shape([shape[0]] + Array(repeating: 1, count: rank) + [shape[-1]]))
    }
}

/// The mean over height and width.
package struct GlobalAveragePooling2D: SimpleLayer {
    package static let className = "GlobalAveragePooling2D"
    let settings: GlobalPoolingSettings
    package init(_ config: inout LayerConfig) throws { settings = try GlobalPoolingSettings(&config) }
    package func callAsFunction(_ x: Value, in scope: LayerScope) throws -> Value {
        try settings(.mean, rank: 2, x, in: scope)
    }
}

/// The largest value over height and width.
package struct GlobalMaxPooling2D: SimpleLayer {
    package static let className = "GlobalMaxPooling2D"
    let settings: GlobalPoolingSettings
    package init(_ config: inout LayerConfig) throws { settings = try GlobalPoolingSettings(&config) }
    package func callAsFunction(_ x: Value, in scope: LayerScope) throws -> Value {
        try settings(.maximum, rank: 2, x, in: scope)
    }
}
