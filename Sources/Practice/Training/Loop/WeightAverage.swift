import Layers
import Tensors

/// An exponential moving average of everything a step can change, weights and moving statistics, laid out like the
/// store's slab: average = d · average + (1 − d) · weight after every update, from the weights it began with, without a
/// correction for that beginning. The same as PyTorch's `AveragedModel` with `get_ema_multi_avg_fn(d)` whose first
/// `update_parameters` came before the first step.
final class WeightAverage {
    private let store: ParameterStore
    private let share: Float
    private let values: Slab

    /// Begins with the store's weights. Dead after the store's next `arrange`.
    /// - Parameter decay: d, at least 0 and below 1.
    init(of store: ParameterStore, decay: Double) {
        self.store = store
        share = Float(1 - decay)
        values = Slab(count: store.changingExtent)
        values.pointer.update(from: store.base, count: store.changingExtent)
    }

    /// Takes the averages of the tensors that `values` has.
    func takeOver(_ values: TensorValues) {
        for slot in store.trainable + store.moving {
            guard let list = values[slot.path], list.count == slot.count else { continue }
            _ = UnsafeMutableBufferPointer(start: self.values.pointer + slot.offset, count: slot.count)
                .update(fromContentsOf: list)
        }
    }

    /// Follows one update of the weights. Allocates nothing.
    func update() {
        let (weights, averages, share) = (store.base, values.pointer, share)
        for i in 0..<store.changingExtent { averages[i] += share * (weights[i] - averages[i]) }
    }

    /// Runs `body` with the averages in the weights' place.
    func whileInUse<Result>(_ body: () throws -> Result) rethrows -> Result {
        exchange()
        defer { exchange() }
        return try body()
    }

    private func exchange() {
        let (weights, averages) = (store.base, values.pointer)
        for i in 0..<store.changingExtent { (weights[i], averages[i]) = (averages[i], weights[i]) }
    }

    /// Makes the averages the weights.
    func adopt() { store.base.update(from: values.pointer, count: store.changingExtent) }

    /// By path.
    func byPath(_ holding: Holding = .copied) -> TensorValues {
        let slots = store.trainable + store.moving
        return TensorValues(
            uniqueKeysWithValues: slots.map { slot in
                let average = UnsafeBufferPointer(start: UnsafePointer(values.pointer) + slot.offset, count: slot.count)
                return (slot.path, TensorData(average, holding, of: self))
            })
    }
}
