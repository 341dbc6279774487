import Graph
import Tensors

/// What a layer's `activation` setting names.
package enum Activation: Hashable, Sendable {
    case linear
    case unary(UnaryFunction)
    /// Over the last axis.
    case softmax

    /// The names that are known, in order.
    package static let names = [
        "linear", "relu", "relu6", "sigmoid", "tanh", "softmax", "elu", "selu", "softplus", "softsign", "swish", "silu",
        "gelu", "hard_sigmoid", "exponential", "leaky_relu",
    ]

    /// - Throws: `LayerError` naming the known ones.
    package init(named name: String, in config: LayerConfig) throws {
        switch name {
        case "linear": self = .linear
        case "relu": self = .unary(.relu)
        case "relu6": self = .unary(.relu(maximum: 6))
        case "sigmoid": self = .unary(.sigmoid)
        case "tanh": self = .unary(.tanh)
        case "softmax": self = .softmax
        case "elu": self = .unary(.elu(alpha: 1))
        case "selu": self = .unary(.selu)
        case "softplus": self = .unary(.softplus)
        case "softsign": self = .unary(.softsign)
        case "swish", "silu": self = .unary(.swish)
        case "gelu": self = .unary(.gelu(approximate: false))
        // Keras 1 and 2: clip(0.2x + 0.5, 0, 1); Keras 3: relu6(x + 3) / 6.
        case "hard_sigmoid":
            self = .unary(.hardSigmoid(slope: config.generation == .keras3 ? 1 / 6 : 0.2, shift: 0.5))
        case "exponential": self = .unary(.exp)
        // Keras 3's default slope; the function of the same name in Keras 2 defaults to 0.2 as well.
        case "leaky_relu": self = .unary(.relu(slope: 0.2))
        default:
            throw config.error(
                "the activation \"\(name)\" is not known yet; the known ones are "
                    + Activation.names.joined(separator: ", "))
        }
    }

    package func callAsFunction(_ x: Value, in scope: LayerScope) -> Value {
        switch self {
        case .linear: x
        case .unary(let function): scope.builder.unary(function, x)
        case .softmax: scope.builder.emit(.softmax, [x])
        }
    }
}
