import Graph
import Tensors

/// The window of a local pooling.
struct PoolingSettings: Hashable, Sendable {
    let window: [Int]
    let strides: [Int]
    let padding: SpatialPadding
    let order: ChannelOrder

    init(_ config: inout LayerConfig, rank: Int) throws {
        window = try config.ints("pool_size", rank: rank, default: 2)
        // Keras: as far apart as the window is long, unless said.
        strides = config.has("strides") ? try config.ints("strides", rank: rank) : window
        padding = try SpatialPadding(&config)
        order = try ChannelOrder(&config)
    }

    func callAsFunction(_ mode: PoolingMode, _ x: Value, in scope: LayerScope) throws -> Value {
        try scope.requireRank(window.count + 2, x)
        let x = order.toLast(x, in: scope)
        let shape = scope.shape(of: x)
        let resolved = try padding.resolve(
            input: shape.spatial, window: window, strides: strides, dilations: window.map { _ in 1 }, in: scope)
        let geometry = PoolingGeometry(
            batch: shape[0], input: shape.spatial, output: resolved.output, channels: shape[-1], window: window,
            strides: strides, paddingBefore: resolved.before, paddingAfter: resolved.after)
        let y = scope.builder.emit(.pooling(mode, geometry, keepsIndices: mode == .maximum), [x])
        return order.fromLast(y, in: scope)
    }
}

/// The largest value in each window.
package struct MaxPooling<Rank: SpatialRank>: SimpleLayer {
    package static var className: String { "MaxPooling\(Rank.count)D" }
    let settings: PoolingSettings
    package init(_ config: inout LayerConfig) throws { settings = try PoolingSettings(&config, rank: Rank.count) }
    package func callAsFunction(_ x: Value, in scope: LayerScope) throws -> Value {
        try settings(.maximum, x, in: scope)
    }
}

/// The mean of each window; padding does not count.
package struct AveragePooling<Rank: SpatialRank>: SimpleLayer {
    package static var className: String { "AveragePooling\(Rank.count)D" }
    let settings: PoolingSettings
    package init(_ config: inout LayerConfig) throws { settings = try PoolingSettings(&config, rank: Rank.count) }
    package func callAsFunction(_ x: Value, in scope: LayerScope) throws -> Value {
        try settings(.average, x, in: scope)
    }
}
