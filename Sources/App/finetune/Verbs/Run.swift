import ArgumentParser
import Recipes

struct Run: Verb {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Trains as a recipe says and writes a run directory (the default).")

    @OptionGroup var recipe: RecipeOptions
    @OptionGroup var threads: ThreadOptions

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp(
            "The run's own folder, absent or empty; by default one with the date below the recipe's output.",
            valueName: "dir"))
    var output: String?

    @Flag(help: "Uses the folder even if it is not empty.")
    var force = false

    @OptionGroup var cache: CacheOptions

    @OptionGroup var verbosity: VerbosityOptions

    func perform(_ console: Console) throws -> ExitStatus {
        let options = RunOptions(
            recipe: recipe.arguments, folder: output, replacesFolder: force,
            verbosity: verbosity.level, threads: threads.threads, cache: cache.option)
        return try Commands.run(options, console: console)
    }
}
