import ArgumentParser
import Recipes

struct Plan: Verb {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Shows parameters, arithmetic, the frozen prefix and memory of a recipe; trains nothing.")

    @OptionGroup var recipe: RecipeOptions
    @OptionGroup var threads: ThreadOptions

    @OptionGroup var cache: CacheOptions

    @Flag(help: "Prints JSON.")
    var json = false

    func perform(_ console: Console) throws -> ExitStatus {
        try Commands.plan(
            PlanOptions(recipe: recipe.arguments, asJSON: json, threads: threads.threads, cache: cache.option),
            console: console)
    }
}
