import Data

/// The batches of a phase from where a trainer stands, pass after pass, for steps that move no trainer.
final class EndlessBatches {
    private let stream: BatchStream
    private let order: (Int) -> ExampleOrder
    private var pass: Int
    var secondsWaited: Double { stream.secondsWaited }

    /// - Throws: as a phase that begins.
    init(_ trainer: Trainer, _ phase: PhaseConfiguration, _ features: FrozenFeatures?) throws {
        stream = try trainer.stream(phase, features)
        order = trainer.order
        pass = trainer.epoch
    }

    /// The first batch of an update: of the next pass where this one is over.
    func first() throws -> Batch { try stream.next(thenFrom: nextOrder()) }

    /// A further batch of an update; nil at the end of a pass.
    func next() throws -> Batch? { try stream.next() }

    private func nextOrder() -> ExampleOrder {
        pass += 1
        return order(pass)
    }
}
