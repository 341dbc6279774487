import Data
import Runtime
import Tensors

/// The batches of a phase, pass after pass, for steps that are measured.
final class ProfiledBatches {
    private let stream: BatchStream
    private let order: (Int) -> ExampleOrder
    private var pass: Int
    var batchesPerPass: Int { stream.batchesPerPass }
    var secondsWaited: Double { stream.secondsWaited }

    /// - Throws: as a phase that begins.
    init(_ trainer: Trainer, _ phase: PhaseConfiguration) throws {
        let (sampling, seed) = (trainer.sampling, trainer.seed)
        order = { sampling.order(seed: seed, epoch: $0) }
        pass = trainer.epoch
        stream = try BatchStream(
            trainer.examples(phase), indices: trainer.training.indices, batchSize: trainer.batchSize,
            order: order(trainer.epoch), from: trainer.position.cursor, mixing: trainer.mixing(phase).mixing)
    }

    /// The first batch of an update: of the next pass where this one is over.
    func first() throws -> Batch {
        if let batch = try stream.next() { return batch }
        pass += 1
        stream.restart(order(pass))
        guard let batch = try stream.next() else { preconditionFailure("a pass without a batch") }
        return batch
    }

    /// A further batch of an update; nil at the end of a pass.
    func next() throws -> Batch? { try stream.next() }
}

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
        _ training: TrainingStep, _ average: WeightAverage?, _ source: ProfiledBatches, _ timing: PlanTiming,
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
