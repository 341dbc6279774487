import Checkpoints
import JSON
import Keras
import Layers
import OrderedCollections
import Tensors

/// A file as `inspect` opens it: its container and its config, before anyone asks whether a model can be made of it.
struct InspectedFile {
    let path: String
    let format: ModelFormat
    let byteCount: Int
    /// Nil for an architecture alone.
    let checkpoint: Checkpoint?
    /// The architecture as the file has it, if it has one.
    let config: JSON?
    let kerasVersion: String?
    let training: TrainingConfiguration?
    private let lambdas: [String: String]

    /// A model made from the file.
    struct Opened {
        let model: Model
        /// Nil for an architecture alone.
        let keras: KerasModel?

        /// - Returns: nil where the file has no weights.
        func match(_ specs: OrderedDictionary<ParameterPath, ParameterSpec>) throws -> WeightMatch? {
            try keras?.match(specs)
        }
    }

    /// - Throws: `UsageError` for what is no file; what the format's reader throws.
    init(path: String, lambdas: [String: String] = [:]) throws {
        self.path = path
        self.lambdas = lambdas
        try InspectedFile.checkKind(path)
        let mapping = try MappedFile(path: path)
        byteCount = mapping.bytes.count
        guard let checkpoint = try InspectedFile.checkpoint(path) else {
            let json = try InspectedFile.parse(mapping.text, path)
            guard json["class_name"]?.string != nil, json["config"] != nil else {
                throw ModelFileError(path: path, reason: "it is JSON, but has no \"class_name\" and \"config\"")
            }
            (self.checkpoint, format, config, training) = (nil, .architecture, json, nil)
            kerasVersion = json["keras_version"]?.string
            return
        }
        self.checkpoint = checkpoint
        format = ModelFormat(checkpoint)
        kerasVersion = InspectedFile.attribute("keras_version", of: checkpoint)
        config = try checkpoint.attribute("model_config")?.string.map {
            try InspectedFile.parse($0, "the model_config of \(path)")
        }
        training = try? TrainingConfiguration(checkpoint, model: config ?? .null)
    }

    /// Of the file, or of the group that holds the weights.
    static func attribute(_ name: String, of checkpoint: Checkpoint) -> String? {
        (checkpoint.attribute(name) ?? checkpoint.attribute(name, of: "model_weights"))?.string
    }

    /// - Returns: nil for JSON text.
    static func checkpoint(_ path: String) throws -> Checkpoint? {
        do { return try Checkpoint(path: path) } catch let error as CheckpointError {
            guard case .foreign(_, found: "JSON text") = error else { throw error }
            return nil
        }
    }

    private static func parse(_ text: String, _ place: String) throws -> JSON {
        do { return try JSON(parsing: text, allowingNonFinite: true) } catch let error as JSONSyntaxError {
            throw ModelFileError(path: place, reason: "\(error)")
        }
    }

    /// Files and devices are opened; folders and what is not there get a hint.
    static func checkKind(_ path: String) throws {
        switch RecipePaths.kind(of: path) {
        case .file, .other: return
        case .folder:
            let model = path + (path.hasSuffix("/") ? "" : "/") + "model.h5"
            let hint =
                RecipePaths.kind(of: model) == .file
                ? "; a run's model is a file in it: \(model)" : "; expected a checkpoint, such as an .h5 file"
            throw UsageError("\(path) is a folder" + hint)
        case nil: throw CommandPaths.missing(path)
        }
    }

    /// - Throws: what makes a model of the config impossible.
    func open() throws -> Opened {
        if let checkpoint {
            let keras = try KerasModel.open(checkpoint, lambdas: lambdas)
            return Opened(model: keras.model, keras: keras)
        }
        return Opened(model: try KerasModel.architecture(json: config ?? [:], lambdas: lambdas), keras: nil)
    }
}
