import ArgumentParser
import Recipes

struct Check: Verb {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Reports every problem of a recipe at once; trains nothing.")

    @OptionGroup var recipe: RecipeOptions

    @Flag(help: "Says only what is wrong.")
    var quiet = false

    func perform(_ console: Console) throws -> ExitStatus {
        try Commands.check(CheckOptions(recipe: recipe.arguments, isQuiet: quiet), console: console)
    }
}
