/// The optimizers by the names that recipes use.
package enum OptimizerAlgorithm: String, Sendable, CaseIterable, Codable {
    case sgd, adagrad, rmsprop, adadelta, adam, adamw

    /// The options of this optimizer with their defaults, in the order in which they are shown.
    package var defaults: [(option: OptimizerOption, value: Double)] {
        switch self {
        case .sgd: [(.learningRate, 0.01), (.weightDecay, 0), (.momentum, 0), (.nesterov, 0)]
        case .adagrad:
            [(.learningRate, 0.01), (.weightDecay, 0), (.initialAccumulator, 0.1), (.epsilon, 1e-7)]
        case .rmsprop: [(.learningRate, 1e-3), (.weightDecay, 0), (.rho, 0.9), (.epsilon, 1e-7)]
        case .adadelta: [(.learningRate, 1), (.weightDecay, 0), (.rho, 0.95), (.epsilon, 1e-7)]
        case .adam: OptimizerAlgorithm.adamDefaults(weightDecay: 0)
        case .adamw: OptimizerAlgorithm.adamDefaults(weightDecay: 0.01)
        }
    }

    private static func adamDefaults(weightDecay: Double) -> [(option: OptimizerOption, value: Double)] {
        [(.learningRate, 1e-3), (.weightDecay, weightDecay), (.beta1, 0.9), (.beta2, 0.999), (.epsilon, 1e-8)]
    }
}
