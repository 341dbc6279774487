import Layers
import Tensors

extension Trainer {
    func step(
        _ phase: PhaseConfiguration, _ resolution: PolicyResolution, _ schedule: Schedule
    ) throws -> TrainingStep {
        // The step copies the anchors it needs while it is made.
        var copies: [UnsafeMutablePointer<Float>] = []
        defer { for pointer in copies { pointer.deallocate() } }
        let perEpoch = phase.updates(ofBatches: (training.count + batchSize - 1) / batchSize)
        return try TrainingStep(
            mixing(phase).objective, phase: phase, resolution: resolution, store: store, schedule: schedule,
            length: (phase.length.steps(perEpoch: perEpoch), perEpoch), batchSize: batchSize, seed: seed,
            features: phase.repeatsExamples ? kept : nil
        ) { path in
            guard let values = pretrainedValues(of: path) else { return nil }
            let pointer = UnsafeMutablePointer<Float>.allocate(capacity: max(values.count, 1))
            pointer.initialize(from: values, count: values.count)
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
