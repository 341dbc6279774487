import Layers
import Tensors
import Testing

@testable import Training

@Suite struct TrainingBudgetTests {
    /// A clock that goes on by a second whenever someone looks.
    private final class Clock {
        var time = 100.0
        func now() -> Double {
            time += 1
            return time
        }
    }

    @Test func timeEndsTheRunAfterTheStepThatPassesIt() throws {
        let clock = Clock()
        let rows = TableTraining.rows(40)
        // Looked at once when made and once a step: seven seconds have passed after the seventh.
        let training = try TableTraining(
            rows, batchSize: 4, validation: rows, budget: TrainingBudget(seconds: 7, now: clock.now))
        let stopping = try EarlyStoppingConfiguration(patience: 50)
        let result = try training.trainer.run([
            TableTraining.phase(.steps(4), name: "one"),
            TableTraining.phase(.epochs(5), stopping: stopping, name: "two"),
            TableTraining.phase(.epochs(5), name: "three"),
        ])
        #expect(result.phases.map(\.reason) == [.completed, .timeBudget])
        #expect(result.phases.map(\.steps) == [4, 3])
        #expect(result.reason == .timeBudget)
        // What is there at the end is measured, so that it can be the best.
        #expect(training.record.evaluations.map(\.step) == [4, 7])
        #expect(result.phases[1].best?.bestStep == 7)
    }

    @Test func timeThatIsUpWithAPhaseLeavesTheNextOut() throws {
        let clock = Clock()
        let training = try TableTraining(
            TableTraining.rows(8), batchSize: 4, budget: TrainingBudget(seconds: 2, now: clock.now))
        let result = try training.trainer.run([TableTraining.phase(.steps(2)), TableTraining.phase(.steps(2))])
        #expect(result.phases.map(\.reason) == [.timeBudget])
        let alone = try TableTraining(
            TableTraining.rows(8), batchSize: 4, budget: TrainingBudget(seconds: 2, now: Clock().now))
        #expect(try alone.trainer.run([TableTraining.phase(.steps(2))]).reason == .completed)
    }

    @Test func secondsOfBeforeCount() {
        let clock = Clock()
        let budget = TrainingBudget(seconds: 10, spent: 9.5, now: clock.now)
        #expect(budget.isOutOfTime)
        #expect(!TrainingBudget(now: clock.now).isOutOfTime)
    }

    @Test func stepsEndTheRunWhateverWasPlanned() throws {
        let training = try TableTraining(TableTraining.rows(40), batchSize: 4, budget: TrainingBudget(steps: 14))
        let linear = ScheduleConfiguration(.linear())
        let result = try training.trainer.run([
            TableTraining.phase(.epochs(1), schedule: linear), TableTraining.phase(.epochs(1), schedule: linear),
            TableTraining.phase(.epochs(1)),
        ])
        #expect(result.phases.map(\.reason) == [.completed, .stepBudget])
        #expect(result.phases.map(\.steps) == [10, 4])
        // The phase that is cut short keeps the schedule it was planned with.
        let rates = training.record.steps.suffix(4).map { $0.learningRate * 10 }
        for (found, expected) in zip(rates, [1, 0.9, 0.8, 0.7]) { #expect(abs(found - expected) < 1e-9) }
    }

    @Test func aWarmUpLongerThanWhatIsLeftIsThatOfTheWholePhase() throws {
        let training = try TableTraining(TableTraining.rows(40), batchSize: 4, budget: TrainingBudget(steps: 13))
        let slow = ScheduleConfiguration(warmup: .steps(9))
        let result = try training.trainer.run([
            TableTraining.phase(.epochs(1)), TableTraining.phase(.epochs(1), schedule: slow),
        ])
        #expect(result.phases.map(\.steps) == [10, 3])
        let rates = training.record.steps.suffix(3).map { $0.learningRate * 100 }
        for (found, expected) in zip(rates, [1.0, 2, 3]) { #expect(abs(found - expected) < 1e-9) }
    }

    @Test(arguments: [(14, 4, true), (20, 10, true), (30, 10, false), (10, 0, true)])
    func stepsThatAreLeft(budget: Int, count: Int, endsRun: Bool) {
        let (found, ends) = TrainingBudget(steps: budget).steps(of: 10, after: 10, isLast: false)
        #expect((found, ends) == (count, endsRun))
        #expect(TrainingBudget(steps: 20).steps(of: 10, after: 10, isLast: true) == (10, false))
        #expect(TrainingBudget().steps(of: 10, after: 10, isLast: false) == (10, false))
    }
}
