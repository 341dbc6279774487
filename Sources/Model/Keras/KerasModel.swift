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
    /// How many tensors of optimizer state the file holds: see `optimizerState`.
    package let optimizerTensorCount: Int
    /// What could not be taken over exactly, as sentences.
    package let warnings: [String]
    package let weights: KerasWeights
    /// What our own tools left for one another: `class_names`, `input_range`. Nil in files from elsewhere.
    package let notes: JSON?

    private let checkpoint: Checkpoint

    static let notesAttribute = "finetune_notes"

    /// Reads the architecture and the names of the weights of a whole model: an `.h5` file of Keras 1, 2 or 3, or a
    /// `.keras` archive.
    ///
    /// - Parameter lambdas: what Lambda layers compute, by the names of the layers: `x / 127.5 - 1`.
    /// - Throws: `KerasError`, `LayerError`, `UnknownLayerError`, `ModelError`: what is not known is named, never guessed.
    package static func open(_ checkpoint: Checkpoint, lambdas: [String: String] = [:]) throws -> KerasModel {
        guard let text = checkpoint.attribute("model_config")?.string else {
            throw KerasError.noArchitecture(path: checkpoint.path)
        }
        let version = checkpoint.attribute("keras_version")?.string
        guard let generation = KerasGeneration(version: version) else {
            throw KerasError.dialect(path: checkpoint.path, version: version ?? "")
        }
        let json = try JSON(parsing: text, allowingNonFinite: true)
        var reader = ArchitectureReader(generation: generation, lambdas: lambdas)
        let model = try reader.read(json)
        let weights = try KerasWeights(checkpoint)
        return KerasModel(
            path: checkpoint.path, model: model, kerasVersion: version ?? "1",
            training: try TrainingConfiguration(checkpoint, model: json),
            optimizerTensorCount: KerasOptimizerState.tensors(of: checkpoint).count,
            warnings: reader.warnings + weights.warnings, weights: weights,
            notes: checkpoint.attribute(notesAttribute)?.string.flatMap { try? JSON(parsing: $0) },
            checkpoint: checkpoint)
    }

    /// Reads an architecture from a JSON config: what `model.to_json()` of any Keras gives, or the same without Keras'
    /// bookkeeping (layers without names get Keras' own: `dense`, `dense_1`).
    /// - Throws: as `open`.
    package static func architecture(json: JSON, lambdas: [String: String] = [:]) throws -> Model {
        let version = json["keras_version"]?.string
        guard let generation = version == nil ? .init(guessedFrom: json) : KerasGeneration(version: version) else {
            throw KerasError.dialect(path: "the architecture", version: version ?? "")
        }
        var reader = ArchitectureReader(generation: generation, lambdas: lambdas)
        return try reader.read(json)
    }

    /// Pairs the stored weights with a model's tensors without reading any: quick however large the file is.
    /// - Throws: `KerasError.shape` naming both sides.
    package func match(_ specs: OrderedDictionary<ParameterPath, ParameterSpec>) throws -> WeightMatch {
        try weights.match(specs, of: model, byPosition: true)
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
        let isWhole = !store.specs.keys.contains(where: fresh)
        return try weights.load(into: store, of: model, fresh: fresh, byPosition: isWhole)
    }

    /// What an optimizer had remembered when the file was written; nil where the file holds nothing of the kind.
    package func optimizerState(
        for specs: OrderedDictionary<ParameterPath, ParameterSpec>
    ) throws -> KerasOptimizerState? {
        try KerasOptimizerState(checkpoint, model: model, specs: specs, training: training, match: match(specs))
    }
}
