import Checkpoints
import Layers
import OrderedCollections
import Tensors

/// Which stored tensor each of a model's would be loaded from: known before any is read.
package struct WeightMatch: Sendable {
    /// One tensor of the model and where it comes from.
    struct Source: Sendable {
        let weight: StoredWeight
        let conversion: WeightConversion
    }

    /// What happens to every tensor, in the model's order and then the file's.
    package let ledger: Ledger
    let sources: OrderedDictionary<ParameterPath, Source>

    /// The stored tensors by the paths they go to, with the shapes of the file; of several joined, the first.
    package var tensors: OrderedDictionary<ParameterPath, StoredTensor> {
        sources.mapValues { $0.weight.parts[0] }
    }

    /// Copies the stored tensors, converted where they have to be, to where they go.
    package func copy(to store: ParameterStore) {
        for (path, source) in sources { source.conversion.copy(source.weight, to: store[path]) }
    }
}
