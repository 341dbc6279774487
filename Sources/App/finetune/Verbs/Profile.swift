import ArgumentParser
import Recipes

struct Profile: Verb {
    static let configuration = CommandConfiguration(
        commandName: "profile",
        abstract: "Shows where the time of a recipe's steps goes, beside what the machine reaches; trains on a copy.",
        discussion: "Runs a few steps on a fork of the state and measures the machine for a second. Nothing is written."
    )

    @OptionGroup var recipe: RecipeOptions
    @OptionGroup var threads: ThreadOptions

    @Option(help: ArgumentHelp("The phase, by name or by number from 1; by default the first.", valueName: "phase"))
    var phase: String?

    @Option(help: ArgumentHelp("How many steps are measured, after three that do not count.", valueName: "count"))
    var steps: Int = 20

    @Flag(help: "Prints JSON.")
    var json = false

    func perform(_ console: Console) throws -> ExitStatus {
        try Commands.profile(
            ProfileOptions(
                recipe: recipe.arguments, phase: phase, steps: steps, asJSON: json, threads: threads.threads),
            console: console)
    }
}
