import Data
import Layers
import Tensors

extension Trainer {
    /// What the policy of a phase does to every tensor. The store is arranged for it.
    /// - Throws: `PolicyError`, `NothingTrainsError`.
    func arrange(_ phase: PhaseConfiguration) throws -> PolicyResolution {
        try phase.rates.validate()
        let resolution = try PolicyResolution(rules: phase.rules, registry: registry, rates: phase.rates)
        guard !resolution.optimizedPaths.isEmpty else { throw NothingTrainsError(phase: phase.name) }
        store.arrange(trainable: resolution.optimizedPaths, moving: resolution.movingPaths)
        return resolution
    }

    /// The batches of a phase from the position on: of examples, or of their features.
    /// - Throws: `AugmentationError`, `CutMixError`, `ThreadError`.
    func stream(_ phase: PhaseConfiguration, _ features: FrozenFeatures?) throws -> BatchStream {
        try BatchStream(
            openTraining(phase, features) ?? examples(phase), indices: training.indices, batchSize: batchSize,
            order: order(ofPass: epoch),
            from: position.cursor, mixing: mixing(phase).mixing)
    }

    var batchesPerPass: Int { training.batches(of: batchSize) }

    /// Which example comes when in a pass.
    func order(ofPass pass: Int) -> ExampleOrder { sampling.order(seed: seed, epoch: pass) }

    /// - Parameter keepsFeatures: whether what frozen layers give for an example is kept.
    func step(
        _ phase: PhaseConfiguration, _ resolution: PolicyResolution, _ schedule: Schedule, keepsFeatures: Bool = true
    ) throws -> TrainingStep {
        // The step copies the anchors it needs while it is made.
        var copies: [UnsafeMutablePointer<Float>] = []
        defer { for pointer in copies { pointer.deallocate() } }
        let perEpoch = phase.updates(ofBatches: batchesPerPass)
        return try TrainingStep(
            mixing(phase).objective, phase: phase, resolution: resolution, store: store, schedule: schedule,
            length: (phase.length.steps(perEpoch: perEpoch), perEpoch), batchSize: batchSize, seed: seed,
            features: keepsFeatures && phase.repeatsExamples ? kept : nil
        ) { path in
            guard let values = pretrainedValues(of: path) else { return nil }
            let pointer = UnsafeMutablePointer<Float>.allocate(capacity: max(values.count, 1))
            _ = UnsafeMutableBufferPointer(start: pointer, count: values.count).initialize(fromContentsOf: values)
            copies.append(pointer)
            return UnsafePointer(pointer)
        }
    }
}

/// A phase in which everything is frozen.
package struct NothingTrainsError: Error, CustomStringConvertible {
    package let phase: String
    package init(phase: String) { self.phase = phase }
    package var description: String {
        "phase \"\(phase)\": nothing trains, every tensor is frozen; unfreeze a layer, as in "
            + "{ \"unfreeze\": \"head.**\" }"
    }
}
