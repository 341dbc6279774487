import Graph
import Tensors

/// What gamma and beta of a normalisation are: whether there are any, and how they start.
struct AffineSettings: Hashable, Sendable {
    let hasScale: Bool
    let hasOffset: Bool
    let gammaInitializer: Initializer
    let betaInitializer: Initializer
    let gammaRegularizer: Regularizer?
    let betaRegularizer: Regularizer?

    init(_ config: inout LayerConfig) throws {
        hasScale = try config.bool("scale", default: true)
        hasOffset = try config.bool("center", default: true)
        gammaInitializer = try config.initializer("gamma_initializer", default: .ones)
        betaInitializer = try config.initializer("beta_initializer", default: .zeros)
        gammaRegularizer = try config.regularizer("gamma_regularizer")
        betaRegularizer = try config.regularizer("beta_regularizer")
    }

    func gamma(_ shape: Shape, in scope: LayerScope) throws -> Value? {
        guard hasScale else { return nil }
        return try scope.parameter(
            "gamma", shape, role: .scale, initializer: gammaInitializer, regularizer: gammaRegularizer)
    }

    func beta(_ shape: Shape, in scope: LayerScope) throws -> Value? {
        guard hasOffset else { return nil }
        return try scope.parameter(
            "beta", shape, role: .offset, initializer: betaInitializer, regularizer: betaRegularizer)
    }
}

/// (x − mean) / √(variance + epsilon) · gamma + beta with mean and variance over the given axes of each example; gamma
/// and beta have those axes' extents, in the order in which the axes are named.
package struct LayerNormalization: SimpleLayer {
    package static let className = "LayerNormalization"
    package var passesMask: Bool { true }
    let axes: [Int]
    let epsilon: Float
    let affine: AffineSettings
    /// Keras 3's: x / √(variance + epsilon) · gamma, nothing else.
    let scalesOnly: Bool

    package init(_ config: inout LayerConfig) throws {
        axes = try config.axes("axis", default: [-1])
        epsilon = try config.float("epsilon", default: 1e-3, in: 0...1)
        affine = try AffineSettings(&config)
        scalesOnly = try config.bool("rms_scaling", default: false)
    }

    package func callAsFunction(_ x: Value, in scope: LayerScope) throws -> Value {
        let g = scope.builder
        let shape = scope.shape(of: x)
        let named = try scope.normalized(axes: axes, of: shape)
        let parameterShape = Shape(named.map { shape[$0] })
        let reduced = named.sorted()
        let wide = Shape(shape.dimensions.indices.map { reduced.contains($0) ? shape[$0] : 1 })
        let gamma = try affine.gamma(parameterShape, in: scope).map { g.reshape($0, wide) }
        let beta = try affine.beta(parameterShape, in: scope).map { g.reshape($0, wide) }
        let centred = g.subtract(x, g.kept(.mean, x, axes: reduced))
        let variance = g.kept(.mean, g.unary(.square, centred), axes: reduced)
        let deviation = g.unary(.sqrt, g.add(variance, g.constant(epsilon)))
        var y = g.divide(scalesOnly ? x : centred, deviation)
        if let gamma { y = g.multiply(y, gamma) }
        if let beta, !scalesOnly { y = g.add(y, beta) }
        return y
    }
}

/// x / √(mean of x² + epsilon) · scale over the given axes of each example; scale has those axes' extents.
package struct RMSNormalization: SimpleLayer {
    package static let className = "RMSNormalization"
    package var passesMask: Bool { true }
    let axes: [Int]
    let epsilon: Float

    package init(_ config: inout LayerConfig) throws {
        axes = try config.axes("axis", default: [-1])
        epsilon = try config.float("epsilon", default: 1e-6, in: 0...1)
    }

    package func callAsFunction(_ x: Value, in scope: LayerScope) throws -> Value {
        let g = scope.builder
        let shape = scope.shape(of: x)
        let named = try scope.normalized(axes: axes, of: shape)
        let scale = try scope.parameter("scale", Shape(named.map { shape[$0] }), role: .scale, initializer: .ones)
        let wide = Shape(shape.dimensions.indices.map { named.contains($0) ? shape[$0] : 1 })
        let power = g.kept(.mean, g.unary(.square, x), axes: named.sorted())
        return g.multiply(g.divide(x, g.unary(.sqrt, g.add(power, g.constant(epsilon)))), g.reshape(scale, wide))
    }
}

/// x / √Σx² over the given axes of each example: unit vectors.
package struct UnitNormalization: SimpleLayer {
    package static let className = "UnitNormalization"
    package var passesMask: Bool { true }
    let axes: [Int]
    let squareFloor: Float

    package init(_ config: inout LayerConfig) throws {
        axes = try config.axes("axis", default: [-1])
        squareFloor = config.generation == .keras3 ? 1e-24 : 1e-12
    }

    package func callAsFunction(_ x: Value, in scope: LayerScope) throws -> Value {
        let reduced = try scope.normalized(axes: axes, of: scope.shape(of: x))
        return scope.builder.normalized(x, axes: reduced.sorted(), squareFloor: squareFloor)
    }
}

extension LayerScope {
    /// Axes counted from 0, in the given order.
    /// - Throws: `LayerError` for the batch, an axis that is not there, or one that comes twice.
    func normalized(axes: [Int], of shape: Shape) throws -> [Int] {
        let known = axes.compactMap { shape.normalized(axis: $0) }
        guard known.count == axes.count, !known.isEmpty, Set(known).count == known.count, !known.contains(0) else {
            let list = axes.map(String.init).joined(separator: ", ")
            throw error("there is no axis \(list) to normalise over in an example of \(shape.droppingFirst)")
        }
        return known
    }
}
