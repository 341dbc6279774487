import ArgumentParser
import Recipes

/// What every verb that reads a recipe takes.
struct RecipeOptions: ParsableArguments {
    @Argument(help: "The recipe, JSON or YAML.")
    var recipe: String

    @Option(
        name: .customLong("set"), parsing: .unconditionalSingleValue,
        help: ArgumentHelp(
            "Overrides a key of the recipe, such as data.batch_size=64 or phases.0.epochs=3.",
            valueName: "key.path=value"))
    var overrides: [String] = []

    var arguments: RecipeArguments { RecipeArguments(path: recipe, overrides: overrides) }
}

/// What Lambda layers compute, said on the command line.
struct LambdaOptions: ParsableArguments {
    @Option(
        name: .customLong("lambda"), parsing: .unconditionalSingleValue,
        help: ArgumentHelp(
            "Says what a Lambda layer of the model computes, as arithmetic in x.", valueName: "layer=x / 255"))
    var written: [String] = []

    func validate() throws {
        for text in written where text.firstIndex(of: "=") == nil || text.hasPrefix("=") {
            throw ValidationError(
                "--lambda takes a layer's name and what it computes, as in layer=x / 255, not \(text).")
        }
    }

    /// By the layers' names; the last of several counts.
    var lambdas: [String: String] {
        let pairs = written.compactMap { text in
            text.firstIndex(of: "=").map { (String(text[..<$0]), String(text[text.index(after: $0)...])) }
        }
        return Dictionary(pairs, uniquingKeysWith: { $1 })
    }
}

/// Where what frozen layers give is kept.
struct CacheOptions: ParsableArguments {
    @Option(
        name: .customLong("cache"),
        help: ArgumentHelp(
            "The folder that keeps what frozen layers give, for other runs too; by default $FINETUNE_CACHE, $XDG_CACHE_HOME/finetune or ~/.cache/finetune.",
            valueName: "dir"))
    var folder: String?

    var option: CacheOption { folder.map { CacheOption(path: $0) } ?? .standard }
}

/// How many threads compute.
struct ThreadOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Threads to compute with; by default as many as the machine has cores, for a tiny model one.",
            valueName: "n"))
    var threads: Int?

    func validate() throws {
        if let threads, !(1...4096).contains(threads) {
            throw ValidationError("--threads takes a whole number from 1 to 4096, not \(threads).")
        }
    }
}

/// How much is said.
struct VerbosityOptions: ParsableArguments {
    @Flag(help: "Says only what went wrong.")
    var quiet = false

    @Flag(help: "Says more.")
    var verbose = false

    func validate() throws {
        if quiet, verbose { throw ValidationError("--quiet and --verbose contradict each other.") }
    }

    var level: Verbosity { quiet ? .quiet : verbose ? .verbose : .normal }
}
