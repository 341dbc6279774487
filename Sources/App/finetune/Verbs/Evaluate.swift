import ArgumentParser
import Recipes

struct Evaluate: Verb {
    static let configuration = CommandConfiguration(
        commandName: "evaluate", abstract: "Measures a model on a recipe's test data, else on its validation data.")

    @Argument(help: "A checkpoint or a run's folder.")
    var model: String

    @OptionGroup var recipe: RecipeOptions
    @OptionGroup var threads: ThreadOptions

    @Flag(help: "Prints JSON.")
    var json = false

    func perform(_ console: Console) throws -> ExitStatus {
        let options = EvaluateOptions(
            model: model, recipe: recipe.arguments, asJSON: json, threads: threads.threads)
        return try Commands.evaluate(options, console: console)
    }
}
