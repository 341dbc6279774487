import Testing

@testable import Training

/// A training that goes on from a state is the training that was never stopped.
@Suite(.serialized) struct TrainingStateTests {
    /// Keeps the state after each step, and how many events came before.
    private final class Everything: StateKeeper {
        var states: [TrainingState] = []
        var moments: [TrainingMoment] = []

        func consider(_ moment: TrainingMoment, state: () -> TrainingState) throws {
            moments.append(moment)
            states.append(state().copied)
        }
    }

    private func phases() throws -> [PhaseConfiguration] {
        let stopping = try EarlyStoppingConfiguration(patience: 2)
        var pulled = try SmallTraining.phase(
            "second", .steps(22), freezing: ["norm"], schedule: ScheduleConfiguration(.cosine(), warmup: .steps(4)),
            stopping: stopping, evaluateEvery: .steps(5), averageDecay: 0.8)
        pulled.rules.append(try PolicyRule(.set, [PolicySelector("base")], PolicyOptions(l2sp: 0.1)))
        var gathered = try SmallTraining.phase(
            "gathered", .steps(6),
            schedule: ScheduleConfiguration(
                .reduceOnPlateau(PlateauConfiguration(factor: 0.5, patience: 1, minDelta: 1))),
            evaluateEvery: .steps(2), averageDecay: 0.5)
        gathered.accumulate = 2
        gathered.mixup = 0.3
        return [
            try SmallTraining.phase(
                "first", .steps(13), freezing: ["base"], stopping: stopping, evaluateEvery: .steps(4),
                averageDecay: 0.9),
            pulled,
            try SmallTraining.phase(
                "third", .steps(7), continues: true, schedule: ScheduleConfiguration(.cosine(), warmup: .steps(4)),
                stopping: stopping, evaluateEvery: .steps(5), averageDecay: 0.8),
            gathered,
        ]
    }

    /// Steps and evaluations without what a clock decides.
    private func trail(_ record: SmallTraining.Record, after step: Int) -> [String] {
        record.events.compactMap { event in
            switch event {
            case .step(let report): report.step > step ? "\(report)" : nil
            case .evaluated(let report):
                report.step > step
                    ? "\(report.step) \(report.epoch) \(report.trainLoss) \(report.validationLoss ?? -1) "
                        + "\(report.improved) \(report.learningRate)" : nil
            case .phaseEnded(let end): "\(end)"
            case .phaseStarted, .warning, .message, .remark: nil
            }
        }
    }

    @Test func fromEveryStepTheSameBytesFollow() throws {
        let keeper = Everything()
        let whole = try SmallTraining(keeper: keeper)
        let result = try whole.trainer.run(phases())
        #expect(keeper.states.count == result.phases.reduce(0) { $0 + $1.steps } && keeper.states.count > 30)
        for state in keeper.states {
            let again = try SmallTraining()
            let resumed = try again.trainer.run(phases(), from: state)
            #expect(again.weights == whole.weights, "from step \(state.position.step)")
            #expect(resumed.phases.map(\.steps) == result.phases.map(\.steps))
            #expect(resumed.phases.map(\.frozenHash) == result.phases.map(\.frozenHash))
            #expect(resumed.bestPhase == result.bestPhase)
            let mine = trail(again.record, after: state.position.step)
            let theirs = trail(whole.record, after: state.position.step)
            #expect(mine == theirs.suffix(mine.count) && mine.count >= theirs.count - state.position.phase)
        }
    }

    /// Taken again from a training that went on from it, a state is itself: nothing is lost or added on the way.
    @Test func aStateSurvivesBeingGoneOnFrom() throws {
        let keeper = Everything()
        _ = try SmallTraining(keeper: keeper).trainer.run(phases())
        let second = Everything()
        _ = try SmallTraining(keeper: second).trainer.run(phases(), from: keeper.states[17])
        for (mine, theirs) in zip(second.states, keeper.states.dropFirst(18)) {
            #expect(timeless(mine) == timeless(theirs), "at step \(theirs.position.step)")
        }
        #expect(second.states.count == keeper.states.count - 18)
    }

    private func timeless(_ state: TrainingState) -> TrainingState {
        var state = state
        state.memory?.trainingSeconds = 0
        state.memory?.evaluationSeconds = 0
        state.results = state.results.map {
            PhaseResult(
                name: $0.name, reason: $0.reason, explanation: $0.explanation, steps: $0.steps, epochs: $0.epochs,
                best: $0.best, restoredBest: $0.restoredBest, updates: $0.updates,
                trainableParameters: $0.trainableParameters, frozenParameters: $0.frozenParameters,
                frozenHash: $0.frozenHash, trainingSeconds: 0, evaluationSeconds: 0)
        }
        return state
    }

    @Test func anInterruptionIsAMomentToGoOnFrom() throws {
        let whole = try SmallTraining()
        _ = try whole.trainer.run(phases())
        for stop in [1, 8, 13, 14, 20] {
            let keeper = Everything()
            let training = try SmallTraining(keeper: keeper)
            training.record.stop = stop
            #expect(try training.trainer.run(phases()).reason == .interrupted)
            #expect(keeper.moments.last?.isInterrupted == true && keeper.moments.last?.position.step == stop)
            let again = try SmallTraining()
            _ = try again.trainer.run(phases(), from: keeper.states.last)
            #expect(again.weights == whole.weights, "stopped after \(stop)")
        }
    }

    /// What a person does step by step is what a recipe does at once: a state after a run, and one more phase.
    @Test func aPhaseCanBeAddedAfterTheEnd() throws {
        let first = try SmallTraining.phase("first", .steps(11), averageDecay: 0.7)
        let second = try SmallTraining.phase("second", .steps(6), continues: true, averageDecay: 0.7)
        let whole = try SmallTraining()
        _ = try whole.trainer.run([first, second])
        let keeper = Everything()
        _ = try SmallTraining(keeper: keeper).trainer.run([first])
        let later = try SmallTraining()
        let last = try #require(keeper.states.last)
        _ = try later.trainer.run([first, second], from: last)
        #expect(later.weights == whole.weights)
    }
}
