import ArgumentParser
import Recipes

struct Inspect: Verb {
    static let configuration = CommandConfiguration(
        commandName: "inspect", abstract: "Shows the layers, tensors and settings of a checkpoint.")

    @Argument(help: "A checkpoint, or an architecture in JSON.")
    var file: String

    @Flag(help: "Prints JSON.")
    var json = false

    @OptionGroup var lambdas: LambdaOptions

    func perform(_ console: Console) throws -> ExitStatus {
        try Commands.inspect(InspectOptions(file: file, asJSON: json, lambdas: lambdas.lambdas), console: console)
    }
}
