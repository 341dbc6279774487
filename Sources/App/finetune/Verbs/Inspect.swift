import ArgumentParser
import Recipes

struct Inspect: Verb {
    static let configuration = CommandConfiguration(
        commandName: "inspect", abstract: "Shows the layers, tensors and settings of a checkpoint.")

    @Argument(help: "The checkpoint.")
    var file: String

    @Flag(help: "Prints JSON.")
    var json = false

    func perform(_ console: Console) throws -> ExitStatus {
        try Commands.inspect(InspectOptions(file: file, asJSON: json), console: console)
    }
}
