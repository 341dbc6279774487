import Data
import Tensors

/// How a recipe is named and changed on the command line.
package struct RecipeArguments: Sendable, Hashable {
    package var path: String
    /// `key.path=value`, in order.
    package var overrides: [String]

    package init(path: String, overrides: [String] = []) {
        self.path = path
        self.overrides = overrides
    }

    /// - Throws: what `RecipeReader.read` throws; `UsageError` where there is no such file.
    package func read() throws -> Recipe {
        switch RecipePaths.kind(of: path) {
        case .file, .other:
            do { return try RecipeReader().read(file: path, overrides: overrides) } catch let error as SystemError {
                throw UsageError("\(error)")
            }
        case .folder: throw UsageError("\(path) is a folder; expected a recipe, a .json or .yaml file")
        case nil: throw UsageError("there is no recipe \(path)" + hint)
        }
    }

    private var hint: String {
        let name = RecipeReader.baseName(path)
        if let gallery = try? Gallery.ofThisProgram(), (try? gallery.entry(name)) != nil {
            return "; a ready recipe is called that: finetune cp \(name)"
        }
        let folder = RecipePaths.folder(of: path)
        let base = path.split(separator: "/").last.map(String.init) ?? path
        let recipes = RecipePaths.names(in: folder).filter { $0.hasSuffix(".json") || $0.hasSuffix(".yaml") }
        guard let near = nearestName(base, recipes) else { return "; finetune ls shows the ready ones" }
        return "; did you mean \"\(near)\", which is there?"
    }
}

/// Which folder keeps what frozen layers give, for this run and for others.
package struct CacheOption: Sendable, Hashable {
    let folder: FeatureFolder?

    /// What the environment says.
    package static let standard = CacheOption(folder: FeatureFolder.standard)

    init(folder: FeatureFolder?) { self.folder = folder }

    /// Below a folder that is named.
    package init(path: String) { folder = FeatureFolder(path: path + "/features") }
}

/// How much is said while something runs.
package enum Verbosity: Sendable, Hashable {
    case quiet, normal, verbose
}

/// `finetune run`.
package struct RunOptions: Sendable, Hashable {
    package var recipe: RecipeArguments
    /// The run's own folder; nil: one with the date below the recipe's `output`.
    package var folder: String?
    package var replacesFolder: Bool
    package var verbosity: Verbosity
    /// Nil: as many as are right for the recipe on this machine.
    package var threads: Int?
    /// Where what frozen layers give outlives the run; nil: nowhere.
    package var cache: FeatureFolder?
    /// Whether it is one of several, on which somebody else reports.
    var isPart = false

    package init(
        recipe: RecipeArguments, folder: String? = nil, replacesFolder: Bool = false, verbosity: Verbosity = .normal,
        threads: Int? = nil, cache: CacheOption = .standard
    ) {
        self.cache = cache.folder
        self.recipe = recipe
        self.folder = folder
        self.replacesFolder = replacesFolder
        self.verbosity = verbosity
        self.threads = threads
    }
}

/// `finetune resume`.
package struct ResumeOptions: Sendable, Hashable {
    /// The run's folder.
    package var folder: String
    /// Whether to go on where not all is as it was.
    package var allowsChanges: Bool
    package var verbosity: Verbosity
    /// Nil: as many as the run had.
    package var threads: Int?
    package var cache: CacheOption
    /// Whether it is one of several, on which somebody else reports.
    var isPart = false

    package init(
        folder: String, allowsChanges: Bool = false, verbosity: Verbosity = .normal, threads: Int? = nil,
        cache: CacheOption = .standard
    ) {
        self.cache = cache
        self.folder = folder
        self.allowsChanges = allowsChanges
        self.verbosity = verbosity
        self.threads = threads
    }
}

/// `finetune check`.
package struct CheckOptions: Sendable, Hashable {
    package var recipe: RecipeArguments
    /// Whether only problems are said.
    package var isQuiet: Bool

    package init(recipe: RecipeArguments, isQuiet: Bool = false) {
        self.recipe = recipe
        self.isQuiet = isQuiet
    }
}

/// `finetune plan`.
package struct PlanOptions: Sendable, Hashable {
    package var recipe: RecipeArguments
    package var asJSON: Bool
    package var threads: Int?
    package var cache: CacheOption

    package init(
        recipe: RecipeArguments, asJSON: Bool = false, threads: Int? = nil, cache: CacheOption = .standard
    ) {
        self.recipe = recipe
        self.asJSON = asJSON
        self.threads = threads
        self.cache = cache
    }
}

/// `finetune inspect`.
package struct InspectOptions: Sendable, Hashable {
    package var file: String
    package var asJSON: Bool
    /// What Lambda layers compute, by their names.
    package var lambdas: [String: String]

    package init(file: String, asJSON: Bool = false, lambdas: [String: String] = [:]) {
        self.file = file
        self.asJSON = asJSON
        self.lambdas = lambdas
    }
}

/// `finetune predict`.
package struct PredictOptions: Sendable, Hashable {
    /// A checkpoint, for which numbers go in raw, or a run's folder, whose transforms are applied.
    package var model: String
    package var input: String
    /// Where predictions are written; nil: nowhere.
    package var output: String?
    package var batchSize: Int
    /// How many classes are printed for each input; nil: none.
    package var top: Int?
    package var threads: Int?
    /// What Lambda layers compute, by their names.
    package var lambdas: [String: String]

    package init(
        model: String, input: String, output: String? = nil, batchSize: Int = 32, top: Int? = nil, threads: Int? = nil,
        lambdas: [String: String] = [:]
    ) {
        self.lambdas = lambdas
        self.model = model
        self.input = input
        self.output = output
        self.batchSize = batchSize
        self.top = top
        self.threads = threads
    }
}

/// `finetune evaluate`.
package struct EvaluateOptions: Sendable, Hashable {
    /// A checkpoint or a run's folder.
    package var model: String
    package var recipe: RecipeArguments
    package var asJSON: Bool
    package var threads: Int?

    package init(model: String, recipe: RecipeArguments, asJSON: Bool = false, threads: Int? = nil) {
        self.model = model
        self.recipe = recipe
        self.asJSON = asJSON
        self.threads = threads
    }
}

/// `finetune convert`.
package struct ConvertOptions: Sendable, Hashable {
    /// A checkpoint or a run's folder.
    package var input: String
    /// Its ending says the format.
    package var output: String
    /// A JSON config for weights that come without one.
    package var architecture: String?
    /// Whether a file that is there is replaced.
    package var replaces: Bool

    package init(input: String, output: String, architecture: String? = nil, replaces: Bool = false) {
        self.input = input
        self.output = output
        self.architecture = architecture
        self.replaces = replaces
    }
}
