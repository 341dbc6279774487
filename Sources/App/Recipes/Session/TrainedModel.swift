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
    let registry: LayerRegistry
    let store: ParameterStore
    /// Nil for a checkpoint.
    let run: Run?

    struct Run {
        let recipe: Recipe
        let classNames: [String]
    }

    /// - Throws: `UsageError` where the path is neither; what opening a checkpoint throws.
    init(path: String) throws {
        var checkpoint = path
        switch RecipePaths.kind(of: path) {
        case .folder:
            checkpoint = path + "/" + RunDirectory.File.model.rawValue
            guard RecipePaths.kind(of: checkpoint) == .file else {
                throw UsageError("\(path) is a folder without a model.h5: it is no finished run")
            }
            run = try TrainedModel.run(at: path)
        case .file, .other: run = nil
        case nil: throw UsageError("there is no model or run \(path)")
        }
        file = try ModelFile(checkpoint: checkpoint)
        registry = try LayerRegistry(file.model)
        store = ParameterStore(registry.parameters)
        let ledger = try file.keras?.load(into: store) ?? Ledger()
        if let missing = ledger.entries.first(where: { $0.outcome == .fresh })?.path {
            throw ModelFileError(path: checkpoint, reason: "it has no weights for \(missing)")
        }
    }

    private static func run(at path: String) throws -> Run {
        let record = try RunDescription(readingRunAt: path).record
        let recipe = try RecipeReader(checksFiles: false).read(file: path + "/" + RunDirectory.File.recipe.rawValue)
        return Run(recipe: recipe, classNames: record.classNames)
    }

    /// The names of the model's inputs.
    var inputNames: [String] { file.model.inputs.map(\.layer) }

    /// The classes' names: the run's, or those the file carries.
    var classNames: [String]? {
        if let names = run?.classNames, !names.isEmpty { return names }
        return file.keras?.notes?["class_names"]?.array?.compactMap(\.string)
    }
}
