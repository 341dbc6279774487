import Data
import Kernels
import Layers
import Tensors

/// Gradients as they are before an update.
package enum GradientProbe {
    /// One tensor that trains.
    package struct Entry: Hashable, Sendable {
        package let path: ParameterPath
        /// Of the last batch.
        package let values: [Float]
        /// The 2-norm, a mean over the batches.
        package let norm: Double
        package let weightNorm: Double
        /// `norm` over `weightNorm`; 0 where the weights are 0.
        package var relative: Double { weightNorm > 0 ? norm / weightNorm : 0 }
    }
}

extension Trainer {
    /// The gradients of what a phase trains, by the batches that it would take next. Nothing is updated, and nobody is told.
    /// - Parameters:
    ///   - batches: one at least; fewer where a pass ends before.
    ///   - state: where training stands; nil for the beginning, with the weights in the store.
    /// - Throws: as `run`.
    package func gradients(
        _ phase: PhaseConfiguration, batches: Int, from state: TrainingState? = nil
    ) throws -> [GradientProbe.Entry] {
        if let state { restore(state, [phase]) }
        let before = self.state
        defer { restore(before, [phase]) }
        advance(to: position.phase)
        let resolution = try arrange(phase)
        let perEpoch = phase.updates(ofBatches: batchesPerPass)
        let training = try step(
            phase, resolution, ScheduleConfiguration(.constant).resolved(totalSteps: 1, stepsPerEpoch: perEpoch),
            keepsFeatures: false)
        let stream = try stream(phase, training.features)
        var norms = [Double](repeating: 0, count: store.trainable.count)
        var count = 0
        while count < batches, let batch = try stream.next() {
            try training.differentiate(batch, step: step + 1)
            for (index, slot) in store.trainable.enumerated() {
                norms[index] += Reduce.sumOfSquares(training.gradients.pointer + slot.offset, count: slot.count)
                    .squareRoot()
            }
            count += 1
        }
        return zip(store.trainable, norms).map { slot, norm in
            let values = UnsafeBufferPointer(start: training.gradients.pointer + slot.offset, count: slot.count)
            return GradientProbe.Entry(
                path: slot.path, values: Array(values), norm: norm / Double(max(count, 1)),
                weightNorm: Reduce.sumOfSquares(store[slot.path], count: slot.count).squareRoot())
        }
    }
}
