import Graph
import Tensors

/// What a layer's `activation` setting names.
package enum Activation: Hashable, Sendable {
    case linear
    /// Computed by one kernel, element by element.
    case unary(UnaryFunction)
    /// Over the last axis.
    case softmax
    /// Put together from several operations.
    case composed(ComposedActivation)

    /// The names that are known, in order.
    package static let names = [
        "linear", "relu", "relu6", "sigmoid", "tanh", "softmax", "elu", "selu", "softplus", "softsign", "swish", "silu",
        "gelu", "hard_sigmoid", "exponential", "leaky_relu", "celu", "glu", "hard_shrink", "hard_silu", "hard_swish",
        "hard_tanh", "log_sigmoid", "log_softmax", "mish", "soft_shrink", "sparse_plus", "sparse_sigmoid", "sparsemax",
        "squareplus", "tanh_shrink", "threshold",
    ]

    /// - Throws: `LayerError` naming the known ones.
    package init(named name: String, in config: LayerConfig) throws {
        var settings = config.nested([:])
        self = try Activation(named: name, settings: &settings)
        try settings.finish()
    }

    /// A rank-1 or greater value of the same shape (`glu`: half as wide).
    package func callAsFunction(_ x: Value, in scope: LayerScope) -> Value {
        switch self {
        case .linear: x
        case .unary(let function): scope.builder.unary(function, x)
        case .softmax: scope.builder.emit(.softmax, [x])
        case .composed(let function): function(x, in: scope)
        }
    }
}

extension LayerConfig {
    /// A name, or a function or an activation layer written out with its settings:
    /// `{"class_name": "LeakyReLU", "config": {"alpha": 0.1}}`.
    package mutating func activation(_ key: String = "activation") throws -> Activation {
        guard let value = take(key) else { return .linear }
        if let name = value.string { return try Activation(named: name, in: self) }
        guard let name = value["class_name"]?.string else {
            throw error("the activation \(value.serialized()) is not known yet")
        }
        var settings = nested(value["config"] ?? [:])
        // A layer used as a function carries a layer's bookkeeping.
        let activation = try Activation(named: name, settings: &settings)
        try settings.finish()
        return activation
    }
}
