import Checkpoints
import Layers
import OrderedCollections
import Tensors

/// The weights of a file that Keras wrote, in either layout: a group per layer whose attribute `weight_names` lists its
/// tensors (`.h5`), or the tree of the objects that own the variables (`.weights.h5`, `.keras`).
package struct KerasWeights: Sendable {
    enum Layout: Sendable {
        /// By layer name, in the file's order.
        case layers(OrderedDictionary<String, [StoredWeight]>)
        case tree(VariableTree)
    }

    let path: String
    let layout: Layout

    /// Every tensor, by layer or by the object that owns it, in the file's order.
    var layers: OrderedDictionary<String, [StoredWeight]> {
        switch layout {
        case .layers(let layers): layers
        case .tree(let tree): tree.layers
        }
    }

    let origin: WeightOrigin
    /// What was not taken over although it could matter, as sentences.
    package let warnings: [String]

    /// - Parameter checkpoint: a whole model (weights below `model_weights`) or a weights-only file.
    /// - Throws: `KerasError.noWeights`, `CheckpointError`.
    package init(_ checkpoint: Checkpoint) throws {
        path = checkpoint.path
        let root = checkpoint.groups.contains("model_weights") ? "model_weights" : ""
        guard let names = checkpoint.strings("layer_names", of: root) else {
            guard let tree = VariableTree(checkpoint) else { throw KerasError.noWeights(path: checkpoint.path) }
            layout = .tree(tree)
            origin = WeightOrigin()
            warnings = []
            return
        }
        var layers: OrderedDictionary<String, [StoredWeight]> = [:]
        for name in names + ["top_level_model_weights"] where layers[name] == nil {
            let group = root.isEmpty ? name : root + "/" + name
            layers[name] = try (checkpoint.strings("weight_names", of: group) ?? []).map { weight in
                StoredWeight(name: weight, tensor: try checkpoint.tensor(group + "/" + weight))
            }
        }
        layers = layers.filter { !$0.value.isEmpty }
        let version = checkpoint.attribute("keras_version", of: root) ?? checkpoint.attribute("keras_version")
        let backend = (checkpoint.attribute("backend", of: root) ?? checkpoint.attribute("backend"))?.string
        let isKeras1 =
            version.map { KerasGeneration(version: $0.string) == .keras1 }
            ?? !layers.values.joined().contains { KerasWeights.laterKinds.contains($0.kind) }
        let isTheanos =
            isKeras1 ? Keras1Names.areTheanos(layers.values.joined().map(\.names[0])) : false
        origin = WeightOrigin(isKeras1: isKeras1, turnsKernels: isTheanos)
        warnings =
            backend == "theano"
            ? [
                "Theano, which wrote the file, turns the kernels of convolutions around; like tf_keras, they are read as they are"
            ]
            : []
        layout = .layers(isKeras1 ? layers.mapValues(Keras1Names.modernized) : layers)
    }

    /// Names that no Keras 1 gave a tensor: a file without a version that holds one is another's work.
    private static let laterKinds: Set<String> = [
        "kernel", "recurrent_kernel", "embeddings", "bias", "moving_mean", "moving_variance",
    ]

    /// Pairs a model's tensors with stored ones by name; reads no tensor.
    ///
    /// - Parameters:
    ///   - specs: the model's tensors, in its order.
    ///   - model: whose tensors they are: it tells which classes they belong to, and so what has to be converted.
    ///   - fresh: tensors that are not to be taken from the file.
    ///   - byPosition: whether layers that the file does not know by name may take, in order, the layers that are left
    ///     over: for weights whose architecture was written down elsewhere. Every tensor has to agree in kind and shape.
    /// - Throws: `KerasError`.
    package func match(
        _ specs: OrderedDictionary<ParameterPath, ParameterSpec>, of model: Model? = nil,
        fresh: (ParameterPath) -> Bool = { _ in false }, byPosition: Bool = false
    ) throws -> WeightMatch {
        let wanted = specs.values.filter { !fresh($0.path) }
        var matcher: WeightMatcher
        switch layout {
        case .layers(let layers):
            matcher = WeightMatcher(layers, path: path, model: model, origin: origin)
            matcher.match(wanted, byPosition: byPosition)
        case .tree(let tree):
            matcher = WeightMatcher(tree.layers, path: path, model: model, origin: origin)
            for (spec, weight, reason) in tree.pairs(wanted, of: model) { matcher.take(weight, for: spec, reason) }
        }
        return try matcher.finish(specs, excluded: fresh)
    }

    /// Copies stored weights into the store, matched as `match` does.
    /// - Throws: `KerasError`; nothing has been copied then.
    package func load(
        into store: ParameterStore, of model: Model? = nil, fresh: (ParameterPath) -> Bool = { _ in false },
        byPosition: Bool = false
    ) throws -> Ledger {
        let match = try match(store.specs, of: model, fresh: fresh, byPosition: byPosition)
        match.copy(to: store)
        return match.ledger
    }
}
