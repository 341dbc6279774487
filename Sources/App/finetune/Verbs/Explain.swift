import ArgumentParser
import Recipes

struct Explain: Verb {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Shows for every tensor whether it trains, how fast, and the rule that decided; trains nothing.")

    @OptionGroup var recipe: RecipeOptions

    @Option(help: ArgumentHelp("Only this phase, by name or by number from 1.", valueName: "phase"))
    var phase: String?

    @Flag(help: "Prints JSON.")
    var json = false

    func perform(_ console: Console) throws -> ExitStatus {
        try Commands.explain(
            ExplainOptions(recipe: recipe.arguments, phase: phase, asJSON: json), console: console)
    }
}
