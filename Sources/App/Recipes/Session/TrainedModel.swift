import Checkpoints
import Data
import JSON
import Keras
import Layers
import Tensors
import Tracking

/// A model to use as it is: a checkpoint, or what a run left with its recipe's transforms and classes.
struct TrainedModel {
    let file: ModelFile
    /// Nil for a checkpoint.
    let run: Run?

    struct Run {
        let recipe: Recipe
        let classNames: [String]
    }

    /// The model for inputs of certain shapes, its weights in place.
    struct Loaded {
        let registry: LayerRegistry
        let store: ParameterStore
    }

    /// - Parameter lambdas: what Lambda layers compute, beside what a run's recipe says.
    /// - Throws: `UsageError` where the path is neither; what opening a checkpoint throws.
    init(path: String, lambdas: [String: String] = [:]) throws {
        var checkpoint = path
        switch RecipePaths.kind(of: path) {
        case .folder:
            checkpoint = path + "/" + RunDirectory.File.model.rawValue
            guard RecipePaths.kind(of: checkpoint) == .file else {
                throw UsageError("\(path) is a folder without a model.h5: it is no finished run")
            }
            run = try TrainedModel.run(at: path)
        case .file, .other: run = nil
        case nil: throw CommandPaths.missing(path, "model or run")
        }
        let known = run?.recipe.model.lambdas ?? [:]
        file = try ModelFile(checkpoint: checkpoint, lambdas: known.merging(lambdas) { $1 })
    }

    /// Reads the weights.
    /// - Parameter inputShapes: of an example, with what the model leaves open closed by the data.
    /// - Throws: `ModelFileError` where not all weights are in the file.
    func load(inputShapes: [Shape]) throws -> Loaded {
        let registry = try LayerRegistry(file.model, inputShapes: inputShapes)
        let store = ParameterStore(registry.parameters)
        let ledger = try file.keras?.load(into: store) ?? Ledger()
        let missing = ledger.entries.filter { $0.outcome == .fresh }.compactMap { $0.path?.description }
        guard missing.isEmpty else {
            throw ModelFileError(path: file.path, reason: "it has no weights for \(Inspection.list(missing))")
        }
        return Loaded(registry: registry, store: store)
    }

    private static func run(at path: String) throws -> Run {
        let record = try RunDescription(readingRunAt: path).record
        let recipe = try RecipeReader(checksFiles: false).read(file: path + "/" + RunDirectory.File.recipe.rawValue)
        return Run(recipe: recipe, classNames: record.classNames)
    }

    /// What the run did to its inputs; nothing for a checkpoint.
    /// - Throws: `UsageError` for a recipe whose transforms are not complete: a run writes them out.
    func transforms() throws -> [Transform] {
        try run?.recipe.data.transforms.map { section in
            guard case .fixed(let transform) = section else {
                throw UsageError(
                    "\(run?.recipe.file ?? "the recipe") does not say by which numbers inputs are standardized")
            }
            return transform
        } ?? []
    }

    /// The shapes of the inputs, closed by a recipe's data.
    func closedShapes(_ opened: OpenedData, _ recipe: Recipe) throws -> [Shape] {
        let shapes = file.model.inputShapes
        return shapes.contains { $0.contains(nil) }
            ? try opened.closing(shapes, recipe) : try file.model.closedInputShapes()
    }

    /// How the run read its tables: as its recipe says, with the columns and categories its training data had.
    var table: TableSource? {
        guard case .table(var source)? = run?.recipe.data.train.description else { return nil }
        source.encoding = file.keras?.notes?["table"].flatMap { TableEncoding(json: $0) } ?? source.encoding
        return source
    }

    /// The names of the model's inputs.
    var inputNames: [String] { file.model.inputs.map(\.layer) }

    /// The classes' names: the run's, or those the file carries.
    var classNames: [String]? {
        if let names = run?.classNames, !names.isEmpty { return names }
        return file.keras?.notes?["class_names"]?.array?.compactMap(\.string)
    }
}
