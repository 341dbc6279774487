import Checkpoints
import JSON
import Layers
import OrderedCollections
import Tensors

/// What a written file says besides architecture and weights.
package struct KerasMetadata: Hashable, Sendable {
    /// The version of Keras whose meaning of the config is meant.
    package var kerasVersion: String
    /// The names that tensors had in the file they came from; others get Keras' own.
    package var storedNames: [ParameterPath: String]
    /// What our own tools add for one another, such as class names; Keras passes over it. Null for nothing.
    package var notes: JSON = .null

    package init(kerasVersion: String = "2.15.0", storedNames: [ParameterPath: String] = [:]) {
        self.kerasVersion = kerasVersion
        self.storedNames = storedNames
    }

    /// The version and the names of the file that a model was loaded from.
    package init(_ origin: KerasModel, _ ledger: Ledger) {
        let names = ledger.entries.compactMap { entry in
            entry.path.flatMap { path in entry.stored.map { (path, $0) } }
        }
        self.init(
            kerasVersion: origin.kerasVersion, storedNames: Dictionary(names, uniquingKeysWith: { first, _ in first }))
    }
}

/// Writes whole-model files that tf_keras and Keras 3 open.
package enum KerasWriter {
    /// Writes architecture and weights. Equal arguments give equal bytes.
    ///
    /// - Returns: what the two Kerases will not understand alike, as sentences.
    /// - Throws: `CheckpointError`, `SystemError`, `ModelError`; nothing is left behind then.
    @discardableResult
    package static func write(
        model: Model, store: ParameterStore, metadata: KerasMetadata = KerasMetadata(), to path: String
    ) throws -> [String] {
        try HDF5Writer.write(try tree(model, store, metadata), to: path)
        return warnings(model)
    }

    private static func tree(_ model: Model, _ store: ParameterStore, _ metadata: KerasMetadata) throws -> HDF5Group {
        let about: OrderedDictionary<String, AttributeValue> = [
            "backend": .string("tensorflow"), "keras_version": .string(metadata.kerasVersion),
        ]
        var root = HDF5Group(attributes: about)
        if !metadata.notes.isNull { root.attributes[KerasModel.notesAttribute] = .string(metadata.notes.serialized()) }
        root.attributes["model_config"] = .string(try ArchitectureWriter.config(of: model).serialized())
        let entries = try KerasOrder.entries(of: model).filter { !(model.isSequential && $0.isInput) }
        let tensors = Dictionary(grouping: store.specs.values, by: \.layer)
        try root.withGroup(at: "model_weights") { weights in
            weights.attributes = about
            weights.attributes["layer_names"] = .strings(entries.map(\.name))
            for entry in entries {
                let specs = try KerasOrder.weights(of: entry, at: ParameterPath(entry.name), tensors)
                let names = names(for: specs, in: entry.name, metadata)
                try weights.withGroup(at: entry.name) { group in
                    group.attributes["weight_names"] = names.isEmpty ? .empty : .strings(names)
                    for (spec, name) in zip(specs, names) { try group.insert(store.tensor(spec.path), at: name) }
                }
            }
            try weights.withGroup(at: "top_level_model_weights") { $0.attributes["weight_names"] = .empty }
        }
        return root
    }

    /// The old names; for tensors without one, the layer's name and the tensor's, as tf_keras writes them, and the
    /// whole path where that would come twice.
    private static func names(
        for specs: [ParameterSpec], in layer: String, _ metadata: KerasMetadata
    ) -> [String] {
        var taken: Set<String> = []
        return specs.map { spec in
            let whole = spec.layer.description + "/" + spec.name + ":0"
            let choices = [metadata.storedNames[spec.path], innermost(spec, in: layer) + "/" + spec.name + ":0", whole]
            let name = choices.lazy.compactMap { $0 }.first { !taken.contains($0) } ?? whole
            taken.insert(name)
            return name
        }
    }

    private static func innermost(_ spec: ParameterSpec, in layer: String) -> String {
        let rest = spec.layer.description.dropFirst(layer.count).drop { $0 == "." }
        return rest.isEmpty ? layer : String(rest)
    }

    /// Where the two Kerases part ways.
    private static func warnings(_ model: Model, prefix: String = "") -> [String] {
        var sentences: [String] = []
        for entry in model.entries.values {
            let name = prefix + entry.name
            if entry.name.contains("/") {
                sentences.append("layer \"\(name)\": Keras 3 refuses names with a \"/\"; tf_keras opens the file")
            }
            if entry.specification.config["activation"] == "hard_sigmoid" {
                let known = model.generation == .keras3 ? "Keras 3" : "tf_keras"
                sentences.append(
                    "layer \"\(name)\": hard_sigmoid is exact in \(known); the other Keras computes another")
            }
            if case .model(let inner) = entry.content { sentences += warnings(inner, prefix: name + ".") }
        }
        return sentences
    }
}
