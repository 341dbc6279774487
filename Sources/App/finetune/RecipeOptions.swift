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

/// How many threads compute.
struct ThreadOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Threads to compute with; by default, as many as the machine has.", valueName: "n"))
    var threads: Int?

    func validate() throws {
        if let threads, !(1...4096).contains(threads) {
            throw ValidationError("--threads takes a whole number from 1 to 4096, not \(threads).")
        }
    }
}
