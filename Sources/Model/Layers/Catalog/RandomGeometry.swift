import Graph
import JSON
import Tensors

/// What the layers share that move images about while training: how places between pixels and outside are filled.
struct ImageFilling: Hashable, Sendable {
    let interpolation: AffineSampling.Interpolation
    let fill: AffineSampling.Fill
    let order: ChannelOrder

    init(_ config: inout LayerConfig) throws {
        let method = try config.choice("interpolation", default: "bilinear", of: ["bilinear", "nearest"])
        interpolation = method == "nearest" ? .nearest : .bilinear
        let value = try config.float("fill_value", default: 0)
        switch try config.choice("fill_mode", default: "reflect", of: ["reflect", "constant", "wrap", "nearest"]) {
        case "constant": fill = .constant(value)
        case "wrap": fill = .wrap
        case "nearest": fill = .nearest
        default: fill = .reflect
        }
        order = try ChannelOrder(&config)
        try config.ignoreBoxes()
    }

    /// `x` (in the layer's order) sampled along the maps that `columns` gives: eight of (batch, 1), nil for 0, from the
    /// height and the width of an image.
    func sample(
        _ x: Value, in scope: LayerScope, _ columns: (_ height: Int, _ width: Int) -> [Value?]
    ) throws -> Value {
        try scope.requireRank(4, x)
        guard scope.options.isTraining else { return x }
        let x = order.toLast(x, in: scope)
        let (g, shape) = (scope.builder, scope.shape(of: x))
        let zero = g.constant(0, [shape[0], 1])
        let maps = g.concatenate(columns(shape[1], shape[2]).map { $0 ?? zero }, axis: 1)
        let sampling = AffineSampling(
            height: shape[1], width: shape[2], interpolation: interpolation, fill: fill)
        return order.fromLast(g.emit(.affineSample(sampling), [x, maps]), in: scope)
    }
}

/// Turns each image by an angle of its own while training; the factor is a share of a whole turn.
package struct RandomRotation: SimpleLayer {
    package static let className = "RandomRotation"
    let factor: RandomRange
    let filling: ImageFilling

    package init(_ config: inout LayerConfig) throws {
        let limit: Float = config.generation == .keras3 ? 1 : 1e6
        factor = try RandomRange.required(&config, "factor", in: -limit...limit)
        filling = try ImageFilling(&config)
    }

    package func callAsFunction(_ x: Value, in scope: LayerScope) throws -> Value {
        let (g, batch) = (scope.builder, scope.shape(of: x).dimensions.first ?? 1)
        return try filling.sample(x, in: scope) { height, width in
            let angle = g.scale(scope.draw(factor, [batch, 1], for: "angle"), by: 2 * .pi)
            let (cosine, sine) = (g.unary(.cosine, angle), g.unary(.sine, angle))
            let (x, y) = (Float(width - 1) / 2, Float(height - 1) / 2)
            // Around the centre (x, y): what is left of it after the turn is the shift.
            let right = g.add(g.scale(cosine, by: -x), g.add(g.scale(sine, by: y), g.constant(x)))
            let down = g.add(g.scale(sine, by: -x), g.add(g.scale(cosine, by: -y), g.constant(y)))
            return [cosine, g.scale(sine, by: -1), right, sine, cosine, down, nil, nil]
        }
    }
}

/// Enlarges (below 0) or shrinks each image around its centre while training.
package struct RandomZoom: SimpleLayer {
    package static let className = "RandomZoom"
    let height: RandomRange
    /// Nil: as the height.
    let width: RandomRange?
    let filling: ImageFilling

    package init(_ config: inout LayerConfig) throws {
        height = try RandomRange.required(&config, "height_factor", in: -1...1)
        let limit: Float = config.generation == .keras3 ? 1 : 1e6
        width = try RandomRange(&config, "width_factor", in: -1...limit)
        filling = try ImageFilling(&config)
    }

    package func callAsFunction(_ x: Value, in scope: LayerScope) throws -> Value {
        let (g, batch) = (scope.builder, scope.shape(of: x).dimensions.first ?? 1)
        func zoom(_ range: RandomRange, _ name: String) -> Value {
            scope.draw(RandomRange(1 + range.lower, 1 + range.upper), [batch, 1], for: name)
        }
        return try filling.sample(x, in: scope) { rows, columns in
            let y = zoom(height, "height")
            let x = width.map { zoom($0, "width") } ?? y
            func shift(_ zoom: Value, _ extent: Int) -> Value {
                g.scale(g.subtract(g.constant(1), zoom), by: Float(extent - 1) / 2)
            }
            return [x, nil, shift(x, columns), nil, y, shift(y, rows), nil, nil]
        }
    }
}

/// Shifts each image down and to the right by shares of its height and width while training.
package struct RandomTranslation: SimpleLayer {
    package static let className = "RandomTranslation"
    let height: RandomRange
    let width: RandomRange
    let filling: ImageFilling

    package init(_ config: inout LayerConfig) throws {
        height = try RandomRange.required(&config, "height_factor", in: -1...1)
        width = try RandomRange.required(&config, "width_factor", in: -1...1)
        filling = try ImageFilling(&config)
    }

    package func callAsFunction(_ x: Value, in scope: LayerScope) throws -> Value {
        let (g, batch) = (scope.builder, scope.shape(of: x).dimensions.first ?? 1)
        return try filling.sample(x, in: scope) { rows, columns in
            let one = g.constant(1, [batch, 1])
            let down = g.scale(scope.draw(height, [batch, 1], for: "height"), by: -Float(rows))
            let right = g.scale(scope.draw(width, [batch, 1], for: "width"), by: -Float(columns))
            return [one, nil, right, nil, one, down, nil, nil]
        }
    }
}
