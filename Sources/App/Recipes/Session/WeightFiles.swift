import Checkpoints
import Layers
import Tensors

/// Weights without an architecture: one file of named tensors, or `.npy` files in the order of the parameters.
struct WeightFiles {
    private let paths: [String]

    init(_ paths: [String]) { self.paths = paths }

    /// - Throws: `ModelError` where a tensor does not fit; what opening a file throws.
    func load(into store: ParameterStore, registry: LayerRegistry) throws -> Ledger {
        guard !paths.isEmpty else { return fresh(Array(registry.parameters.values)) }
        let files = try paths.map { try Checkpoint(path: $0) }
        if files.count == 1, files[0].format != .npy { return try load(named: files[0], into: store, registry) }
        return try load(files, into: store, registry)
    }

    private func fresh(_ specs: [ParameterSpec]) -> Ledger {
        Ledger(entries: specs.map { Ledger.Entry(.fresh, path: $0.path, shape: $0.shape) })
    }

    private func load(_ files: [Checkpoint], into store: ParameterStore, _ registry: LayerRegistry) throws -> Ledger {
        let specs = Array(registry.parameters.values)
        guard files.count <= specs.count else {
            throw ModelError("\(files.count) weight files were given for a model of \(specs.count) tensors")
        }
        var ledger = Ledger()
        for (file, spec) in zip(files, specs) {
            guard let tensor = file.tensors.values.first, file.tensors.count == 1 else {
                throw ModelError("\(file.path) holds \(file.tensors.count) arrays, and one is needed for \(spec.path)")
            }
            ledger.append(try place(tensor, from: file.path, into: spec, store))
        }
        ledger.entries += fresh(Array(specs.dropFirst(files.count))).entries
        return ledger
    }

    private func load(
        named file: Checkpoint, into store: ParameterStore, _ registry: LayerRegistry
    ) throws -> Ledger {
        var ledger = Ledger()
        for spec in registry.parameters.values {
            if let tensor = file.tensors[spec.path.description] {
                ledger.append(try place(tensor, from: file.path, into: spec, store))
            } else {
                ledger.entries += fresh([spec]).entries
            }
        }
        for (name, tensor) in file.tensors where registry.parameters[ParameterPath(name)] == nil {
            ledger.append(Ledger.Entry(.unused, stored: name, storedShape: tensor.shape))
        }
        guard ledger.count(of: .loaded) + ledger.count(of: .reshaped) > 0 else {
            let known = registry.parameters.keys.prefix(5).map(\.description).joined(separator: ", ")
            throw ModelError("no array in \(file.path) has the name of one of the model's tensors (\(known), …)")
        }
        return ledger
    }

    private func place(
        _ tensor: StoredTensor, from file: String, into spec: ParameterSpec, _ store: ParameterStore
    ) throws -> Ledger.Entry {
        let squeezed = { (shape: Shape) in shape.dimensions.filter { $0 != 1 } }
        guard squeezed(tensor.shape) == squeezed(spec.shape) else {
            throw ModelError("\(file): \(spec.path) has a shape of \(spec.shape), and the array is \(tensor.shape)")
        }
        tensor.copy(to: store[spec.path])
        return Ledger.Entry(
            tensor.shape == spec.shape ? .loaded : .reshaped, stored: tensor.name, path: spec.path,
            storedShape: tensor.shape, shape: spec.shape)
    }
}
