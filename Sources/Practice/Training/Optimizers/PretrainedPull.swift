import Tensors

/// L2-SP: decay toward the pretrained value instead of toward 0 (Li, Grandvalet, Davoine, "Explicit inductive bias for
/// transfer learning with convolutional networks", ICML 2018). Decoupled like weight decay, and before the update as
/// that is: w −= rate · strength · (w − w₀).
package final class PretrainedPull {
    private let tensors: [(index: Int, slot: TensorSlot, strength: Float, anchor: Int)]
    private let anchors: Slab

    /// - Parameters:
    ///   - layout: the trainable tensors, in the order in which rates will be given.
    ///   - strengths: of each tensor, 0 for none.
    ///   - pretrained: where a tensor's pretrained values are, read now; nil for a tensor that has none, such as a new
    ///     head's, which is then left alone.
    package init(
        layout: [TensorSlot], strengths: [Float], pretrained: (ParameterPath) -> UnsafePointer<Float>?
    ) {
        precondition(layout.count == strengths.count, "one strength per tensor")
        var tensors: [(index: Int, slot: TensorSlot, strength: Float, anchor: Int)] = []
        var sources: [UnsafePointer<Float>] = []
        var size = 0
        for (index, slot) in layout.enumerated() where strengths[index] > 0 {
            guard let source = pretrained(slot.path) else { continue }
            tensors.append((index, slot, strengths[index], size))
            sources.append(source)
            size += Slab.padded(slot.count)
        }
        anchors = Slab(count: size)
        for (tensor, source) in zip(tensors, sources) {
            (anchors.pointer + tensor.anchor).update(from: source, count: tensor.slot.count)
        }
        self.tensors = tensors
    }

    /// Whether there is anything to pull.
    package var isEmpty: Bool { tensors.isEmpty }

    /// Pulls once. Allocates nothing.
    /// - Parameter rates: the rate of each tensor of the layout at this step.
    package func apply(to weights: UnsafeMutablePointer<Float>, rates: [Float]) {
        for tensor in tensors {
            let factor = rates[tensor.index] * tensor.strength
            let values = weights + tensor.slot.offset
            let anchor = anchors.pointer + tensor.anchor
            for i in 0..<tensor.slot.count { values[i] -= factor * (values[i] - anchor[i]) }
        }
    }
}
