import ArgumentParser
import Recipes

struct LearningRateFind: Verb {
    static let configuration = CommandConfiguration(
        commandName: "lr-find",
        abstract: "Trains a few steps at rising learning rates, shows the losses, and suggests a rate.",
        discussion: "The rate that it suggests is where the loss falls fastest. Nothing is written.")

    @OptionGroup var recipe: RecipeOptions
    @OptionGroup var threads: ThreadOptions

    @Option(help: ArgumentHelp("The phase, by name or by number from 1; by default the first.", valueName: "phase"))
    var phase: String?

    @Option(help: ArgumentHelp("The first rate.", valueName: "rate"))
    var from: Double = 1e-7

    @Option(help: ArgumentHelp("The last rate.", valueName: "rate"))
    var to: Double = 10

    @Option(help: ArgumentHelp("How many updates.", valueName: "count"))
    var steps: Int = 100

    @Flag(help: "Prints JSON.")
    var json = false

    func perform(_ console: Console) throws -> ExitStatus {
        try Commands.searchRate(
            RateSearchOptions(
                recipe: recipe.arguments, phase: phase, lowest: from, highest: to, steps: steps, asJSON: json,
                threads: threads.threads),
            console: console)
    }
}
