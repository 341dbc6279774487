import Checkpoints
import Layers
import OrderedCollections
import Tensors

/// The weights in Keras' HDF5 layout: a group per top-level layer, whose attribute `weight_names` lists its tensors.
package struct KerasWeights: Sendable {
    struct Weight: Sendable {
        /// As in `weight_names`: `conv2d/kernel:0`.
        let name: String
        let tensor: StoredTensor
    }

    let path: String
    /// By layer name, in the file's order.
    let layers: OrderedDictionary<String, [Weight]>

    /// - Parameter checkpoint: a whole model (weights below `model_weights`) or a weights-only file.
    /// - Throws: `KerasError.noWeights`, `CheckpointError`.
    package init(_ checkpoint: Checkpoint) throws {
        path = checkpoint.path
        let root = checkpoint.groups.contains("model_weights") ? "model_weights" : ""
        guard let names = checkpoint.strings("layer_names", of: root) else {
            throw KerasError.noWeights(path: checkpoint.path)
        }
        var layers: OrderedDictionary<String, [Weight]> = [:]
        for name in names + ["top_level_model_weights"] where layers[name] == nil {
            let group = root.isEmpty ? name : root + "/" + name
            layers[name] = try (checkpoint.strings("weight_names", of: group) ?? []).map { weight in
                Weight(name: weight, tensor: try checkpoint.tensor(group + "/" + weight))
            }
        }
        self.layers = layers.filter { !$0.value.isEmpty }
    }

    /// Pairs a model's tensors with stored ones by name; reads no tensor.
    ///
    /// - Parameters:
    ///   - specs: the model's tensors, in its order.
    ///   - fresh: tensors that are not to be taken from the file.
    ///   - byPosition: whether layers that the file does not know by name may take, in order, the layers that are left
    ///     over: for weights whose architecture was written down elsewhere. Every tensor has to agree in kind and shape.
    /// - Throws: `KerasError`.
    package func match(
        _ specs: OrderedDictionary<ParameterPath, ParameterSpec>, fresh: (ParameterPath) -> Bool = { _ in false },
        byPosition: Bool = false
    ) throws -> WeightMatch {
        var matcher = WeightMatcher(layers, path: path)
        matcher.match(specs.values.filter { !fresh($0.path) }, byPosition: byPosition)
        return WeightMatch(
            ledger: try matcher.ledger(for: specs, excluded: fresh), tensors: matcher.matches.mapValues(\.weight.tensor)
        )
    }

    /// Copies stored weights into the store, matched by name as `match` does.
    /// - Throws: `KerasError`; nothing has been copied then.
    package func load(
        into store: ParameterStore, fresh: (ParameterPath) -> Bool = { _ in false }, byPosition: Bool = false
    ) throws -> Ledger {
        let match = try match(store.specs, fresh: fresh, byPosition: byPosition)
        match.copy(to: store)
        return match.ledger
    }
}
