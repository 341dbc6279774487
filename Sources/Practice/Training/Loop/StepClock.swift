import Runtime
import Tensors

/// Runs steps and measures them.
struct StepClock {
    /// Means over the steps.
    private(set) var seconds = 0.0
    private(set) var waiting = 0.0
    private(set) var shortest = Double.infinity
    private(set) var longest = 0.0

    /// - Parameters:
    ///   - warmUp: steps that are run before and do not count.
    ///   - first: the number of steps of the run before these.
    /// - Throws: what a step throws.
    init(
        _ training: TrainingStep, _ average: WeightAverage?, _ source: EndlessBatches, _ timing: PlanTiming,
        warmUp: Int, steps: Int, from first: Int
    ) throws {
        var waitedBefore = 0.0
        for index in 0..<warmUp + steps {
            if index == warmUp {
                timing.reset()
                waitedBefore = source.secondsWaited
            }
            let began = monotonicSeconds()
            _ = try training.run(
                source.first(), stepInPhase: index, riseStep: index, step: first + index + 1
            ) { try source.next() }
            average?.update()
            guard index >= warmUp else { continue }
            let taken = monotonicSeconds() - began
            seconds += taken / Double(steps)
            shortest = min(shortest, taken)
            longest = max(longest, taken)
        }
        waiting = (source.secondsWaited - waitedBefore) / Double(steps)
    }
}
