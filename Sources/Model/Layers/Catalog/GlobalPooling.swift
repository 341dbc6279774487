import Graph
import Tensors

/// A reduction over all spatial dimensions.
struct GlobalPoolingSettings: Hashable, Sendable {
    let keepsDimensions: Bool
    let order: ChannelOrder

    init(_ config: inout LayerConfig) throws {
        keepsDimensions = try config.bool("keepdims", default: false)
        order = try ChannelOrder(&config)
    }

    /// - Parameter reduce: (batch, spatial…, channels) → (batch, channels)
    func callAsFunction(
        rank: Int, _ x: Value, in scope: LayerScope, reduce: (Value) -> Value
    ) throws -> Value {
        try scope.requireRank(rank + 2, x)
        let x = order.toLast(x, in: scope)
        let shape = scope.shape(of: x)
        guard shape.spatial.allSatisfy({ $0 > 0 }) else {
            throw scope.error("there is nothing to pool in an input of \(Shape(shape.spatial))")
        }
        let y = reduce(x)
        guard keepsDimensions else { return y }
        let kept = Shape([shape[0]] + Array(repeating: 1, count: rank) + [shape[-1]])
        return order.fromLast(scope.builder.reshape(y, kept), in: scope)
    }
}

/// The mean over the spatial dimensions; in one dimension, over the steps that its mask lets count.
package struct GlobalAveragePooling<Rank: SpatialRank>: SimpleLayer {
    package static var className: String { "GlobalAveragePooling\(Rank.count)D" }
    let settings: GlobalPoolingSettings
    package init(_ config: inout LayerConfig) throws { settings = try GlobalPoolingSettings(&config) }
    package func callAsFunction(_ x: Value, in scope: LayerScope) throws -> Value {
        let mask = Rank.count == 1 ? scope.mask(of: x) : nil
        let g = scope.builder
        return try settings(rank: Rank.count, x, in: scope) { x in
            guard let mask else { return g.mean(x, axes: Array(1...Rank.count)) }
            let (batch, steps) = (scope.shape(of: x)[0], scope.shape(of: x)[1])
            let counted = g.reshape(mask, [batch, steps, 1])
            return g.divide(g.sum(g.multiply(x, counted), axes: [1]), g.sum(counted, axes: [1]))
        }
    }
}

/// The largest value over the spatial dimensions.
package struct GlobalMaxPooling<Rank: SpatialRank>: SimpleLayer {
    package static var className: String { "GlobalMaxPooling\(Rank.count)D" }
    let settings: GlobalPoolingSettings
    package init(_ config: inout LayerConfig) throws { settings = try GlobalPoolingSettings(&config) }
    package func callAsFunction(_ x: Value, in scope: LayerScope) throws -> Value {
        try settings(rank: Rank.count, x, in: scope) {
            scope.builder.emit(.reduce(.maximum, axes: Array(1...Rank.count)), [$0])
        }
    }
}
