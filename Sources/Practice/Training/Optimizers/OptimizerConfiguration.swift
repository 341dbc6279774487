import OrderedCollections

/// An optimizer and its options: complete (what was not written has its default) and within their ranges.
///
/// Weight decay is decoupled for every optimizer, as in AdamW: `w -= rate · decay · w` before the update.
package struct OptimizerConfiguration: Hashable, Sendable {
    package let algorithm: OptimizerAlgorithm
    /// Every option that the algorithm takes. `nesterov` is 1 or 0.
    package private(set) var values: OrderedDictionary<OptimizerOption, Double>

    /// The defaults of `algorithm`.
    package init(_ algorithm: OptimizerAlgorithm) {
        self.algorithm = algorithm
        values = OrderedDictionary(uniqueKeysWithValues: algorithm.defaults.map { ($0.option, $0.value) })
    }

    /// The defaults of `algorithm` with some options set.
    /// - Throws: `OptimizerConfigurationError` as `set` does, and for Nesterov's momentum without momentum.
    package init(
        _ algorithm: OptimizerAlgorithm, _ options: KeyValuePairs<OptimizerOption, Double>
    ) throws(OptimizerConfigurationError) {
        self.init(algorithm)
        for (option, value) in options { try set(option, to: value) }
        try validate()
    }

    /// - Throws: `OptimizerConfigurationError` where the algorithm has no such option or the value is out of range.
    package mutating func set(_ option: OptimizerOption, to value: Double) throws(OptimizerConfigurationError) {
        guard values[option] != nil else { throw .unknownOption(option, algorithm) }
        guard option.accepts(value) else { throw .outOfRange(option, value) }
        values[option] = value
    }

    /// Checks what holds between options, once all are set.
    package func validate() throws(OptimizerConfigurationError) {
        if values[.nesterov] == 1, values[.momentum] == 0 { throw .nesterovWithoutMomentum }
    }

    package var learningRate: Double { self[.learningRate] }
    package var weightDecay: Double { self[.weightDecay] }

    /// The value of an option that the algorithm takes.
    package subscript(option: OptimizerOption) -> Double {
        guard let value = values[option] else { preconditionFailure("\(algorithm) has no \(option.rawValue)") }
        return value
    }

    /// The arithmetic of one update.
    package var rule: UpdateRule {
        switch algorithm {
        case .sgd where self[.momentum] == 0: .sgd
        case .sgd: .momentum(Float(self[.momentum]), nesterov: self[.nesterov] == 1)
        case .adagrad: .adagrad(initial: Float(self[.initialAccumulator]), epsilon: Float(self[.epsilon]))
        case .rmsprop: .rmsprop(rho: Float(self[.rho]), epsilon: Float(self[.epsilon]))
        case .adadelta: .adadelta(rho: Float(self[.rho]), epsilon: Float(self[.epsilon]))
        case .adam, .adamw:
            .adam(beta1: Float(self[.beta1]), beta2: Float(self[.beta2]), epsilon: Float(self[.epsilon]))
        }
    }
}

/// An optimizer that cannot be had as written.
package enum OptimizerConfigurationError: Error, Hashable, CustomStringConvertible {
    case unknownOption(OptimizerOption, OptimizerAlgorithm)
    case outOfRange(OptimizerOption, Double)
    case nesterovWithoutMomentum

    package var description: String {
        switch self {
        case .unknownOption(let option, let algorithm):
            "\(algorithm.rawValue) has no option \(option.rawValue); it takes "
                + algorithm.defaults.map(\.option.rawValue).joined(separator: ", ")
        case .outOfRange(let option, let value):
            "\(option.rawValue) must be \(option.range), not \(value)"
        case .nesterovWithoutMomentum:
            "nesterov is a kind of momentum, but momentum is 0; give a momentum such as 0.9, or leave nesterov out"
        }
    }
}
