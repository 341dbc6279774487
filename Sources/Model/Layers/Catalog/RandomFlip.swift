import Graph
import JSON
import Tensors

/// Mirrors images while training, each with a probability of one half.
package struct RandomFlip: SimpleLayer {
    package static let className = "RandomFlip"
    let horizontal: Bool
    let vertical: Bool
    /// Keras 3 draws once for both directions, Keras 2 for each.
    let drawsOnce: Bool
    let order: ChannelOrder

    package init(_ config: inout LayerConfig) throws {
        let modes = ["horizontal_and_vertical", "horizontal", "vertical"]
        let mode = try config.choice("mode", default: modes[0], of: modes)
        horizontal = mode != "vertical"
        vertical = mode != "horizontal"
        drawsOnce = config.generation == .keras3
        order = try ChannelOrder(&config)
        try config.ignoreBoxes()
    }

    package func callAsFunction(_ x: Value, in scope: LayerScope) throws -> Value {
        try scope.requireRank(4, x)
        guard scope.options.isTraining else { return x }
        var y = order.toLast(x, in: scope)
        let g = scope.builder
        for (axis, isWanted) in [(2, horizontal), (1, vertical)] where isWanted {
            let batch = scope.shape(of: y)[0]
            let u = scope.draw([batch, 1, 1, 1], for: drawsOnce || axis == 2 ? "flip" : "flip_vertical")
            y = g.select(g.binary(.greater, g.constant(0.5), u), g.reverse(y, axes: [axis]), y)
        }
        return order.fromLast(y, in: scope)
    }
}
