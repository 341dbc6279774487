import Checkpoints
import Layers
import OrderedCollections
import Tensors

/// Which stored tensor each of a model's would be loaded from: known before any is read.
package struct WeightMatch: Sendable {
    /// What happens to every tensor, in the model's order and then the file's.
    package let ledger: Ledger
    /// The stored tensors by the paths they go to, with the shapes of the file.
    package let tensors: OrderedDictionary<ParameterPath, StoredTensor>

    /// Copies the stored tensors to where they go.
    func copy(to store: ParameterStore) {
        for (path, tensor) in tensors { tensor.copy(to: store[path]) }
    }
}
