import Kernels
import Tensors

/// The gradients of the batches of one update, gathered to what one large batch would give: each batch's mean counts by
/// the weight it is a mean over.
final class GradientAccumulation {
    /// Of a whole update.
    let batches: Int
    /// So far.
    private(set) var gathered = 0
    private let slab: Slab
    private var segment: [OptimizerSegment]
    private var weight = 0.0
    private var loss = 0.0

    /// - Parameter count: of all gradients.
    init(count: Int, batches: Int) {
        self.batches = batches
        slab = Slab(count: count)
        segment = [OptimizerSegment(offset: 0, count: count, rate: 0, decay: 0, correction1: 1, correction2: 1)]
    }

    var isFull: Bool { gathered == batches }
    var bytes: Int { Slab.bytes(slab.count) }

    /// The sum of weighted gradients; times `scale` it is their mean.
    var gradients: UnsafePointer<Float> { UnsafePointer(slab.pointer) }
    var scale: Float { Float(1 / divisor) }

    /// Batches of examples that count nothing move nothing.
    private var divisor: Double { weight > 0 ? weight : 1 }

    func reset() {
        gathered = 0
        weight = 0
        loss = 0
    }

    /// Takes a batch's gradient in.
    func add(_ gradients: UnsafePointer<Float>, _ part: TrainingStep.Outcome) {
        if gathered == 0 {
            Elementwise.scale(gradients, by: Float(part.weight), into: slab.pointer, count: slab.count)
        } else {
            // A descent by minus the weight adds.
            segment[0].rate = -Float(part.weight)
            OptimizerKernels.sgd(weights: slab.pointer, gradients: gradients, segments: segment, gradientScale: 1)
        }
        gathered += 1
        weight += part.weight
        loss += part.weight * part.loss
    }

    /// What all batches together gave.
    var outcome: TrainingStep.Outcome {
        let norm = Reduce.sumOfSquares(slab.pointer, count: slab.count).squareRoot() / divisor
        return TrainingStep.Outcome(loss: loss / divisor, gradientNorm: norm, weight: weight)
    }
}
