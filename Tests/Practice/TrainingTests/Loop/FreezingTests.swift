import Layers
import Tensors
import Testing

@testable import Training

/// What freezing means, run by the real trainer.
@Suite struct FreezingTests {
    /// a Dense, norm BatchNormalization, b Dense: numbers that repeat, far from mean 0 and variance 1.
    private func network() throws -> PolicyTraining {
        let rows: [[Float]] = (0..<24).map { row in
            (0..<4).map { column -> Float in
                let number = (row * 7 + column * 5) % 23
                return Float(number) / 4 + 1
            }
        }
        let dataset = PolicyDataset(
            inputShape: [4], rows: rows, targets: rows.map { [$0[0] - $0[3]] }, target: .values([1]))
        return try PolicyTraining(
            [
                ("Dense", "a", ["units": 6, "activation": "tanh"]), ("BatchNormalization", "norm", [:]),
                ("Dense", "b", ["units": 1]),
            ], dataset: dataset, validation: dataset, batchSize: 24)
    }

    private let adamw = try! OptimizerConfiguration(.adamw, [.learningRate: 0.05, .weightDecay: 0.5])
    private let head = try! [PolicyRule(.freeze, "**"), PolicyRule(.unfreeze, "b")]
    private static let statistics: [ParameterPath] = ["norm.moving_mean", "norm.moving_variance"]
    private static let affine: [ParameterPath] = ["norm.gamma", "norm.beta"]

    /// Which tensors five steps change.
    private func changed(_ rules: [PolicyRule]) throws -> Set<ParameterPath> {
        let training = try network()
        let before = training.store.specs.keys.map { ($0, training.values($0)) }
        _ = try training.trainer.run([PolicyTraining.phase("p", .steps(5), adamw, rules: rules)])
        return Set(before.filter { training.values($0.0) != $0.1 }.map(\.0))
    }

    /// fastai trains frozen norms, Lightning's finetuning scheduler moves their statistics; Keras' AdamW decays gamma
    /// and beta, axolotl what is frozen.
    @Test func nothingFrozenChangesWhateverTheDecay() throws {
        #expect(try changed(head) == ["b.kernel", "b.bias"])
    }

    @Test func batchNormModesMoveWhatTheySay() throws {
        func mode(_ mode: BatchNormMode) throws -> PolicyRule {
            try PolicyRule(.set, "norm", options: PolicyOptions(batchNorm: mode))
        }
        let b: Set<ParameterPath> = ["b.kernel", "b.bias"]
        #expect(try changed(head + [mode(.train)]) == b.union(Self.statistics))
        #expect(try changed(head + [mode(.adapt)]) == b.union(Self.statistics))
        #expect(try changed(head + [mode(.inference)]) == b)
        let a: Set<ParameterPath> = ["a.kernel", "a.bias"]
        #expect(try changed([]) == b.union(a).union(Self.statistics).union(Self.affine))
        #expect(try changed([mode(.inference)]) == b.union(a).union(Self.affine))
        #expect(try changed([mode(.adapt)]) == b.union(a).union(Self.statistics))
    }

    /// Lightning's frozen norms normalise by the batch (PyTorchLightning#13902): their training loss is not the one
    /// that an evaluation of the same examples gives.
    @Test func aFrozenNormNormalisesByItsMovingStatistics() throws {
        func losses(_ rules: [PolicyRule]) throws -> (training: Double, evaluation: Double) {
            let training = try network()
            let still = try OptimizerConfiguration(.sgd, [.learningRate: 0])
            _ = try training.trainer.run([PolicyTraining.phase("p", .steps(1), still, rules: rules)])
            return (training.listener.losses[0], try #require(training.listener.evaluations[0].validationLoss))
        }
        let frozen = try losses(head)
        #expect(abs(frozen.training - frozen.evaluation) < 1e-6 * frozen.evaluation)
        // Its statistics move before the evaluation, but not far: the batch's own are far from them.
        let trained = try losses([])
        #expect(abs(trained.training - trained.evaluation) > 0.01 * trained.evaluation)
    }

    /// What is frozen costs neither gradient nor slot: no node of the backward pass belongs to it or to what lies
    /// before it.
    @Test func thePlanHasNoNodeForWhatIsFrozen() throws {
        func step(_ rules: [PolicyRule]) throws -> TrainingStep {
            let training = try network()
            let phase = PolicyTraining.phase("p", .steps(1), adamw, rules: rules)
            let resolution = try PolicyResolution(rules: rules, registry: training.registry, rates: phase.rates)
            training.store.arrange(trainable: resolution.optimizedPaths, moving: resolution.movingPaths)
            return try training.trainer.step(
                phase, resolution, ScheduleConfiguration().resolved(totalSteps: 1, stepsPerEpoch: 1))
        }
        func backward(_ step: TrainingStep) -> Set<ParameterPath> {
            Set(step.plan.graph.nodes.filter(\.isBackward).map(\.scope))
        }
        let frozen = try step(head)
        #expect(backward(frozen).isDisjoint(with: ["a", "norm"]))
        #expect(backward(frozen).contains("b"))
        #expect(frozen.optimizer.layout.map(\.path) == ["b.bias", "b.kernel"])
        #expect(frozen.gradients.count == 32)
        #expect(backward(try step([])).isSuperset(of: ["a", "norm", "b"]))
    }

    /// Lightning takes two tensors of equal values, such as fresh biases, for one and leaves the second out.
    @Test func tensorsOfEqualValuesAreNotOne() throws {
        let rows = (0..<8).map { [Float($0 % 3), Float($0 % 5)] }
        let dataset = PolicyDataset(
            inputShape: [2], rows: rows, targets: rows.map { [$0[0]] }, target: .values([1]))
        let training = try PolicyTraining(
            [
                ("Dense", "one", ["units": 3, "activation": "tanh"]),
                ("Dense", "two", ["units": 3, "activation": "tanh"]),
                ("Dense", "out", ["units": 1]),
            ], dataset: dataset, batchSize: 8)
        #expect(training.values("one.bias") == training.values("two.bias"))
        _ = try training.trainer.run([PolicyTraining.phase("p", .steps(3), adamw)])
        #expect(training.values("one.bias") != [0, 0, 0] && training.values("two.bias") != [0, 0, 0])
    }

    @Test func frozenTensorsAreHashedAndSoIsTheProof() throws {
        let training = try network()
        let result = try training.trainer.run([PolicyTraining.phase("p", .steps(2), adamw, rules: head)])
        #expect(result.phases[0].frozenHash == training.store.hash(of: training.store.frozen))
        let meddling = try network()
        meddling.listener.onEvent = { event in
            if case .step(let step) = event, step.step == 2 { meddling.store["a.kernel"][0] += 1 }
            return .continue
        }
        #expect(throws: FrozenTensorError.self) {
            try meddling.trainer.run([PolicyTraining.phase("p", .steps(3), adamw, rules: head)])
        }
    }

    /// Keras zeroes Adam's step count when a model is compiled anew to freeze something.
    @Test func optimizerStateIsKeptOrResetAcrossFreezing() throws {
        func steps(keeping: Bool) throws -> [ParameterPath: Int] {
            let training = try network()
            let all = PolicyTraining.phase("all", .steps(3), adamw)
            let only = PolicyTraining.phase("only", .steps(2), adamw, rules: head)
            var again = PolicyTraining.phase("again", .steps(1), adamw)
            again.keepsOptimizerState = keeping
            return try training.trainer.run([all, only, again]).phases[2].updates
        }
        let kept = try steps(keeping: true)
        // What was frozen for a while goes on where it was.
        #expect(kept["b.kernel"] == 6 && kept["a.kernel"] == 4 && kept["norm.gamma"] == 4)
        #expect(Set(try steps(keeping: false).values) == [1])
    }
}
