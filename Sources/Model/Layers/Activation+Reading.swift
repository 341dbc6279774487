import Tensors

extension Activation {
    /// A function by its name, or a layer by its class, with its parameters. Defaults are Keras' own: those of a layer
    /// are not always those of the function (`LeakyReLU` 0.3, `leaky_relu` 0.2).
    init(named name: String, settings: inout LayerConfig) throws {
        switch name {
        case "linear", "Identity": self = .linear
        case "Activation": self = try settings.activation()
        case "softmax", "Softmax": self = .softmaxOver(try settings.axes("axis", default: [-1]))
        case "relu6": self = .unary(.relu(maximum: 6))
        case "relu", "ReLU": self = .unary(try Activation.relu(&settings))
        case "leaky_relu": self = .unary(.relu(slope: try settings.slope(default: 0.2)))
        case "LeakyReLU": self = .unary(.relu(slope: try settings.slope(default: 0.3)))
        case "ThresholdedReLU": self = .unary(Activation.relu(above: try settings.float("theta", default: 1)))
        case "elu", "ELU": self = .unary(.elu(alpha: try settings.float("alpha", default: 1)))
        case "celu": self = .composed(.celu(alpha: try settings.positive("alpha", default: 1)))
        case "glu": self = .composed(.glu(axis: try settings.int("axis", default: -1, minimum: -8)))
        case "sparsemax": self = .composed(.sparsemax(axis: try settings.int("axis", default: -1, minimum: -8)))
        case "log_softmax": self = .composed(.logSoftmax(axis: try settings.int("axis", default: -1, minimum: -8)))
        case "gelu": self = .unary(.gelu(approximate: try settings.bool("approximate", default: false)))
        case "hard_shrink": self = .composed(.hardShrink(try settings.float("threshold", default: 0.5)))
        case "soft_shrink": self = .composed(.softShrink(try settings.float("threshold", default: 0.5)))
        case "squareplus": self = .composed(.squareplus(try settings.float("b", default: 4)))
        case "threshold":
            self = .composed(
                .threshold(
                    try settings.float("threshold", default: 0),
                    otherwise: try settings.float("default_value", default: 0))
            )
        default:
            guard let plain = Activation.plain(name, settings.generation) else {
                throw settings.error(
                    "the activation \"\(name)\" is not known yet; the known ones are "
                        + Activation.names.joined(separator: ", "))
            }
            self = plain
        }
    }

    /// Functions without parameters.
    private static func plain(_ name: String, _ generation: KerasGeneration) -> Activation? {
        switch name {
        case "sigmoid": .unary(.sigmoid)
        case "tanh": .unary(.tanh)
        case "selu": .unary(.selu)
        case "softplus": .unary(.softplus)
        case "softsign": .unary(.softsign)
        case "swish", "silu": .unary(.swish)
        case "exponential": .unary(.exp)
        // Keras 1 and 2: clip(0.2x + 0.5, 0, 1); Keras 3: relu6(x + 3) / 6.
        case "hard_sigmoid": .unary(.hardSigmoid(slope: generation == .keras3 ? 1 / 6 : 0.2, shift: 0.5))
        case "sparse_sigmoid": .unary(.hardSigmoid(slope: 0.5, shift: 0.5))
        case "hard_silu", "hard_swish": .composed(.hardSilu)
        case "hard_tanh": .composed(.hardTanh)
        case "log_sigmoid": .composed(.logSigmoid)
        case "mish": .composed(.mish)
        case "sparse_plus": .composed(.sparsePlus)
        case "tanh_shrink": .composed(.tanhShrink)
        default: nil
        }
    }

    /// Softmax over the given axes together.
    static func softmaxOver(_ axes: [Int]) -> Activation { axes == [-1] ? .softmax : .composed(.softmax(axes: axes)) }

    /// The settings of Keras' `ReLU` layer and of its `relu` function, in the names of both generations.
    static func relu(_ settings: inout LayerConfig) throws -> UnaryFunction {
        let maximum = try settings.float("max_value", default: .infinity, in: 0...Float.infinity)
        let threshold = try settings.float("threshold", default: 0, in: 0...Float.infinity)
        return .relu(
            slope: try settings.slope(default: 0), maximum: maximum,
            threshold: threshold == 0 ? 0 : threshold.nextUp)
    }

    /// x where x > `limit`, else 0. Keras asks for greater, the kernel for greater or equal.
    static func relu(above limit: Float) -> UnaryFunction { limit == 0 ? .relu : .relu(threshold: limit.nextUp) }
}

extension LayerConfig {
    /// A slope below zero: `negative_slope` in Keras 3, `alpha` in Keras 2.
    mutating func slope(default standard: Float) throws -> Float {
        let old = try float("alpha", default: standard)
        return try float("negative_slope", default: old)
    }

    mutating func positive(_ key: String, default standard: Float) throws -> Float {
        try float(key, default: standard, in: .leastNonzeroMagnitude ... .greatestFiniteMagnitude)
    }

    /// One axis or a list of them; negative ones count from the end.
    package mutating func axes(_ key: String, default standard: [Int]) throws -> [Int] {
        guard let value = take(key) else { return standard }
        let axes = value.int.map { [$0] } ?? value.array?.compactMap(\.int) ?? []
        guard !axes.isEmpty, axes.count == value.array?.count ?? 1, axes.allSatisfy({ (-16...16).contains($0) }) else {
            throw error("\"\(key)\" should be an axis or a list of axes, not \(value.serialized())")
        }
        return axes
    }
}
