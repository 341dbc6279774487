import Testing

@testable import Training

/// Phases that are paused, gone on with by hand, and what a recipe makes of them.
@Suite(.serialized) struct PausedPhaseTests {
    private let cosine = ScheduleConfiguration(.cosine(minimum: 0.1), warmup: .steps(3))

    private func phase(_ steps: Int, stopAt: Int? = nil, continues: Bool = false, restarts: Bool = false) throws
        -> PhaseConfiguration
    {
        var phase = try SmallTraining.phase(
            "p", .steps(steps), continues: continues, schedule: cosine, averageDecay: 0.8)
        phase.stopAt = stopAt
        phase.restartsSchedule = restarts
        return phase
    }

    private func trained(_ phases: [PhaseConfiguration]) throws -> SmallTraining {
        let training = try SmallTraining()
        _ = try training.trainer.run(phases)
        return training
    }

    @Test func aPauseChangesNothing() throws {
        let whole = try trained([phase(20)])
        let paused = try trained([
            phase(20, stopAt: 7), phase(13, stopAt: 4, continues: true), phase(9, continues: true),
        ])
        #expect(paused.weights == whole.weights)
        #expect(paused.record.steps.map(\.learningRate) == whole.record.steps.map(\.learningRate))
        #expect(paused.record.evaluations.map(\.step) == whole.record.evaluations.map(\.step))
        #expect(paused.record.evaluations.map(\.trainLoss) == whole.record.evaluations.map(\.trainLoss))
    }

    @Test func aScheduleCanBeginAnew() throws {
        let twice = try trained([phase(6), phase(6, continues: true, restarts: true)]).record.steps.map(\.learningRate)
        #expect(Array(twice.prefix(6)) == Array(twice.suffix(6)) && twice[0] < twice[3] && twice[5] < twice[3])
    }

    /// Whoever goes on by hand, phase by phase and with a pause, does what the recipe of it does at once.
    @Test func byHandIsAsByRecipe() throws {
        let recipe = [
            try phase(6), try phase(12, stopAt: 5, continues: true, restarts: true), try phase(7, continues: true),
        ]
        let whole = try trained(recipe)
        let hand = try SmallTraining()
        _ = try hand.trainer.run([recipe[0]], isOpenEnded: true)
        var state = hand.trainer.state
        hand.record.stop = 11
        var planned = recipe[1]
        planned.stopAt = nil
        #expect(try hand.trainer.run([recipe[0], planned], from: state, isOpenEnded: true).reason == .interrupted)
        state = hand.trainer.state
        #expect(state.position.phase == 2 && state.position.step == 11)
        hand.record.stop = .max
        _ = try hand.trainer.run(recipe, from: state, isOpenEnded: true)
        let average = try #require(hand.trainer.state.memory?.average)
        #expect(hand.weights != whole.weights)
        #expect(hand.weights.merging(average) { $1 } == whole.weights)
        #expect(hand.record.evaluations.map(\.trainLoss) == whole.record.evaluations.map(\.trainLoss))
    }
}
