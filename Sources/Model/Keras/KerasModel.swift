import Checkpoints
import JSON
import Layers
import OrderedCollections
import Tensors

/// A whole Keras model in a file: its architecture, read, and its weights, still where they lie.
package struct KerasModel: Sendable {
    package let path: String
    package let model: Model
    /// As the file says: `2.15.0`, `2.2.4-tf`.
    package let kerasVersion: String
    package let training: TrainingConfiguration?
    /// How many tensors of optimizer state the file holds. They are not read.
    package let optimizerTensorCount: Int
    /// What could not be taken over exactly, as sentences.
    package let warnings: [String]
    package let weights: KerasWeights
    /// What our own tools left for one another: `class_names`, `input_range`. Nil in files from elsewhere.
    package let notes: JSON?

    static let notesAttribute = "finetune_notes"

    /// Reads the architecture and the names of the weights of a whole-model `.h5` file.
    /// - Throws: `KerasError`, `LayerError`, `UnknownLayerError`, `ModelError`: what is not known is named, never guessed.
    package static func open(_ checkpoint: Checkpoint) throws -> KerasModel {
        guard let text = checkpoint.attribute("model_config")?.string else {
            throw KerasError.noArchitecture(path: checkpoint.path)
        }
        let version = checkpoint.attribute("keras_version")?.string
        guard let generation = KerasGeneration(version: version), generation != .keras1 else {
            throw KerasError.dialect(path: checkpoint.path, version: version ?? "1")
        }
        var reader = ArchitectureReader(generation: generation)
        let model = try reader.read(try JSON(parsing: text, allowingNonFinite: true))
        let training = try checkpoint.attribute("training_config")?.string.map {
            TrainingConfiguration(try JSON(parsing: $0, allowingNonFinite: true))
        }
        let state = checkpoint.tensors.keys.count { $0.hasPrefix("optimizer_weights/") }
        return KerasModel(
            path: checkpoint.path, model: model, kerasVersion: version ?? "1", training: training,
            optimizerTensorCount: state, warnings: reader.warnings, weights: try KerasWeights(checkpoint),
            notes: checkpoint.attribute(notesAttribute)?.string.flatMap { try? JSON(parsing: $0) })
    }

    /// Reads an architecture from a JSON config: what `model.to_json()` gives, or the same without Keras' bookkeeping
    /// (layers without names get Keras' own: `dense`, `dense_1`).
    /// - Throws: as `open`.
    package static func architecture(json: JSON) throws -> Model {
        let version = json["keras_version"]?.string
        guard let generation = version == nil ? .init(guessedFrom: json) : KerasGeneration(version: version),
            generation != .keras1
        else { throw KerasError.dialect(path: "the architecture", version: version ?? "1") }
        var reader = ArchitectureReader(generation: generation)
        return try reader.read(json)
    }

    /// Pairs the stored weights with a model's tensors without reading any: quick however large the file is.
    /// - Throws: `KerasError.shape` naming both sides.
    package func match(_ specs: OrderedDictionary<ParameterPath, ParameterSpec>) throws -> WeightMatch {
        try weights.match(specs)
    }

    /// Copies the stored weights into a model's: this one, or one made from it by cutting and a new head.
    ///
    /// - Parameter fresh: tensors that are not to be taken from the file whatever their names: a new head.
    /// - Returns: what happened to every tensor, in the model's order and then the file's. Those that are `fresh` were
    ///   not touched.
    /// - Throws: `KerasError.shape` naming both sides; nothing has been copied then.
    package func load(
        into store: ParameterStore, fresh: (ParameterPath) -> Bool = { _ in false }
    ) throws -> Ledger {
        try weights.load(into: store, fresh: fresh)
    }
}
