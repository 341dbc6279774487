import Checkpoints
import Layers
import OrderedCollections
import Tensors

/// A model's weights on their way into a file: the numbers of a store, and where they are still those of another file,
/// that file's bytes in that file's type.
package struct WeightSource: Sendable {
    package let specs: OrderedDictionary<ParameterPath, ParameterSpec>
    private let tensors: [ParameterPath: TensorSource]

    /// - Parameters:
    ///   - store: has to stay as it is until the file is written.
    ///   - stored: the tensors that the store's were loaded from. One whose numbers became others on the way (turned
    ///     around, joined, trained) is not used.
    package init(_ store: ParameterStore, stored: OrderedDictionary<ParameterPath, StoredTensor> = [:]) {
        specs = store.specs
        nonisolated(unsafe) let store = store
        tensors = Dictionary(
            uniqueKeysWithValues: store.specs.values.map { spec in
                if let tensor = stored[spec.path], WeightSource.isUnchanged(tensor, store, spec) {
                    return (spec.path, TensorSource(tensor, shape: spec.shape))
                }
                return (spec.path, TensorSource(shape: spec.shape) { store.tensor(spec.path).values })
            })
    }

    /// - Parameter tensors: one for each of `specs`, of its shape.
    init(specs: OrderedDictionary<ParameterPath, ParameterSpec>, tensors: [ParameterPath: TensorSource]) {
        self.specs = specs
        self.tensors = tensors
    }

    private static func isUnchanged(_ tensor: StoredTensor, _ store: ParameterStore, _ spec: ParameterSpec) -> Bool {
        guard tensor.shape.count == spec.shape.count else { return false }
        let ours = UnsafeRawBufferPointer(
            start: store[spec.path], count: spec.shape.count * MemoryLayout<Float>.stride)
        return tensor.read().values.withUnsafeBytes { $0.elementsEqual(ours) }
    }

    /// - Precondition: `path` is one of the model's.
    package func tensor(_ path: ParameterPath) -> TensorSource {
        guard let tensor = tensors[path] else { preconditionFailure("no tensor \(path)") }
        return tensor
    }
}
