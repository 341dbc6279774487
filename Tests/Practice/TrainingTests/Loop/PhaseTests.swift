import Layers
import Tensors
import Testing

@testable import Training

/// Phases one after another: what begins anew, what goes on, what is best, and why one ends.
@Suite struct PhaseTests {
    private static let rows = (0..<16).map { [Float($0 % 4) - 1.5, Float($0 % 3) - 1] }

    /// y = 2 x₀ − x₁ from weights of 0: steps of a small rate get nearer, steps of a large one farther.
    private func line(validation: [[Float]]? = nil) throws -> PolicyTraining {
        func data(_ rows: [[Float]]) -> PolicyDataset {
            PolicyDataset(
                inputShape: [2], rows: rows, targets: rows.map { [2 * $0[0] - $0[1]] }, target: .values([1]))
        }
        return try PolicyTraining(
            [("Dense", "d", ["units": 1, "kernel_initializer": "zeros"])], dataset: data(Self.rows),
            validation: data(validation ?? Self.rows), batchSize: 4)
    }

    private func sgd(_ rate: Double) throws -> OptimizerConfiguration {
        try OptimizerConfiguration(.sgd, [.learningRate: rate])
    }

    private func phase(
        _ name: String, epochs: Int, rate: Double, stopping: EarlyStoppingConfiguration? = nil
    ) throws -> PhaseConfiguration {
        var phase = PolicyTraining.phase(name, .epochs(epochs), try sgd(rate))
        phase.earlyStopping = stopping
        return phase
    }

    /// Keras keeps the last weights where training ends by itself (keras#12511).
    @Test func theBestIsTakenBackAlsoAtTheNormalEnd() throws {
        let training = try line()
        var phase = try phase("p", epochs: 6, rate: 0.05, stopping: try EarlyStoppingConfiguration(patience: 50))
        // Falls, then rises beyond all bounds.
        phase.schedule = ScheduleConfiguration(.constant, warmup: nil)
        var seen: [[Float]] = []
        training.listener.onEvent = { event in
            if case .evaluated = event { seen.append(training.values("d.kernel")) }
            // Spoils the weights after the third epoch.
            if case .step(let step) = event, step.step == 13 { training.store["d.kernel"][0] = 40 }
            return .continue
        }
        let result = try training.trainer.run([phase])
        #expect(result.phases[0].reason == .completed && result.phases[0].best?.bestEpoch == 3)
        #expect(training.values("d.kernel") == seen[2] && seen[2] != seen[5])
        #expect(training.listener.ends[0].reason == .completed && training.listener.ends[0].bestEpoch == 3)
    }

    /// A second fit of Keras inherits or loses the best of the first (keras#13488).
    @Test func eachPhaseHasItsOwnBestAndTheLastThatImprovedWins() throws {
        let training = try line()
        let stopping = try EarlyStoppingConfiguration(patience: 2)
        let result = try training.trainer.run([
            try phase("good", epochs: 8, rate: 0.1, stopping: stopping),
            try phase("bad", epochs: 8, rate: 3, stopping: stopping),
        ])
        let (good, bad) = (result.phases[0], result.phases[1])
        #expect(bad.reason == .earlyStopping && bad.epochs == 3)
        #expect(bad.best?.bestScore != good.best?.bestScore && bad.best?.evaluations == 3)
        #expect(result.bestPhase == 0)
        let kernel = training.values("d.kernel")
        #expect(abs(kernel[0] - 2) < 0.2 && abs(kernel[1] + 1) < 0.2)
        #expect(
            bad.explanation?.hasPrefix("val_loss has not improved for 2 evaluations (2 epochs); its best was ") == true)
    }

    /// Patience counts evaluations, whatever an epoch is.
    @Test func patienceCountsEvaluations() throws {
        let training = try line()
        var phase = try phase("p", epochs: 50, rate: 3, stopping: try EarlyStoppingConfiguration(patience: 3))
        phase.evaluateEvery = .steps(2)
        let result = try training.trainer.run([phase])
        // Four steps an epoch: the first evaluation after two steps is the best, three more end it.
        #expect(result.phases[0].steps == 8 && result.phases[0].best?.bestStep == 2)
        #expect(result.phases[0].explanation?.contains("for 3 evaluations (1.5 epochs)") == true)
    }

    @Test func aFirstEvaluationThatIsNotANumberIsNoBest() throws {
        let training = try line(validation: [[.nan, 1]])
        let result = try training.trainer.run([
            try phase("p", epochs: 9, rate: 0.1, stopping: try EarlyStoppingConfiguration(patience: 2))
        ])
        #expect(result.phases[0].best?.bestScore == nil && result.phases[0].epochs == 2)
        #expect(result.phases[0].explanation == "val_loss was never finite, for 2 evaluations (2 epochs)")
        #expect(training.listener.events.contains(.warning("val_loss was never finite: the last weights are kept")))
    }

    @Test func aStepThatIsNotFiniteChangesNothing() throws {
        var rows = Self.rows
        rows[5] = [.infinity, 0]
        let dataset = PolicyDataset(
            inputShape: [2], rows: rows, targets: rows.map { _ in [1] }, target: .values([1]))
        let training = try PolicyTraining([("Dense", "d", ["units": 1])], dataset: dataset, batchSize: 4)
        var last = training.values("d.kernel")
        training.listener.onEvent = { event in
            if case .step = event { last = training.values("d.kernel") }
            return .continue
        }
        let error = #expect(throws: NonFiniteError.self) {
            try training.trainer.run([try phase("p", epochs: 1, rate: 0.1)])
        }
        #expect(error.map { $0.step == training.listener.losses.count + 1 } == true)
        #expect(training.values("d.kernel") == last)
    }

    /// PyTorch's one-cycle and plateau schedules break when unfreezing adds a group (pytorch#62475).
    @Test func aScheduleSurvivesAnyChangeOfWhatTrains() throws {
        let training = try line()
        let cycle = ScheduleConfiguration(.oneCycle())
        func part(_ name: String, _ steps: Int, _ rules: [PolicyRule]) throws -> PhaseConfiguration {
            var phase = PolicyTraining.phase(name, .steps(steps), try sgd(0.1), rules: rules)
            phase.schedule = cycle
            phase.continues = name != "bias"
            return phase
        }
        _ = try training.trainer.run([
            try part("bias", 7, [PolicyRule(.freeze, "d.kernel")]), try part("all", 6, []),
            try part("kernel", 7, [PolicyRule(.freeze, "d.bias")]),
        ])
        let whole = try cycle.resolved(totalSteps: 20, stepsPerEpoch: 4)
        let rates = training.listener.events.compactMap { event in
            if case .step(let step) = event { step.learningRate } else { nil }
        }
        #expect(rates == (0..<20).map { 0.1 * whole.multiplier(step: $0) })
    }

    /// What was just unfrozen warms up on its own; nothing else does.
    @Test func aRuleWarmsUpWhatItNames() throws {
        let training = try line()
        let rule = try PolicyRule(.set, "d.kernel", options: PolicyOptions(warmup: .epochs(0.75)))
        let phase = PolicyTraining.phase("p", .steps(1), try sgd(0.1), rules: [rule])
        _ = try training.trainer.run([phase])
        let plain = try line()
        _ = try plain.trainer.run([PolicyTraining.phase("p", .steps(1), try sgd(0.1))])
        // Three steps of four: the first is a quarter of the rate.
        for index in 0..<2 {
            #expect(abs(training.values("d.kernel")[index] - plain.values("d.kernel")[index] / 4) < 1e-6)
        }
        #expect(training.values("d.bias") == plain.values("d.bias"))
    }

    @Test func aPhaseSaysWhatItsPolicyMatchedAndWhatGoesOn() throws {
        let training = try line()
        let stopping = try EarlyStoppingConfiguration()
        let adam = try OptimizerConfiguration(.adam, [.learningRate: 0.01])
        var first = PolicyTraining.phase("first", .epochs(2), adam, rules: [try PolicyRule(.freeze, "d.bias")])
        first.earlyStopping = stopping
        let second = PolicyTraining.phase("second", .epochs(1), adam)
        var third = PolicyTraining.phase("third", .epochs(1), adam)
        third.keepsOptimizerState = false
        _ = try training.trainer.run([first, second, third])
        #expect(
            training.listener.messages == [
                "policy of first: freeze d.bias (1 tensor, 1 parameter)",
                "second begins with the best weights (epoch 2, step 8) of first; 1 of the 2 tensors that train keep "
                    + "their optimizer state, the others begin afresh",
                "third begins with the last weights of second; the optimizer state of the 2 tensors that train is reset",
            ])
    }
}

/// Early stopping as a table of numbers: scores in, and what came of them.
@Suite struct EarlyStoppingTableTests {
    struct Row: Sendable {
        let monitor: String
        let patience: Int?
        let delta: Double
        let scores: [Double]
        /// The evaluation after which it stops, and the best, both from 1.
        let stop: Int?
        let best: Int?
    }

    static let table = [
        Row(monitor: "val_loss", patience: 3, delta: 0, scores: [5, 4, 3, 3.1, 3.2, 3.3, 1], stop: 6, best: 3),
        Row(monitor: "val_loss", patience: 3, delta: 0, scores: [5, 4, 3, 3.1, 3.2, 2.9, 3], stop: nil, best: 6),
        // Equal is no improvement.
        Row(monitor: "val_loss", patience: 2, delta: 0, scores: [1, 1, 1, 0.5], stop: 3, best: 1),
        Row(monitor: "val_loss", patience: 1, delta: 0, scores: [1, 2, 0.5], stop: 2, best: 1),
        // 0 means 1, as in Keras.
        Row(monitor: "val_loss", patience: 0, delta: 0, scores: [1, 2, 0.5], stop: 2, best: 1),
        Row(monitor: "val_loss", patience: nil, delta: 0, scores: [1, 2, 3, 4], stop: nil, best: 1),
        // More than the delta, counted from the best and not from the last.
        Row(monitor: "val_loss", patience: 3, delta: 0.25, scores: [4, 3.875, 3.75, 3.625, 3], stop: nil, best: 5),
        Row(monitor: "val_loss", patience: 2, delta: 0.25, scores: [4, 3.875, 3.75, 3], stop: 3, best: 1),
        Row(monitor: "val_accuracy", patience: 2, delta: 0, scores: [0.5, 0.75, 0.75, 0.625, 0.875], stop: 4, best: 2),
        Row(monitor: "val_accuracy", patience: 2, delta: 0.125, scores: [0.5, 0.625, 0.75], stop: nil, best: 3),
        // What is not finite waits and never wins.
        Row(monitor: "val_loss", patience: 2, delta: 0, scores: [.nan, 3, .nan, .infinity], stop: 4, best: 2),
        Row(monitor: "val_loss", patience: 2, delta: 0, scores: [.nan, .nan, 1], stop: 2, best: nil),
        Row(monitor: "val_loss", patience: 2, delta: 0, scores: [2, -.infinity, 1], stop: nil, best: 3),
    ]

    @Test(arguments: table.indices) func stopsWhereTheTableSays(_ index: Int) throws {
        let row = Self.table[index]
        var stopping = EarlyStopping(
            try EarlyStoppingConfiguration(monitor: row.monitor, patience: row.patience, minDelta: row.delta))
        var stop: Int?
        for (index, score) in row.scores.enumerated() where stop == nil {
            _ = stopping.record(score, step: index + 1, epoch: index + 1)
            if stopping.shouldStop { stop = index + 1 }
        }
        #expect(stop == row.stop && stopping.state.bestStep == row.best, "row \(index)")
    }
}
