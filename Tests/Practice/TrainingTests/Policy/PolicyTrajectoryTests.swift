import Data
import Layers
import Tensors
import Testing

@testable import Training

/// Twenty steps of the real trainer beside twenty of PyTorch with every group written out by hand
/// (`Fixtures/policies_torch.py`).
@Suite struct PolicyTrajectoryTests {
    struct File: Decodable {
        let framework: String
        let weights: [String: [Float]]
        let x: [Float]
        let labels: [Int]
        let cases: [Case]
    }

    struct Case: Decodable, CustomTestStringConvertible {
        let name: String
        let losses: [Double]
        let after: [String: [Double]]

        var testDescription: String { name }
    }

    static let file = try! Fixtures.read(File.self, "policies-torch.json")

    @Test(arguments: file.cases) func twentyStepsEqualPyTorch(_ recorded: Case) throws {
        let training = try network()
        let phases = try #require(try phases(recorded.name))
        _ = try training.trainer.run(phases)
        let losses = training.listener.losses
        #expect(losses.count == 20 && recorded.losses.count == 20)
        for (step, (found, expected)) in zip(losses, recorded.losses).enumerated() {
            #expect(abs(found - expected) <= 1e-5 * abs(expected), "step \(step): \(found), not \(expected)")
        }
        for (name, expected) in recorded.after {
            let found = training.values(ParameterPath(name))
            let size = expected.map(abs).max() ?? 0
            for (index, value) in expected.enumerated() {
                #expect(abs(Double(found[index]) - value) <= 1e-5 * max(abs(value), 0.1 * size), "\(name)[\(index)]")
            }
        }
    }

    /// The trainer shuffles; the examples lie so that they come in the fixture's order.
    private func network() throws -> PolicyTraining {
        let count = Self.file.labels.count
        let order = ExampleOrder.shuffled(seed: PolicyTraining.seed, epoch: 0).applied(to: Array(0..<count))
        var rows = [[Float]](repeating: [], count: count)
        var targets = rows
        for (position, place) in order.enumerated() {
            rows[place] = Array(Self.file.x[position * 6..<position * 6 + 6])
            targets[place] = [Float(Self.file.labels[position])]
        }
        let dataset = PolicyDataset(
            inputShape: [6], rows: rows, targets: targets, target: .classes(["0", "1", "2"]))
        let weights = Dictionary(uniqueKeysWithValues: Self.file.weights.map { (ParameterPath($0.key), $0.value) })
        return try PolicyTraining(
            [
                ("Dense", "a", ["units": 8, "activation": "tanh"]), ("LayerNormalization", "norm", ["epsilon": 1e-3]),
                ("Dense", "b", ["units": 8, "activation": "tanh"]),
                ("Dense", "c", ["units": 3, "activation": "softmax"]),
            ], dataset: dataset, loss: .sparseCategoricalCrossEntropy, batchSize: 4, weights: weights,
            pretrained: Set(weights.keys.filter { !$0.description.hasPrefix("c.") }))
    }

    private func phases(_ name: String) throws -> [PhaseConfiguration]? {
        let adam = try OptimizerConfiguration(.adam, [.learningRate: 0.01])
        let momentum = try OptimizerConfiguration(.sgd, [.learningRate: 0.1, .momentum: 0.9])
        func decaying(_ decay: Double) throws -> OptimizerConfiguration {
            try OptimizerConfiguration(.adamw, [.learningRate: 0.01, .weightDecay: decay])
        }
        let cosine = ScheduleConfiguration(.cosine(), warmup: .steps(5))
        func one(
            _ optimizer: OptimizerConfiguration, _ byDepth: PolicyRates.ByDepth = .uniform, rules: [PolicyRule] = [],
            schedule: ScheduleConfiguration = ScheduleConfiguration(), clip: Double? = nil
        ) -> [PhaseConfiguration] {
            var phase = PolicyTraining.phase("phase", .steps(20), optimizer, rules: rules, byDepth: byDepth)
            phase.schedule = schedule
            phase.clipping = GradientClipping(limit: clip)
            return [phase]
        }
        func set(_ pattern: String, _ options: PolicyOptions) throws -> PolicyRule {
            try PolicyRule(.set, pattern, options: options)
        }
        switch name {
        case "discriminative": return one(adam, .discriminative(lowest: 1e-4, highest: 1e-2))
        case "layer-decay": return one(try decaying(0.05), .layerDecay(0.8))
        case "decay-exclusions":
            let rules = [
                try set("b", PolicyOptions(weightDecay: 0.3)), try set("c", PolicyOptions(weightDecay: 0)),
                try set("norm.gamma", PolicyOptions(weightDecay: 0.2)),
            ]
            return one(try decaying(0.1), rules: rules)
        case "clipping": return one(momentum, clip: 0.25)
        case "cosine-warmup": return one(adam, schedule: cosine)
        case "l2-sp":
            let pulled = [try set("**", PolicyOptions(l2sp: 0.1))]
            return one(try OptimizerConfiguration(.sgd, [.learningRate: 0.1]), rules: pulled)
        case "multipliers":
            let rules = [
                try set("a", PolicyOptions(multiplier: 0.1)), try set("norm", PolicyOptions(learningRate: 0.001)),
                try set("b", PolicyOptions(multiplier: 0.5)), try set("c", PolicyOptions(multiplier: 2)),
            ]
            return one(try decaying(0.01), rules: rules, schedule: cosine, clip: 0.5)
        case "unfreezing":
            let head = [try PolicyRule(.freeze, "**"), try PolicyRule(.unfreeze, "c")]
            return [
                PolicyTraining.phase("head", .steps(10), adam, rules: head),
                PolicyTraining.phase("all", .steps(10), adam),
            ]
        default: return nil
        }
    }
}
