import Testing

@testable import Training

@Suite struct OptimizerConfigurationTests {
    @Test func defaultsAreThoseOfTheTable() {
        let table: [(OptimizerAlgorithm, [OptimizerOption: Double])] = [
            (.sgd, [.learningRate: 0.01, .weightDecay: 0, .momentum: 0, .nesterov: 0]),
            (.adagrad, [.learningRate: 0.01, .weightDecay: 0, .initialAccumulator: 0.1, .epsilon: 1e-7]),
            (.rmsprop, [.learningRate: 1e-3, .weightDecay: 0, .rho: 0.9, .epsilon: 1e-7]),
            (.adadelta, [.learningRate: 1, .weightDecay: 0, .rho: 0.95, .epsilon: 1e-7]),
            (.adam, [.learningRate: 1e-3, .weightDecay: 0, .beta1: 0.9, .beta2: 0.999, .epsilon: 1e-8]),
            (.adamw, [.learningRate: 1e-3, .weightDecay: 0.01, .beta1: 0.9, .beta2: 0.999, .epsilon: 1e-8]),
        ]
        #expect(table.map(\.0) == OptimizerAlgorithm.allCases)
        for (algorithm, values) in table {
            let configuration = OptimizerConfiguration(algorithm)
            #expect(Dictionary(uniqueKeysWithValues: configuration.values.map { ($0, $1) }) == values)
        }
    }

    @Test func rulesFollowTheOptions() throws {
        #expect(OptimizerConfiguration(.sgd).rule == .sgd)
        #expect(
            try OptimizerConfiguration(.sgd, [.momentum: 0.9, .nesterov: 1]).rule == .momentum(0.9, nesterov: true))
        #expect(OptimizerConfiguration(.adam).rule == OptimizerConfiguration(.adamw).rule)
    }

    @Test func valuesOutOfRangeAreRefused() {
        let bad: [(OptimizerAlgorithm, OptimizerOption, Double)] = [
            (.sgd, .learningRate, -1), (.sgd, .learningRate, .nan), (.sgd, .learningRate, 1e60), (.sgd, .momentum, 1),
            (.sgd, .nesterov, 0.5), (.adam, .beta1, 1), (.adam, .beta2, -0.1), (.adam, .beta2, 0.99999999999),
            (.adam, .epsilon, 0), (.adam, .epsilon, 1e-60), (.rmsprop, .rho, 1), (.adagrad, .initialAccumulator, -1),
            (.adamw, .weightDecay, -0.1), (.adamw, .weightDecay, .infinity),
        ]
        for (algorithm, option, value) in bad {
            var configuration = OptimizerConfiguration(algorithm)
            let error = #expect(throws: OptimizerConfigurationError.self) { try configuration.set(option, to: value) }
            #expect("\(error!)".hasPrefix("\(option.rawValue) must be "))
            #expect(configuration == OptimizerConfiguration(algorithm))
        }
    }

    @Test func optionsOfOtherOptimizersAreRefusedByName() {
        #expect(throws: OptimizerConfigurationError.nesterovWithoutMomentum) {
            try OptimizerConfiguration(.sgd, [.nesterov: 1])
        }
        var configuration = OptimizerConfiguration(.adagrad)
        let error = #expect(throws: OptimizerConfigurationError.self) { try configuration.set(.momentum, to: 0.9) }
        #expect(
            "\(error!)" == "adagrad has no option momentum; it takes learning_rate, weight_decay, "
                + "initial_accumulator, epsilon")
    }

    @Test func familiarSpellingsAreKnown() {
        #expect(OptimizerOption(name: "lr") == .learningRate)
        #expect(OptimizerOption(name: "wd") == .weightDecay)
        #expect(OptimizerOption(name: "beta_2") == .beta2)
        #expect(OptimizerOption(name: "betas") == nil)
    }
}
