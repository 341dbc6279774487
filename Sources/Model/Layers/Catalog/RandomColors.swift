import Graph
import JSON
import Tensors

/// The smallest and the largest value of a pixel.
struct ValueRange: Hashable, Sendable {
    let lower: Float
    let upper: Float

    /// Reads `value_range`, 0 to 255 where it is absent.
    init(_ config: inout LayerConfig) throws {
        let value = config.take("value_range") ?? [0, 255]
        let bounds = value.array?.compactMap(\.double).map { Float($0) }.sorted() ?? []
        guard bounds.count == 2, value.array?.count == 2 else {
            throw config.error("\"value_range\" should be two numbers, not \(value.serialized())")
        }
        (lower, upper) = (bounds[0], bounds[1])
    }

    func clip(_ x: Value, in g: GraphBuilder) -> Value {
        g.minimum(g.maximum(x, g.constant(lower)), g.constant(upper))
    }
}

/// Draws pixels away from or towards the mean of their channel while training. Keras 3 draws for each image, Keras 2 for
/// the batch.
package struct RandomContrast: SimpleLayer {
    package static let className = "RandomContrast"
    let factor: RandomRange
    let values: ValueRange
    let drawsPerImage: Bool
    let order: ChannelOrder

    package init(_ config: inout LayerConfig) throws {
        drawsPerImage = config.generation == .keras3
        factor = try RandomContrast.factor(&config)
        values = try ValueRange(&config)
        order = try ChannelOrder(&config)
        try config.ignoreBoxes()
    }

    /// (below, above) gives 1 − below … 1 + above. One number stands for both in Keras 2, for `above` in Keras 3.
    private static func factor(_ config: inout LayerConfig) throws -> RandomRange {
        guard let value = config.take("factor") else { throw config.error("\"factor\" is missing") }
        let isNew = config.generation == .keras3
        var sides = value.array?.compactMap { $0.double.map { Float($0) } } ?? []
        if let one = value.double { sides = [isNew ? 0 : Float(one), Float(one)] }
        let isPair = sides.count == 2 && (value.array?.count ?? 2) == 2
        if isNew { sides.sort() }
        guard isPair, sides.allSatisfy({ $0 >= 0 && $0 <= (isNew ? 1 : .greatestFiniteMagnitude) }), sides[0] <= 1
        else {
            throw config.error("\"factor\" should be a number from 0 to 1, or two, not \(value.serialized())")
        }
        return RandomRange(1 - sides[0], 1 + sides[1])
    }

    package func callAsFunction(_ x: Value, in scope: LayerScope) throws -> Value {
        try scope.requireRank(4, x)
        guard scope.options.isTraining else { return x }
        let x = order.toLast(x, in: scope)
        let (g, shape) = (scope.builder, scope.shape(of: x))
        let mean = g.reshape(g.mean(x, axes: [1, 2]), [shape[0], 1, 1, shape[3]])
        let contrast = scope.draw(factor, [drawsPerImage ? shape[0] : 1, 1, 1, 1], for: "factor")
        let y = g.add(g.multiply(g.subtract(x, mean), contrast), mean)
        return order.fromLast(values.clip(y, in: g), in: scope)
    }
}

/// Adds a share of the range of values to each image while training.
package struct RandomBrightness: SimpleLayer {
    package static let className = "RandomBrightness"
    let factor: RandomRange
    let values: ValueRange

    package init(_ config: inout LayerConfig) throws {
        factor = try RandomRange.required(&config, "factor", in: -1...1)
        values = try ValueRange(&config)
        _ = try ChannelOrder(&config)
        try config.ignoreBoxes()
    }

    package func callAsFunction(_ x: Value, in scope: LayerScope) throws -> Value {
        try scope.requireRank(4, x)
        guard scope.options.isTraining else { return x }
        let g = scope.builder
        let delta = scope.draw(factor, [scope.shape(of: x)[0], 1, 1, 1], for: "factor")
        return values.clip(g.add(x, g.scale(delta, by: values.upper - values.lower)), in: g)
    }
}

/// Makes each image grey with a given probability while training.
package struct RandomGrayscale: SimpleLayer {
    package static let className = "RandomGrayscale"
    let factor: Float
    let order: ChannelOrder

    /// Shares of red, green and blue in brightness, after ITU-R BT.601, as TensorFlow rounds them.
    private static let shares: [Float] = [0.2989, 0.587, 0.114]

    package init(_ config: inout LayerConfig) throws {
        factor = try config.float("factor", default: 0.5, in: 0...1)
        order = try ChannelOrder(&config)
        try config.ignoreBoxes()
    }

    package func callAsFunction(_ x: Value, in scope: LayerScope) throws -> Value {
        try scope.requireRank(4, x)
        guard scope.options.isTraining else { return x }
        let x = order.toLast(x, in: scope)
        let (g, shape) = (scope.builder, scope.shape(of: x))
        guard shape[3] == 3 else { throw scope.error("it takes 3 channels, and there are \(shape[3])") }
        let flat = g.reshape(x, [shape[0] * shape[1] * shape[2], 3])
        let gray = g.reshape(g.matmul(flat, g.table(Self.shares, [3, 1])), [shape[0], shape[1], shape[2], 1])
        let u = scope.draw([shape[0], 1, 1, 1], for: "apply")
        return order.fromLast(g.select(g.binary(.greater, g.constant(factor), u), gray, x), in: scope)
    }
}
