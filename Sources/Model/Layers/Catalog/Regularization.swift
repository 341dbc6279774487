import Graph
import JSON
import Tensors

/// Sets a share of the elements to zero while training and scales the others up by as much. With `noise_shape`, elements
/// share their fate along the axes where it has a 1.
package struct Dropout: SimpleLayer {
    package static let className = "Dropout"
    package var passesMask: Bool { true }
    let rate: Float
    let noise: NoiseShape?

    package init(_ config: inout LayerConfig) throws {
        rate = try config.rate()
        noise = try NoiseShape(&config)
    }

    package func callAsFunction(_ x: Value, in scope: LayerScope) throws -> Value {
        guard scope.options.isTraining, rate > 0 else { return x }
        guard let noise else {
            return scope.builder.emit(.dropout(rate: rate, substream: scope.path.fingerprint), [x])
        }
        return scope.dropping(x, rate: rate, alike: try noise.resolved(for: x, in: scope))
    }
}

/// Drops whole channels of sequences, images or volumes (`SpatialDropout1D` to `3D`).
package struct SpatialDropout<Rank: SpatialRank>: SimpleLayer {
    package static var className: String { "SpatialDropout\(Rank.count)D" }
    package var passesMask: Bool { true }
    let rate: Float
    let channelsFirst: Bool

    package init(_ config: inout LayerConfig) throws {
        rate = try config.rate()
        let order = try config.choice("data_format", default: "channels_last", of: ["channels_last", "channels_first"])
        channelsFirst = order == "channels_first"
    }

    package func callAsFunction(_ x: Value, in scope: LayerScope) throws -> Value {
        try scope.requireRank(Rank.count + 2, x)
        guard scope.options.isTraining, rate > 0 else { return x }
        let shape = scope.shape(of: x)
        let channels = channelsFirst ? 1 : shape.rank - 1
        let alike = Shape(shape.dimensions.indices.map { $0 == 0 || $0 == channels ? shape[$0] : 1 })
        return scope.dropping(x, rate: rate, alike: alike)
    }
}

/// Adds normal noise of a given deviation while training.
package struct GaussianNoise: SimpleLayer {
    package static let className = "GaussianNoise"
    package var passesMask: Bool { true }
    let deviation: Float

    package init(_ config: inout LayerConfig) throws {
        guard config.has("stddev") else { throw config.error("\"stddev\" is missing") }
        deviation = try config.float("stddev", default: 0, in: 0...Float.greatestFiniteMagnitude)
        _ = config.take("seed")
    }

    package func callAsFunction(_ x: Value, in scope: LayerScope) throws -> Value {
        guard scope.options.isTraining, deviation > 0 else { return x }
        let g = scope.builder
        let noise = g.random(.normal, scope.shape(of: x), substream: scope.path.fingerprint)
        return g.add(x, g.scale(noise, by: deviation))
    }
}

/// Multiplies by normal noise around 1 of variance rate / (1 − rate) while training.
package struct GaussianDropout: SimpleLayer {
    package static let className = "GaussianDropout"
    package var passesMask: Bool { true }
    let rate: Float
    package init(_ config: inout LayerConfig) throws { rate = try config.rate(below: 1) }

    package func callAsFunction(_ x: Value, in scope: LayerScope) throws -> Value {
        guard scope.options.isTraining, rate > 0 else { return x }
        let g = scope.builder
        let noise = g.random(.normal, scope.shape(of: x), substream: scope.path.fingerprint)
        return g.multiply(x, g.add(g.scale(noise, by: (rate / (1 - rate)).squareRoot()), g.constant(1)))
    }
}

/// Sets a share of the elements to the value SELU saturates at while training, and keeps mean and variance (Klambauer
/// and others 2017).
package struct AlphaDropout: SimpleLayer {
    package static let className = "AlphaDropout"
    package var passesMask: Bool { true }
    let rate: Float
    let noise: NoiseShape?

    /// −α·λ of SELU.
    private static let saturation: Float = -1.7580993408473766

    package init(_ config: inout LayerConfig) throws {
        rate = try config.rate(below: 1)
        noise = try NoiseShape(&config)
    }

    package func callAsFunction(_ x: Value, in scope: LayerScope) throws -> Value {
        guard scope.options.isTraining, rate > 0 else { return x }
        let g = scope.builder
        let shape = try noise?.resolved(for: x, in: scope) ?? scope.shape(of: x)
        let isKept = g.binary(
            .greaterOrEqual, g.random(.uniform, shape, substream: scope.path.fingerprint), g.constant(rate))
        let saturation = AlphaDropout.saturation
        let a = 1 / ((1 - rate) * (1 + rate * saturation * saturation)).squareRoot()
        let mixed = g.select(isKept, x, g.constant(saturation))
        return g.add(g.scale(mixed, by: a), g.constant(-a * saturation * rate))
    }
}

/// Gives back its input, and adds l1·Σ|x| + l2·Σx² of every example to the training loss.
package struct ActivityRegularization: SimpleLayer {
    package static let className = "ActivityRegularization"
    package var passesMask: Bool { true }
    let regularizer: Regularizer

    package init(_ config: inout LayerConfig) throws {
        regularizer = Regularizer(l1: try config.float("l1", default: 0), l2: try config.float("l2", default: 0))
    }

    package func callAsFunction(_ x: Value, in scope: LayerScope) throws -> Value {
        if scope.options.isTraining, let penalty = regularizer.penalty(ofExamples: x, in: scope.builder) {
            scope.addLoss(penalty)
        }
        return x
    }
}

/// Keras' `noise_shape`: per dimension, the batch included, a number or nothing for the input's own.
struct NoiseShape: Hashable, Sendable {
    private let dimensions: [Int?]

    /// Nil where the setting is absent.
    init?(_ config: inout LayerConfig) throws {
        guard let value = config.take("noise_shape") else { return nil }
        let items = value.array ?? []
        let dimensions = items.map { $0.int == -1 ? nil : $0.int }
        guard !items.isEmpty, items.allSatisfy({ $0.isNull || ($0.int ?? 0) >= -1 && $0.int != 0 && $0.int != nil })
        else {
            throw config.error("\"noise_shape\" should be a list of whole numbers, not \(value.serialized())")
        }
        self.dimensions = dimensions
    }

    func resolved(for x: Value, in scope: LayerScope) throws -> Shape {
        let shape = scope.shape(of: x)
        guard dimensions.count == shape.rank else {
            throw scope.error("a noise shape of rank \(dimensions.count) does not fit an input of \(shape)")
        }
        let resolved = Shape(zip(dimensions, shape.dimensions).map { $0 ?? $1 })
        guard shape.broadcast(with: resolved) == shape else {
            throw scope.error("a noise shape of \(resolved) does not fit an input of \(shape)")
        }
        return resolved
    }
}

extension LayerConfig {
    /// The share to drop. The seed that stands beside it is not used: noise comes from the run's seed and the layer's path.
    fileprivate mutating func rate(below limit: Float = 1.5) throws -> Float {
        _ = take("seed")
        // Keras 1 called it p.
        let old = try float("p", default: 0.5, in: 0...1)
        let rate = try float("rate", default: old, in: 0...1)
        guard rate < limit else { throw error("\"rate\" should be below \(limit), not \(rate)") }
        return rate
    }
}

extension LayerScope {
    /// A dropout whose mask has the shape `alike`, which broadcasts.
    fileprivate func dropping(_ x: Value, rate: Float, alike: Shape) -> Value {
        let random = builder.random(.uniform, alike, substream: path.fingerprint)
        let isKept = builder.binary(.greaterOrEqual, random, builder.constant(rate))
        return builder.multiply(x, builder.scale(isKept, by: rate < 1 ? 1 / (1 - rate) : 0))
    }
}
