import Graph
import JSON
import Tensors

/// A named function, element by element or over the last axis.
package struct ActivationLayer: SimpleLayer {
    package static let className = "Activation"
    package var passesMask: Bool { true }
    let activation: Activation
    package init(_ config: inout LayerConfig) throws { activation = try config.activation() }
    package func callAsFunction(_ x: Value, in scope: LayerScope) throws -> Value { activation(x, in: scope) }
}

/// max(x, 0) with an optional ceiling, slope below, and threshold.
package struct ReLU: SimpleLayer {
    package static let className = "ReLU"
    package var passesMask: Bool { true }
    let function: UnaryFunction
    package init(_ config: inout LayerConfig) throws { function = try Activation.relu(&config) }
    package func callAsFunction(_ x: Value, in scope: LayerScope) throws -> Value { scope.builder.unary(function, x) }
}

/// x itself.
package struct Identity: SimpleLayer {
    package static let className = "Identity"
    package var passesMask: Bool { true }
    package init(_ config: inout LayerConfig) throws {}
    package func callAsFunction(_ x: Value, in scope: LayerScope) throws -> Value { x }
}

/// x where x > 0, else a fixed share of it (0.3).
package struct LeakyReLU: SimpleLayer {
    package static let className = "LeakyReLU"
    package var passesMask: Bool { true }
    let slope: Float
    package init(_ config: inout LayerConfig) throws { slope = try config.slope(default: 0.3) }
    package func callAsFunction(_ x: Value, in scope: LayerScope) throws -> Value {
        scope.builder.unary(.relu(slope: slope), x)
    }
}

/// x where x > theta, else 0.
package struct ThresholdedReLU: SimpleLayer {
    package static let className = "ThresholdedReLU"
    package var passesMask: Bool { true }
    let theta: Float
    package init(_ config: inout LayerConfig) throws { theta = try config.float("theta", default: 1) }
    package func callAsFunction(_ x: Value, in scope: LayerScope) throws -> Value {
        scope.builder.unary(Activation.relu(above: theta), x)
    }
}

/// x where x > 0, else alpha · (eˣ − 1).
package struct ELU: SimpleLayer {
    package static let className = "ELU"
    package var passesMask: Bool { true }
    let alpha: Float
    package init(_ config: inout LayerConfig) throws { alpha = try config.float("alpha", default: 1) }
    package func callAsFunction(_ x: Value, in scope: LayerScope) throws -> Value {
        scope.builder.unary(.elu(alpha: alpha), x)
    }
}

/// x where x > 0, else alpha · x with a learnt alpha (example's shape, 1 along `shared_axes`).
package struct PReLU: SimpleLayer {
    package static let className = "PReLU"
    package var passesMask: Bool { true }
    let sharedAxes: [Int]
    let initializer: Initializer
    let regularizer: Regularizer?

    package init(_ config: inout LayerConfig) throws {
        sharedAxes = try config.axes("shared_axes", default: [])
        initializer = try config.initializer("alpha_initializer", default: .zeros)
        regularizer = try config.regularizer("alpha_regularizer")
    }

    package func callAsFunction(_ x: Value, in scope: LayerScope) throws -> Value {
        var shape = scope.shape(of: x).droppingFirst
        for axis in sharedAxes {
            // Counted with the batch, which is axis 0.
            guard (1...max(shape.rank, 1)).contains(axis), shape.rank > 0 else {
                throw scope.error("there is no axis \(axis) to share alpha along in an example of \(shape)")
            }
            shape.dimensions[axis - 1] = 1
        }
        let alpha = try scope.parameter(
            "alpha", shape, role: .scale, initializer: initializer, regularizer: regularizer)
        let g = scope.builder
        let below = g.unary(.relu, g.unary(.negate, x))
        return g.subtract(g.unary(.relu, x), g.multiply(g.reshape(alpha, shape.batched(1)), below))
    }
}

/// Softmax over an axis, the last by default, or over several together.
///
/// A mask, which is given or comes with the input, takes elements out: Keras 2 adds −10⁹ to them; Keras 3 puts −10⁹ in
/// their place and 0 in that of their result.
package struct SoftmaxLayer: Layer {
    package static let className = "Softmax"
    package static var callKeywords: Set<String> { ["mask"] }
    package var passesMask: Bool { true }
    let activation: Activation
    let isReplacing: Bool
    let zeroesResult: Bool

    package init(_ config: inout LayerConfig) throws {
        activation = .softmaxOver(try config.axes("axis", default: [-1]))
        zeroesResult = config.generation == .keras3
        isReplacing = try config.bool("robust_masking", default: false) || zeroesResult
    }

    package func callAsFunction(_ inputs: [Value], in scope: LayerScope) throws -> [Value] {
        guard let x = inputs.first, inputs.count <= 2 else {
            throw scope.error("it takes one input and a mask, and \(inputs.count) were given")
        }
        guard let mask = inputs.count == 2 ? inputs[1] : scope.mask(of: x) else { return [activation(x, in: scope)] }
        let (shape, maskShape) = (scope.shape(of: x), scope.shape(of: mask))
        guard maskShape.rank <= shape.rank, shape.broadcast(with: maskShape) == shape else {
            throw scope.error("a mask of \(maskShape) does not fit an input of \(shape)")
        }
        let g = scope.builder
        guard isReplacing else {
            let isGone = g.subtract(g.constant(1), mask)
            return [activation(g.add(x, g.scale(isGone, by: -1e9)), in: scope)]
        }
        let y = activation(g.select(mask, x, g.constant(-1e9)), in: scope)
        return [zeroesResult ? g.select(mask, y, g.constant(0)) : y]
    }
}
