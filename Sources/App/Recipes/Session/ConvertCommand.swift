import Checkpoints
import JSON
import Keras
import Layers
import OrderedCollections
import Tensors
import Tracking

extension Commands {
    /// Writes what a checkpoint holds in another format.
    package static func convert(_ options: ConvertOptions, console: Console) throws -> ExitStatus {
        let target = try ConversionTarget(options.output)
        let input = try Conversion.input(options.input)
        try Conversion.checkOutput(options)
        let checkpoint = try Checkpoint(path: input)
        do {
            guard let model = try ConvertedModel(checkpoint, architecture: options.architecture) else {
                guard target.isPlain else {
                    throw UsageError(
                        "\(input) holds no architecture, which \(target.name) needs; give one with --architecture "
                            + "config.json, or write .safetensors or .npz")
                }
                return try Conversion.writePlain(checkpoint, target, options, console)
            }
            return try Conversion.write(model, target, options, console)
        } catch let error where target.isPlain && options.architecture == nil && Conversion.isAboutLayers(error) {
            console.note("its architecture cannot be used (\(error)): the tensors keep the names they have in the file")
            return try Conversion.writePlain(checkpoint, target, options, console)
        }
    }
}

/// The format that the ending of a name stands for.
enum ConversionTarget {
    case h5, kerasWeights, keras, safetensors, npz

    /// - Throws: `UsageError` for any other ending.
    init(_ path: String) throws {
        let name = path.lowercased()
        // The longer ending first: one ends in the other.
        if name.hasSuffix(".weights.h5") {
            self = .kerasWeights
        } else if name.hasSuffix(".h5") || name.hasSuffix(".hdf5") {
            self = .h5
        } else if name.hasSuffix(".keras") {
            self = .keras
        } else if name.hasSuffix(".safetensors") {
            self = .safetensors
        } else if name.hasSuffix(".npz") {
            self = .npz
        } else {
            throw UsageError(
                "\(path): the ending says the format to write: .h5, .weights.h5, .keras, .safetensors or .npz")
        }
    }

    /// With its article.
    var name: String {
        switch self {
        case .h5: "an .h5 file"
        case .kerasWeights: "a .weights.h5 file"
        case .keras: "a .keras file"
        case .safetensors: "a .safetensors file"
        case .npz: "an .npz file"
        }
    }

    /// Writes a model, or what of it the format can hold.
    /// - Returns: what not every reader will understand alike, as sentences.
    /// - Throws: what the format's writer throws.
    func write(
        _ model: Model, _ weights: WeightSource, metadata: KerasMetadata, to path: String
    ) throws -> [String] {
        switch self {
        case .h5: return try KerasWriter.write(model, weights, metadata: metadata, to: path)
        case .kerasWeights: return try KerasWriter.writeWeights(model, weights, to: path)
        case .keras: return try KerasWriter.writeArchive(model, weights, metadata: metadata, to: path)
        case .safetensors: try SafeTensorsWriter.write(weights.byPath, metadata: ["format": "keras"], to: path)
        case .npz: try NPZWriter.write(weights.byPath, to: path)
        }
        return []
    }

    /// Whether it holds tensors by name and nothing else.
    var isPlain: Bool { self == .safetensors || self == .npz }
}

/// A model out of a checkpoint, every tensor of it found there.
struct ConvertedModel {
    let model: Model
    let weights: WeightSource
    let metadata: KerasMetadata
    let ledger: Ledger
    let optimizerTensorCount: Int
    let warnings: [String]

    /// Nil where the checkpoint holds no architecture and none is given.
    /// - Throws: what opening the model throws; `ModelFileError` for a tensor that is not there.
    init?(_ checkpoint: Checkpoint, architecture: String?) throws {
        guard let architecture else {
            let keras: KerasModel
            do { keras = try KerasModel.open(checkpoint) } catch KerasError.noArchitecture { return nil }
            let store = try ConvertedModel.store(for: keras.model)
            let match = try keras.match(store.specs)
            match.copy(to: store)
            ledger = match.ledger
            model = keras.model
            weights = WeightSource(store, stored: match.tensors)
            var metadata = KerasMetadata(keras, ledger)
            metadata.notes = keras.notes ?? .null
            self.metadata = metadata
            optimizerTensorCount = keras.optimizerTensorCount
            warnings = keras.warnings
            try check(checkpoint.path)
            return
        }
        model = try ModelFile(architecture: architecture).model
        let store = try ConvertedModel.store(for: model)
        var stored: OrderedDictionary<ParameterPath, StoredTensor> = [:]
        if checkpoint.format == .hdf5 {
            let keras = try KerasWeights(checkpoint)
            let match = try keras.match(store.specs, of: model, byPosition: true)
            match.copy(to: store)
            ledger = match.ledger
            stored = match.tensors
        } else {
            ledger = try PlainWeights(checkpoint).load(into: store)
            for entry in ledger.entries {
                if let path = entry.path, let name = entry.stored { stored[path] = checkpoint.tensors[name] }
            }
        }
        weights = WeightSource(store, stored: stored)
        metadata = KerasMetadata()
        optimizerTensorCount = StoredNames(checkpoint).optimizerTensorCount
        warnings = []
        try check(checkpoint.path)
    }

    private static func store(for model: Model) throws -> ParameterStore {
        ParameterStore(try OpenShapes(model).registry.parameters)
    }

    private func check(_ path: String) throws {
        guard let missing = ledger.entries.first(where: { $0.outcome == .fresh })?.path else { return }
        throw ModelFileError(path: path, reason: "it has no weights for \(missing)")
    }

    /// What of the file does not come along, as sentences.
    var losses: [String] {
        var sentences: [String] = []
        let unused = ledger.entries.filter { $0.outcome == .unused }.compactMap(\.stored)
        if !unused.isEmpty {
            let names = unused.prefix(5).joined(separator: ", ") + (unused.count > 5 ? ", …" : "")
            sentences.append("\(Figures.plural(unused.count, "tensor")) not the model's left out: \(names)")
        }
        if optimizerTensorCount > 0 { sentences.append(Conversion.optimizerSentence(optimizerTensorCount)) }
        return sentences
    }
}

/// The steps of `convert`.
enum Conversion {
    /// - Returns: the checkpoint's path; a run's folder stands for its model.
    static func input(_ path: String) throws -> String {
        switch RecipePaths.kind(of: path) {
        case .file, .other: return path
        case .folder:
            let model = path + "/" + RunDirectory.File.model.rawValue
            guard RecipePaths.kind(of: model) == .file else {
                throw UsageError("\(path) is a folder without a model.h5: it is no finished run")
            }
            return model
        case nil: throw UsageError("there is no file \(path)")
        }
    }

    static func checkOutput(_ options: ConvertOptions) throws {
        switch RecipePaths.kind(of: options.output) {
        case .folder: throw UsageError("\(options.output) is a folder")
        case .file where !options.replaces: throw UsageError("\(options.output) is there already; --force replaces it")
        default: break
        }
    }

    /// Whether the file is sound and only its model is beyond us.
    static func isAboutLayers(_ error: any Error) -> Bool {
        error is UnknownLayerError || error is LayerError || error is ModelError || error is KerasError
    }

    static func optimizerSentence(_ count: Int) -> String {
        "the state of the optimizer (\(Figures.plural(count, "tensor"))) is not carried over"
    }

    static func write(
        _ model: ConvertedModel, _ target: ConversionTarget, _ options: ConvertOptions, _ console: Console
    ) throws -> ExitStatus {
        let path = options.output
        let sentences =
            model.warnings + (try target.write(model.model, model.weights, metadata: model.metadata, to: path))
        for sentence in sentences + model.losses { console.note(sentence) }
        report(Array(model.weights.byPath.values), path, console)
        return .done
    }

    /// Tensors by the names they have.
    static func writePlain(
        _ checkpoint: Checkpoint, _ target: ConversionTarget, _ options: ConvertOptions, _ console: Console
    ) throws -> ExitStatus {
        let stored = StoredNames(checkpoint)
        guard !stored.tensors.isEmpty else {
            throw CheckpointError.missing(path: checkpoint.path, place: "tensors", available: "none")
        }
        let tensors = stored.tensors.mapValues { TensorSource($0) }
        let texts =
            checkpoint.format == .safetensors ? checkpoint.attributes[""]?.compactMapValues(\.string) ?? [:] : [:]
        if target == .safetensors {
            try SafeTensorsWriter.write(tensors, metadata: texts, to: options.output)
        } else {
            try NPZWriter.write(tensors, to: options.output)
            if !texts.isEmpty {
                console.note("its metadata (\(texts.keys.joined(separator: ", "))) are not carried over")
            }
        }
        if stored.optimizerTensorCount > 0 { console.note(optimizerSentence(stored.optimizerTensorCount)) }
        for object in checkpoint.skipped { console.note("\"\(object.name)\" is left out: \(object.reason)") }
        report(Array(tensors.values), options.output, console)
        return .done
    }

    private static func report(_ tensors: [TensorSource], _ path: String, _ console: Console) {
        let count = tensors.reduce(0) { $0 + $1.shape.count }
        console.print("\(path): \(Figures.plural(tensors.count, "tensor")), \(Figures.count(count)) numbers")
    }
}

extension WeightSource {
    /// The tensors by the paths that freezing and reports know them by.
    var byPath: OrderedDictionary<String, TensorSource> {
        OrderedDictionary(uniqueKeysWithValues: specs.keys.map { ($0.description, tensor($0)) })
    }
}
