import Glibc
import Kernels
import Tensors

/// Updates the trainable weights and holds what an update rule remembers between steps.
///
/// Slots are slabs laid out like the slab of weights, and with the count of updates they belong to a *tensor*: a tensor
/// that begins to train at step 1000 is corrected for bias as at step 1. When the layout changes because something was
/// frozen or unfrozen, `carryOver(from:)` takes them along by path.
package final class Optimizer {
    package let configuration: OptimizerConfiguration
    package let layout: [TensorSlot]
    /// Updates that each tensor of `layout` has had.
    package private(set) var steps: [Int]
    private let rule: UpdateRule
    private let slots: [SlotSlab]
    private let indices: [ParameterPath: Int]
    private var segments: [OptimizerSegment]

    /// - Parameter layout: the trainable tensors, in the order in which rates and decays will be given.
    package init(_ configuration: OptimizerConfiguration, layout: [TensorSlot]) {
        self.configuration = configuration
        self.layout = layout
        rule = configuration.rule
        steps = Array(repeating: 0, count: layout.count)
        let size = layout.map { Slab.padded($0.range.upperBound) }.max() ?? 0
        slots = rule.slots.map { SlotSlab(name: $0, count: size) }
        indices = Dictionary(uniqueKeysWithValues: layout.enumerated().map { ($1.path, $0) })
        segments = layout.map {
            OptimizerSegment(
                offset: $0.offset, count: $0.count, rate: 0, decay: 0, correction1: 1, correction2: 1)
        }
        for index in layout.indices { reset(at: index) }
    }

    /// The names of the slots, in order.
    package var slotNames: [String] { rule.slots }

    /// Memory that the slots take.
    package var slotBytes: Int { slots.reduce(0) { $0 + Slab.bytes($1.slab.count) } }

    /// One update of every tensor of the layout, in place. Allocates nothing.
    ///
    /// - Parameters:
    ///   - weights, gradients: slabs laid out as `layout` says.
    ///   - rates: the rate of each tensor at this step.
    ///   - decays: the weight decay of each tensor; it is multiplied by the tensor's rate.
    ///   - gradientScale: what every gradient is multiplied by first: the clipping factor.
    package func step(
        weights: UnsafeMutablePointer<Float>, gradients: UnsafePointer<Float>, rates: [Float], decays: [Float],
        gradientScale: Float = 1
    ) {
        precondition(rates.count == layout.count && decays.count == layout.count, "one rate and decay per tensor")
        for index in layout.indices {
            steps[index] += 1
            segments[index].rate = rates[index]
            segments[index].decay = decays[index]
            if case .adam(let beta1, let beta2, _) = rule {
                // From the same rounded betas as the kernel's averages, so that their errors cancel.
                segments[index].correction1 = Float(1 - pow(Double(beta1), Double(steps[index])))
                segments[index].correction2 = Float(1 - pow(Double(beta2), Double(steps[index])))
            }
        }
        update(weights, gradients, gradientScale)
    }

    private func update(
        _ weights: UnsafeMutablePointer<Float>, _ gradients: UnsafePointer<Float>, _ scale: Float
    ) {
        switch rule {
        case .sgd:
            OptimizerKernels.sgd(weights: weights, gradients: gradients, segments: segments, gradientScale: scale)
        case .momentum(let momentum, let nesterov):
            OptimizerKernels.momentum(
                weights: weights, gradients: gradients, segments: segments, gradientScale: scale,
                velocity: slots[0].slab.pointer, momentum: momentum, nesterov: nesterov)
        case .adagrad(_, let epsilon):
            OptimizerKernels.adagrad(
                weights: weights, gradients: gradients, segments: segments, gradientScale: scale,
                accumulator: slots[0].slab.pointer, epsilon: epsilon)
        case .rmsprop(let rho, let epsilon):
            OptimizerKernels.rmsprop(
                weights: weights, gradients: gradients, segments: segments, gradientScale: scale,
                meanSquare: slots[0].slab.pointer, rho: rho, epsilon: epsilon)
        case .adadelta(let rho, let epsilon):
            OptimizerKernels.adadelta(
                weights: weights, gradients: gradients, segments: segments, gradientScale: scale,
                accumulatedGradient: slots[0].slab.pointer, accumulatedDelta: slots[1].slab.pointer,
                rho: rho, epsilon: epsilon)
        case .adam(let beta1, let beta2, let epsilon):
            OptimizerKernels.adam(
                weights: weights, gradients: gradients, segments: segments, gradientScale: scale,
                first: slots[0].slab.pointer, second: slots[1].slab.pointer,
                beta1: beta1, beta2: beta2, epsilon: epsilon)
        }
    }
}

/// State by path, for snapshots, for going back, and for layouts that change.
extension Optimizer {
    /// The values of one slot of one tensor, to read or to write; nil where there is no such tensor or slot. Valid as
    /// long as the optimizer lives.
    package func slot(_ name: String, of path: ParameterPath) -> UnsafeMutableBufferPointer<Float>? {
        guard let index = indices[path], let slot = slots.first(where: { $0.name == name }) else { return nil }
        return values(of: slot, at: index)
    }

    /// Updates that the tensor has had; nil for a tensor that is not in the layout.
    package func stepCount(of path: ParameterPath) -> Int? { indices[path].map { steps[$0] } }

    /// - Precondition: the layout has the tensor.
    package func setStepCount(_ count: Int, of path: ParameterPath) {
        guard let index = indices[path] else { preconditionFailure("the optimizer does not update \(path)") }
        steps[index] = count
    }

    /// Forgets everything, or what is known of the tensors at `paths`.
    package func reset(_ paths: [ParameterPath]? = nil) {
        for index in paths.map({ $0.compactMap { indices[$0] } }) ?? Array(layout.indices) { reset(at: index) }
    }

    /// Takes slots and step counts of the tensors that both optimizers update. A tensor travels when its size is
    /// the same and both rules keep the same slots, as Adam and AdamW do; any other begins afresh.
    /// - Returns: the paths that were taken, in the order of this layout.
    @discardableResult
    package func carryOver(from other: Optimizer) -> [ParameterPath] {
        guard slotNames == other.slotNames else { return [] }
        var carried: [ParameterPath] = []
        for (index, tensor) in layout.enumerated() {
            guard let source = other.indices[tensor.path], other.layout[source].count == tensor.count else { continue }
            for (mine, theirs) in zip(slots, other.slots) {
                _ = values(of: mine, at: index).update(from: other.values(of: theirs, at: source))
            }
            steps[index] = other.steps[source]
            carried.append(tensor.path)
        }
        return carried
    }

    fileprivate func reset(at index: Int) {
        steps[index] = 0
        for slot in slots { values(of: slot, at: index).update(repeating: rule.initialSlotValue) }
    }

    private func values(of slot: SlotSlab, at index: Int) -> UnsafeMutableBufferPointer<Float> {
        let tensor = layout[index]
        return UnsafeMutableBufferPointer(start: slot.slab.pointer + tensor.offset, count: tensor.count)
    }
}

/// A named slab: slabs cannot be copied, so a list of them needs someone to own each.
private final class SlotSlab {
    let name: String
    let slab: Slab

    init(name: String, count: Int) {
        self.name = name
        slab = Slab(count: count)
    }
}
