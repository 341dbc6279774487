import Data
import Glibc
import TestSupport
import Testing

@testable import Training

/// A whole step, as a `Plan`'s run: forward, backward, the gradient's norm, the update, the moving statistics. Counting goes
/// through a hook of the whole process, so it has a process of its own.
@Suite struct StepAllocationTests {
    @Test func aStepAfterTheFirstAllocatesNothing() async {
        await #expect(processExitsWith: .success) {
            let small = try SmallTraining(validation: false)
            let phase = try SmallTraining.phase("all", .epochs(1))
            let resolution = try PolicyResolution(
                rules: phase.rules, registry: small.trainer.registry, rates: phase.rates)
            small.store.arrange(trainable: resolution.optimizedPaths, moving: resolution.movingPaths)
            let schedule = try phase.schedule.resolved(totalSteps: 100, stepsPerEpoch: 9)
            let step = try small.trainer.step(phase, resolution, schedule)
            let stream = try BatchStream(
                SmallTraining.Rows(start: 0, count: SmallTraining.examples), batchSize: 8, order: .sequential)
            guard let batch = try stream.next() else { exit(EXIT_FAILURE) }
            for number in 1...3 {
                _ = try step.run(batch, stepInPhase: number - 1, riseStep: number - 1, step: number)
            }
            let count = try AllocationCounter.count {
                for number in 4...20 {
                    _ = try step.run(batch, stepInPhase: number - 1, riseStep: number - 1, step: number)
                }
            }
            exit(count == 0 ? EXIT_SUCCESS : EXIT_FAILURE)
        }
    }
}
