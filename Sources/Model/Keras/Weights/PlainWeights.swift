import Checkpoints
import Layers
import OrderedCollections
import Tensors

/// Weights that carry no layers: the arrays of an `.npz`, or `.npy` files in a given order.
package struct PlainWeights: Sendable {
    private let tensors: [(label: String, tensor: StoredTensor)]
    private let path: String

    /// The tensors of any file, by their names in it.
    package init(_ checkpoint: Checkpoint) {
        path = checkpoint.path
        tensors = checkpoint.tensors.map { ($0.key, $0.value) }
    }

    /// Several files of one array each, in order.
    /// - Throws: `KerasError.unmatched` for a file that holds another number of arrays.
    package init(files: [Checkpoint]) throws {
        path = files.map(\.path).joined(separator: ", ")
        tensors = try files.map { file in
            guard file.tensors.count == 1, let tensor = file.tensors.values.first else {
                throw KerasError.unmatched(
                    path: file.path, problem: "it holds \(file.tensors.count) arrays, where one is expected")
            }
            return (String(file.path.split(separator: "/").last ?? ""), tensor)
        }
    }

    /// Pairs a model's tensors with stored ones, reading none: by name (`dense.kernel`, `dense/kernel`, `dense/kernel:0`,
    /// with or without more in front) where names are the model's, else in order where there are as many as the model
    /// has and every shape agrees.
    /// - Throws: `KerasError`.
    package func match(
        _ specs: OrderedDictionary<ParameterPath, ParameterSpec>, of model: Model? = nil
    ) throws -> WeightMatch {
        var layers: OrderedDictionary<String, [StoredWeight]> = [:]
        let weights = tensors.map { StoredWeight(name: $0.label, tensor: $0.tensor) }
        for weight in weights { layers[weight.layer, default: []].append(weight) }
        var named = WeightMatcher(layers, path: path, model: model, origin: WeightOrigin())
        named.match(Array(specs.values), byPosition: false)
        if !named.matches.isEmpty { return try named.finish(specs, excluded: { _ in false }) }
        var ordered = WeightMatcher(["": weights], path: path, model: model, origin: WeightOrigin())
        for (spec, weight) in zip(try inOrder(specs, of: model), weights) {
            ordered.take(weight, for: spec, "by position")
        }
        return try ordered.finish(specs, excluded: { _ in false })
    }

    /// Copies the tensors into the store, paired as `match` does.
    /// - Throws: `KerasError`; nothing has been copied then.
    package func load(into store: ParameterStore, of model: Model? = nil) throws -> Ledger {
        let match = try match(store.specs, of: model)
        match.copy(to: store)
        return match.ledger
    }

    /// The model's tensors in the order of Keras' `get_weights`, or as they come where only that fits the shapes.
    private func inOrder(
        _ specs: OrderedDictionary<ParameterPath, ParameterSpec>, of model: Model?
    ) throws -> [ParameterSpec] {
        let plain = Array(specs.values)
        guard tensors.count == plain.count else {
            throw KerasError.unmatched(
                path: path,
                problem: "\(tensors.count) arrays do not pair up with the model's \(plain.count) tensors ("
                    + plain.map { "\($0.path) \($0.shape)" }.joined(separator: ", ") + ")")
        }
        guard let model else { return plain }
        let ordered = try KerasOrder.weights(of: model, specs)
        func fits(_ order: [ParameterSpec]) -> Bool {
            order.count == tensors.count && zip(order, tensors).allSatisfy { $0.shape == $1.tensor.shape }
        }
        return fits(ordered) || !fits(plain) && ordered.count == plain.count ? ordered : plain
    }
}

/// The weights of an architecture that was written down elsewhere, in files of any format.
package enum SeparateWeights {
    /// - Parameter files: one file, or several of one array each, in order.
    /// - Throws: `KerasError`.
    package static func match(
        _ files: [Checkpoint], _ specs: OrderedDictionary<ParameterPath, ParameterSpec>, of model: Model
    ) throws -> WeightMatch {
        if files.count == 1, [.hdf5, .keras].contains(files[0].format) {
            return try KerasWeights(files[0]).match(specs, of: model, byPosition: true)
        }
        return try (files.count == 1 ? PlainWeights(files[0]) : PlainWeights(files: files)).match(specs, of: model)
    }

    /// - Throws: `KerasError`; nothing has been copied then.
    package static func load(_ files: [Checkpoint], into store: ParameterStore, of model: Model) throws -> Ledger {
        let match = try match(files, store.specs, of: model)
        match.copy(to: store)
        return match.ledger
    }
}
