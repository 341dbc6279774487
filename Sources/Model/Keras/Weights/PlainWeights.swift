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

    /// Copies the tensors into the store: by name (`dense.kernel`, `dense/kernel`, `dense/kernel:0`) where all names
    /// are the model's, else in order where there are as many as the model has and every shape agrees.
    /// - Throws: `KerasError`; nothing has been copied then.
    package func load(into store: ParameterStore) throws -> Ledger {
        let specs = Array(store.specs.values)
        let named = OrderedDictionary(
            tensors.map { (PlainWeights.path($0.label), $0) }, uniquingKeysWith: { first, _ in first })
        if tensors.contains(where: { store.specs[PlainWeights.path($0.label)] != nil }) {
            return try copy(specs.map { ($0, named[$0.path]) }, .loaded, "", into: store)
        }
        guard tensors.count == specs.count else {
            throw KerasError.unmatched(
                path: path,
                problem: "\(tensors.count) arrays do not pair up with the model's \(specs.count) tensors ("
                    + specs.map { "\($0.path) \($0.shape)" }.joined(separator: ", ") + ")")
        }
        return try copy(Array(zip(specs, tensors)), .renamed, "by position", into: store)
    }

    private static func path(_ label: String) -> ParameterPath {
        var name = label[...]
        if name.hasSuffix(":0") { name = name.dropLast(2) }
        return ParameterPath(String(name.map { $0 == "/" ? "." : $0 }))
    }

    private func copy(
        _ pairs: [(ParameterSpec, (label: String, tensor: StoredTensor)?)], _ outcome: Ledger.Outcome, _ reason: String,
        into store: ParameterStore
    ) throws -> Ledger {
        var ledger = Ledger()
        for (spec, stored) in pairs {
            guard let (label, tensor) = stored else {
                ledger.append(.init(.fresh, path: spec.path, shape: spec.shape, reason: "not in the file"))
                continue
            }
            guard tensor.shape == spec.shape else {
                throw KerasError.shape(
                    path: path, stored: label, storedShape: tensor.shape, parameter: spec.path, shape: spec.shape)
            }
            ledger.append(
                .init(
                    outcome, stored: label, path: spec.path, storedShape: tensor.shape, shape: spec.shape,
                    reason: reason))
        }
        for (spec, stored) in pairs { stored?.tensor.copy(to: store[spec.path]) }
        let used = Set(ledger.entries.compactMap(\.stored))
        for (label, tensor) in tensors where !used.contains(label) {
            ledger.append(.init(.unused, stored: label, storedShape: tensor.shape))
        }
        return ledger
    }
}
