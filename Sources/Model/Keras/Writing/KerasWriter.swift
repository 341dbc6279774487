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

/// Writes models and weights in Keras' formats. Equal arguments give equal bytes; where anything fails, nothing is left
/// behind.
package enum KerasWriter {
    /// Writes architecture and weights as an `.h5` file that tf_keras and Keras 3 open: the weights of a store.
    ///
    /// - Returns: what the two Kerases will not understand alike, as sentences.
    /// - Throws: `CheckpointError`, `SystemError`, `ModelError`.
    @discardableResult
    package static func write(
        model: Model, store: ParameterStore, metadata: KerasMetadata = KerasMetadata(), to path: String
    ) throws -> [String] {
        try write(model, WeightSource(store), metadata: metadata, to: path)
    }

    /// The same with weights from anywhere.
    @discardableResult
    package static func write(
        _ model: Model, _ weights: WeightSource, metadata: KerasMetadata = KerasMetadata(), to path: String
    ) throws -> [String] {
        let portable = try PortableModel(model, weights)
        var architecture = ArchitectureWriter(portable.model)
        let config = try architecture.config(of: portable.model)
        try HDF5Writer.write(try tree(portable.model, config, portable.weights, metadata), to: path)
        return portable.notes + architecture.warnings
    }

    /// Writes the weights in the layout of Keras 3's `.weights.h5`, for `load_weights` of the same model in Keras 3.
    /// - Returns: what became of layers that Keras 3 knows by another name, as sentences.
    /// - Throws: as above; `UnwritableModel`.
    @discardableResult
    package static func writeWeights(_ model: Model, _ weights: WeightSource, to path: String) throws -> [String] {
        let portable = try PortableModel(model, weights)
        try HDF5Writer.write(try variables(portable.model, portable.weights), to: path)
        return portable.notes
    }

    /// Writes architecture and weights as Keras 3's `.keras`.
    /// - Returns: as above.
    /// - Throws: as above; `UnwritableModel` for what Keras 3 does not have.
    @discardableResult
    package static func writeArchive(
        _ model: Model, _ weights: WeightSource, metadata: KerasMetadata = KerasMetadata(), to path: String
    ) throws -> [String] {
        let portable = try PortableModel(model, weights)
        let config = try Keras3Architecture(portable.model).config(of: portable.model)
        var about: OrderedDictionary<String, JSON> = [
            "keras_version": .string(metadata.version(for: .keras3))
        ]
        if !metadata.notes.isNull { about[KerasModel.notesAttribute] = metadata.notes }
        let entries = [
            ("metadata.json", FileImage(Array(JSON.object(about).serialized().utf8))),
            ("config.json", FileImage(Array(config.serialized().utf8))),
            ("model.weights.h5", try HDF5Writer.image(try variables(portable.model, portable.weights), label: path)),
        ]
        try ZipWriter.image(entries.map { (name: $0.0, content: $0.1) }, label: path).write(to: path)
        return portable.notes
    }

    private static func variables(_ model: Model, _ weights: WeightSource) throws -> HDF5Group {
        var root = HDF5Group()
        for group in try VariableLayout(model, weights.specs.values).groups {
            let place = group.path.isEmpty ? "vars" : group.path + "/vars"
            try root.withGroup(at: place) { variables in
                variables.attributes["name"] = .string(group.name)
                for (index, spec) in group.tensors.enumerated() {
                    try variables.insert(weights.tensor(spec.path), at: "\(index)")
                }
            }
        }
        return root
    }

    private static func tree(
        _ model: Model, _ config: JSON, _ source: WeightSource, _ metadata: KerasMetadata
    ) throws -> HDF5Group {
        let about: OrderedDictionary<String, AttributeValue> = [
            "backend": .string("tensorflow"), "keras_version": .string(metadata.version(for: model.generation)),
        ]
        var root = HDF5Group(attributes: about)
        if !metadata.notes.isNull { root.attributes[KerasModel.notesAttribute] = .string(metadata.notes.serialized()) }
        root.attributes["model_config"] = .string(config.serialized())
        let entries = try KerasOrder.entries(of: model).filter { !(model.isSequential && $0.isInput) }
        let tensors = try KerasOrder.tensors(of: model, source.specs.values)
        try root.withGroup(at: "model_weights") { weights in
            weights.attributes = about
            weights.attributes["layer_names"] = .strings(entries.map(\.name))
            for entry in entries {
                let specs = try KerasOrder.weights(
                    of: entry, generation: model.generation, at: ParameterPath(entry.name), tensors)
                let names = names(for: specs, in: entry.name, metadata)
                try weights.withGroup(at: entry.name) { group in
                    group.attributes["weight_names"] = names.isEmpty ? .empty : .strings(names)
                    for (spec, name) in zip(specs, names) {
                        // Neither Keras reads bfloat16 in this layout; as float32 the numbers are the same.
                        let tensor = source.tensor(spec.path)
                        try group.insert(tensor.dataType == .bfloat16 ? tensor.widened : tensor, at: name)
                    }
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
            let old = metadata.storedNames[spec.path].flatMap { isNamed($0, as: spec.name) ? $0 : nil }
            let choices = [old, innermost(spec, in: layer) + "/" + spec.name + ":0", whole]
            let name = choices.lazy.compactMap { $0 }.first { !taken.contains($0) } ?? whole
            taken.insert(name)
            return name
        }
    }

    /// Whether a name says what the tensor is: those of Keras 1 and of other containers do not.
    private static func isNamed(_ stored: String, as name: String) -> Bool {
        guard let last = stored.split(separator: "/").last, stored.contains("/") else { return false }
        let kind = last.prefix { $0 != ":" }
        return kind == name || name == "depthwise_kernel" && kind == "kernel"
    }

    private static func innermost(_ spec: ParameterSpec, in layer: String) -> String {
        let rest = spec.layer.description.dropFirst(layer.count).drop { $0 == "." }
        return rest.isEmpty ? layer : String(rest)
    }
}

extension KerasMetadata {
    /// The version that a file of a generation carries: the model's own where it is of that generation. Keras 1 models
    /// are written in Keras 2's form.
    func version(for generation: KerasGeneration) -> String {
        let wanted: KerasGeneration = generation == .keras3 ? .keras3 : .keras2
        if KerasGeneration(version: kerasVersion) == wanted { return kerasVersion }
        return wanted == .keras3 ? "3.7.0" : "2.15.0"
    }
}
