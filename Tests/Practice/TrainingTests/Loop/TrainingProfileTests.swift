import Testing

@testable import Training

@Suite struct TrainingProfileTests {
    @Test func aProfileLeavesNothingBehind() throws {
        let phases = [
            try SmallTraining.phase("first", .steps(9), freezing: ["base"], evaluateEvery: .steps(4), averageDecay: 0.9)
        ]
        let plain = try SmallTraining()
        _ = try plain.trainer.run(phases)
        let profiled = try SmallTraining()
        let before = profiled.weights
        // More steps than a pass has.
        _ = try profiled.trainer.profile(phases, at: 0, steps: 12) { _ in }
        #expect(profiled.weights == before && profiled.record.events.isEmpty)
        _ = try profiled.trainer.run(phases)
        #expect(profiled.weights == plain.weights)
    }

    @Test func itSaysWhatAStepComputesAndWhere() throws {
        let training = try SmallTraining()
        let phases = [try SmallTraining.phase("first", .steps(9))]
        var states: [TrainingState] = []
        let profile = try training.trainer.profile(phases, at: 0, steps: 5) { states.append($0.copied) }
        let plan = try training.trainer.plan(phases, at: 0)
        #expect(profile.items.filter { !$0.isBackward }.reduce(0) { $0 + $1.flops } == plan.forwardFlops)
        #expect(profile.items.filter(\.isBackward).reduce(0) { $0 + $1.flops } == plan.backwardFlops)
        #expect(Set(profile.items.map(\.layer.description)).isSuperset(of: ["base", "norm", "drop", "head", "loss"]))
        #expect(profile.steps == 5 && profile.batchSize == 8 && profile.stepsPerEpoch == 9)
        // Its parts are no longer than the whole.
        let parts = profile.seconds(backward: false) + profile.seconds(backward: true)
        #expect(parts > 0 && profile.waiting >= 0 && profile.update >= 0)
        #expect(parts + profile.waiting <= profile.seconds * (1 + 1e-9))
        #expect(profile.range.lowerBound <= profile.seconds && profile.seconds <= profile.range.upperBound * (1 + 1e-9))
        // What a snapshot would hold: the weights after eight steps, and slots.
        #expect(states.count == 1 && states[0].weights != training.weights)
        #expect(states[0].memory?.optimizer.tensors.isEmpty == false)
        let evaluation = try #require(profile.evaluation)
        #expect(evaluation.examples == 20 && evaluation.allExamples == 20 && evaluation.seconds > 0)
        #expect(!evaluation.items.isEmpty && evaluation.items.allSatisfy { !$0.isBackward })
    }

    @Test func aPartOfTheValidationDataStandsForAll() throws {
        let training = try SmallTraining()
        let profile = try training.trainer.profile([try SmallTraining.phase("p", .steps(9))], at: 0, steps: 1) { _ in }
        let evaluation = try #require(profile.evaluation)
        #expect(evaluation.examples == 8 && evaluation.allExamples == 20)
        #expect(abs(evaluation.allSeconds - evaluation.seconds * 2.5) < 1e-12)
        #expect(
            try SmallTraining(validation: false).trainer.profile(
                [try SmallTraining.phase("p", .steps(9))], at: 0, steps: 1
            ) { _ in }.evaluation == nil)
    }
}
