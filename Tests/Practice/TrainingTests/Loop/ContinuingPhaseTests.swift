import Testing

@testable import Training

/// Phases that go on from the very step where the one before ended.
@Suite(.serialized) struct ContinuingPhaseTests {
    private let cosine = ScheduleConfiguration(.cosine(minimum: 0.1), warmup: .steps(3))

    private func trained(_ phases: [PhaseConfiguration]) throws -> SmallTraining {
        let training = try SmallTraining()
        _ = try training.trainer.run(phases)
        return training
    }

    @Test func tenStepsAndTenMoreAreTwentySteps() throws {
        let whole = try trained([SmallTraining.phase("all", .steps(20), schedule: cosine)])
        let parts = try trained([
            SmallTraining.phase("first", .steps(10), schedule: cosine),
            SmallTraining.phase("second", .steps(3), continues: true, schedule: cosine),
            SmallTraining.phase("third", .steps(7), continues: true, schedule: cosine),
        ])
        #expect(parts.weights == whole.weights)
        let (mine, theirs) = (parts.record.steps, whole.record.steps)
        #expect(mine.map(\.loss) == theirs.map(\.loss))
        #expect(mine.map(\.learningRate) == theirs.map(\.learningRate))
        #expect(mine.map(\.epoch) == theirs.map(\.epoch) && mine.last?.epoch == 2)
        // Without `continue` the second phase begins a pass and a schedule anew.
        let apart = try trained([
            SmallTraining.phase("first", .steps(10), schedule: cosine),
            SmallTraining.phase("second", .steps(10), schedule: cosine),
        ])
        #expect(apart.weights != whole.weights)
    }

    @Test func evaluationsFallWhereTheyWouldHave() throws {
        let whole = try trained([SmallTraining.phase("all", .steps(20))])
        let parts = try trained([
            SmallTraining.phase("first", .steps(13)), SmallTraining.phase("second", .steps(7), continues: true),
        ])
        #expect(whole.record.evaluations.map(\.step) == [9, 18, 20])
        #expect(parts.record.evaluations.map(\.step) == [9, 13, 18, 20])
        #expect(
            parts.record.evaluations.map(\.validationLoss).last == whole.record.evaluations.map(\.validationLoss).last)
    }

    @Test func aPhaseWithAScheduleOfItsOwnStartsIt() throws {
        let parts = try trained([
            SmallTraining.phase("first", .steps(4), schedule: cosine),
            SmallTraining.phase("second", .steps(4), continues: true, schedule: ScheduleConfiguration(.linear())),
        ])
        let rates = parts.record.steps.map(\.learningRate)
        #expect(rates[0] == 0.01 / 4 && rates[4] == 0.01)
    }

    @Test func onlyThePolicyChanges() throws {
        let parts = try trained([
            SmallTraining.phase("first", .steps(5), freezing: ["base"]),
            SmallTraining.phase("second", .steps(5), continues: true),
        ])
        let start = try SmallTraining()
        _ = try start.trainer.run([SmallTraining.phase("first", .steps(5), freezing: ["base"])])
        // The first five steps are those of the phase alone, and the pass goes on after them.
        #expect(parts.record.steps.prefix(5).map(\.loss) == start.record.steps.map(\.loss))
        #expect(parts.record.steps[8].examples == 6 && parts.record.steps[9].epoch == 1)
        #expect(parts.weights["base.kernel"] != start.weights["base.kernel"])
    }

    @Test func theBestOfAChainIsTakenBackAtItsEnd() throws {
        let stopping = try EarlyStoppingConfiguration(patience: nil)
        let length = PhaseConfiguration.Length.epochs(6)
        let whole = try trained([
            SmallTraining.phase("all", length, stopping: stopping, optimizer: .adadelta)
        ])
        let parts = try trained([
            SmallTraining.phase("first", .epochs(2), stopping: stopping, optimizer: .adadelta),
            SmallTraining.phase("second", .epochs(4), continues: true, stopping: stopping, optimizer: .adadelta),
        ])
        #expect(parts.weights == whole.weights)
        #expect(
            parts.record.evaluations.map(\.validationLoss) == whole.record.evaluations.map(\.validationLoss))
        #expect(parts.record.evaluations.map(\.improved) == whole.record.evaluations.map(\.improved))
    }

    /// The best was reached while everything trained; the continuing phase trains the head alone and only gets worse.
    @Test func theBestIsTakenBackAlsoWhereItIsFrozenNow() throws {
        let stopping = try EarlyStoppingConfiguration(patience: nil)
        var worse = try SmallTraining.phase(
            "worse", .epochs(2), freezing: ["base", "norm"], continues: true, stopping: stopping)
        worse.rates = PolicyRates(base: 30, weightDecay: 0)
        let good = try SmallTraining.phase("good", .steps(12), stopping: stopping)
        let training = try SmallTraining()
        let result = try training.trainer.run([good, worse])
        let alone = try SmallTraining()
        let best = try alone.trainer.run([good]).phases[0].best?.bestStep
        #expect(result.bestPhase == 1 && best != nil && result.phases[1].best?.bestStep == best)
        #expect(training.weights == alone.weights)
    }

    @Test func waitingGoesOnAndBeginsAnewAfterAStop() throws {
        let stopping = try EarlyStoppingConfiguration(monitor: "train_loss", patience: 2, minDelta: 1e6)
        let phases = [
            try SmallTraining.phase("first", .steps(36), stopping: stopping),
            try SmallTraining.phase("second", .steps(36), continues: true, stopping: stopping),
        ]
        let training = try SmallTraining()
        let result = try training.trainer.run(phases)
        // Nothing improves on the first: the second waits two evaluations of its own.
        #expect(result.phases.map(\.reason) == [.earlyStopping, .earlyStopping])
        #expect(result.phases.map(\.steps) == [27, 18])
    }
}
