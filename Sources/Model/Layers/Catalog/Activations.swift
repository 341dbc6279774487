import Graph
import Tensors

/// A named function, element by element (softmax: over the last axis).
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

    package init(_ config: inout LayerConfig) throws {
        function = .relu(
            slope: try config.float("negative_slope", default: 0),
            maximum: try config.float("max_value", default: .infinity),
            threshold: try config.float("threshold", default: 0))
    }

    package func callAsFunction(_ x: Value, in scope: LayerScope) throws -> Value { scope.builder.unary(function, x) }
}

/// Softmax over an axis, the last by default.
package struct SoftmaxLayer: SimpleLayer {
    package static let className = "Softmax"
    package var passesMask: Bool { true }
    let axis: Int
    package init(_ config: inout LayerConfig) throws {
        axis = try config.ints("axis", rank: 1, default: -1, minimum: -8)[0]
    }

    package func callAsFunction(_ x: Value, in scope: LayerScope) throws -> Value {
        let rank = scope.shape(of: x).rank
        guard let axis = scope.shape(of: x).normalized(axis: axis), axis > 0 else {
            throw scope.error("there is no axis \(self.axis) in an input of rank \(rank)")
        }
        if axis == rank - 1 { return Activation.softmax(x, in: scope) }
        var order = Array(0..<rank)
        order.swapAt(axis, rank - 1)
        let moved = scope.builder.emit(.transpose(order), [x])
        return scope.builder.emit(.transpose(order), [Activation.softmax(moved, in: scope)])
    }
}

/// Sets a share of the elements to zero while training and scales the others up by as much.
package struct Dropout: SimpleLayer {
    package static let className = "Dropout"
    package var passesMask: Bool { true }
    let rate: Float

    package init(_ config: inout LayerConfig) throws {
        rate = try config.float("rate", default: 0.5, in: 0...1)
        // Masks come from the run's seed and the layer's path.
        _ = config.take("seed")
        try config.refuse("noise_shape")
    }

    package func callAsFunction(_ x: Value, in scope: LayerScope) throws -> Value {
        guard scope.options.isTraining, rate > 0 else { return x }
        return scope.builder.emit(.dropout(rate: rate, substream: scope.path.fingerprint), [x])
    }
}
