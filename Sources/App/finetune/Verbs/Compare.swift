import ArgumentParser
import Recipes

struct Compare: Verb {
    static let configuration = CommandConfiguration(
        commandName: "compare",
        abstract: "Says whether pretraining helped: trains a recipe as it is and from scratch, with several seeds.",
        discussion: """
            One recipe is compared with itself from scratch, or has the arms that are named; several recipes are compared with \
            each other. A comparison that was stopped goes on when the same command is given with the same -o.
            """)

    @Argument(help: "The recipe, JSON or YAML, or several.")
    var recipes: [String]

    @Option(
        help: ArgumentHelp(
            "What is compared: fine-tuned (the recipe), and strategies by name, between commas.", valueName: "a,b"))
    var arms: String?

    @Option(help: ArgumentHelp("Each arm is trained once with each, between commas.", valueName: "1,2,3"))
    var seeds: String?

    @Option(help: ArgumentHelp("Shares of the training labels, between commas.", valueName: "0.01,0.1,1"))
    var fractions: String?

    @Option(help: ArgumentHelp("The score that decides; by default the recipe's first metric.", valueName: "metric"))
    var metric: String?

    @Option(help: ArgumentHelp("What is the same for all arms.", valueName: "steps|time"))
    var budget: String?

    @Option(
        name: .customLong("set"), parsing: .unconditionalSingleValue,
        help: ArgumentHelp("Overrides a key of every recipe.", valueName: "key.path=value"))
    var overrides: [String] = []

    @OptionGroup var threads: ThreadOptions

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp(
            "The comparison's own folder: absent, empty, or that of the same comparison, which then goes on.",
            valueName: "dir"))
    var output: String?

    @OptionGroup var cache: CacheOptions

    @OptionGroup var verbosity: VerbosityOptions

    func validate() throws {
        if recipes.isEmpty { throw ValidationError("Name a recipe to compare with itself from scratch, or several.") }
    }

    func perform(_ console: Console) throws -> ExitStatus {
        let settings = CompareOptions.Settings(
            arms: arms, seeds: seeds, fractions: fractions, metric: metric, budget: budget)
        let options = CompareOptions(
            recipes: recipes, overrides: overrides, settings: settings, folder: output, verbosity: verbosity.level,
            threads: threads.threads, cache: cache.option)
        return try Commands.compare(options, console: console)
    }
}
