import Checkpoints
import Data
import JSON
import Keras
import Layers
import OrderedCollections
import Tensors

/// A model as a recipe asks for it: cut, with its head, its weights in place.
struct PreparedModel {
    let model: Model
    let registry: LayerRegistry
    let store: ParameterStore
    let ledger: Ledger
    /// The tensors that came out of a file.
    let pretrained: Set<ParameterPath>
    /// SHA-256 of the file the model came from.
    let hash: String
    let file: ModelFile

    /// The model before any weight is read: cheap, and enough for `check` and `plan`.
    struct Architecture {
        let file: ModelFile
        let model: Model
        let registry: LayerRegistry
        /// The layers that are put on top.
        let head: [LayerSpecification]
        /// The layer that they stand on; nil where nothing was put on.
        let stem: String?
        /// What starts afresh although a file has it.
        let reinitialized: Set<ParameterPath>

        /// - Parameters:
        ///   - classes: how many classes the data has; nil where its targets are not classes.
        ///   - closing: the shapes of the inputs where the model leaves dimensions open.
        /// - Throws: `RecipeError` with the place in the recipe for a cut or head that does not fit.
        init(
            _ recipe: Recipe, classes: Int?, closing: ([OpenShape]) throws -> [Shape]
        ) throws {
            let file =
                switch recipe.model.source {
                case .checkpoint(let path): try ModelFile(checkpoint: path, lambdas: recipe.model.lambdas)
                case .architecture(let path, _): try ModelFile(architecture: path, lambdas: recipe.model.lambdas)
                }
            let cut = try recipe.locating("model.cut_at") {
                try recipe.model.cutAt.map { try file.model.cut(at: $0) } ?? file.model
            }
            self.file = file
            let head = try recipe.locating("model.head") {
                try Architecture.head(recipe.model.head, on: cut, classes: classes)
            }
            let complete = try recipe.locating("model.head") {
                try head.isEmpty ? cut : cut.appending(head: head)
            }
            self.head = head
            stem = head.isEmpty ? nil : cut.outputs[0].layer
            model = complete
            let shapes = complete.inputShapes.contains { $0.contains(nil) } ? try closing(complete.inputShapes) : nil
            var registry = try recipe.locating("model.head") { try LayerRegistry(complete, inputShapes: shapes) }
            registry.grouping = try recipe.grouping(of: registry, head: Set(head.map(\.name)))
            self.registry = registry
            reinitialized = try recipe.reinitialized(of: registry)
        }

        /// The layers of a head with their names and numbers.
        /// - Throws: `ModelError` for `"classes"` where there are none.
        static func head(_ layers: [HeadLayer], on model: Model, classes: Int?) throws -> [LayerSpecification] {
            let names = model.headNames(for: layers.map(\.className))
            return try zip(layers, names).map { layer, name in
                guard let classes else {
                    if layer.config.object?.values.contains("classes") == true {
                        throw ModelError("\"classes\" needs targets that are classes; write the number of units")
                    }
                    return LayerSpecification(
                        className: layer.className, name: layer.name ?? name, config: layer.config)
                }
                return LayerSpecification(
                    className: layer.className, name: layer.name ?? name, config: layer.config(classes: classes))
            }
        }
    }

    /// Initialises and reads the weights.
    init(_ recipe: Recipe, _ architecture: Architecture) throws {
        model = architecture.model
        registry = architecture.registry
        file = architecture.file
        hash = try architecture.file.hash()
        let store = ParameterStore(architecture.registry.parameters)
        var ledger = Ledger()
        switch recipe.model.source {
        case .checkpoint:
            // A head is new whatever its names; where the model stays as it is, nothing is.
            let head = Set(architecture.head.map(\.name))
            if let keras = architecture.file.keras {
                ledger = try keras.load(into: store) { path in
                    head.contains { path.description.hasPrefix($0 + ".") }
                }
            }
        case .architecture(_, let weights):
            ledger = try PreparedModel.load(weights, of: architecture, into: store)
        }
        ledger.startAfresh(architecture.reinitialized)
        let found = Set(ledger.entries.filter { $0.outcome != .fresh && $0.outcome != .unused }.compactMap(\.path))
        try store.initialize(seed: recipe.seed) { !found.contains($0.path) }
        self.store = store
        self.ledger = ledger
        pretrained = found
    }
}

extension PreparedModel {
    /// Weights for an architecture that lies elsewhere: a file that Keras wrote, in either layout or with a model around
    /// them; named tensors; or several files of one array each, in order.
    /// - Throws: `KerasError.unmatched` where nothing of them is the model's.
    private static func load(
        _ paths: [String], of architecture: Architecture, into store: ParameterStore
    ) throws -> Ledger {
        guard !paths.isEmpty else {
            return Ledger(entries: store.specs.values.map { Ledger.Entry(.fresh, path: $0.path, shape: $0.shape) })
        }
        let files = try paths.map { try Checkpoint(path: $0) }
        guard files.count == 1, [.hdf5, .keras].contains(files[0].format) else {
            return try (files.count == 1 ? PlainWeights(files[0]) : PlainWeights(files: files)).load(into: store)
        }
        let head = Set(architecture.head.map(\.name))
        let ledger = try KerasWeights(files[0]).load(
            into: store, of: architecture.file.model,
            fresh: { path in head.contains { path.description.hasPrefix($0 + ".") } }, byPosition: head.isEmpty)
        if !store.specs.isEmpty, !ledger.entries.contains(where: { $0.path != nil && $0.stored != nil }) {
            let stored = ledger.entries.compactMap(\.stored)
            throw KerasError.unmatched(
                path: paths[0],
                problem: "none of its tensors (\(Inspection.list(stored))) is one of the model's "
                    + "(\(Inspection.list(store.specs.keys.map(\.description))))")
        }
        return ledger
    }

    /// Writes the weights as a whole Keras model, tensors under the names they came with.
    /// - Returns: what not every Keras will understand alike, as sentences.
    func write(to path: String, notes: JSON) throws -> [String] {
        try KerasWriter.write(model: model, store: store, metadata: metadata(notes: notes), to: path)
    }

    /// What a written model says beside its layers and weights.
    func metadata(notes: JSON) -> KerasMetadata {
        var metadata = file.keras.map { KerasMetadata($0, ledger) } ?? KerasMetadata()
        metadata.notes = notes
        return metadata
    }
}

extension Recipe {
    /// Runs `body` and gives an error of the model's a place in the recipe: it is the recipe that asked for too much.
    func locating<Result>(_ path: String, _ body: () throws -> Result) throws -> Result {
        do { return try body() } catch {
            switch error {
            case is ModelError, is LayerError, is UnknownLayerError: throw RecipeError([problem(at: path, "\(error)")])
            default: throw error
            }
        }
    }
}
