import ArgumentParser
import Recipes

struct List: Verb {
    static let configuration = CommandConfiguration(
        commandName: "ls", abstract: "Lists the ready recipes, each with what it shows.")

    @Flag(help: "Prints JSON.")
    var json = false

    func perform(_ console: Console) throws -> ExitStatus {
        try Commands.list(asJSON: json, console: console)
    }
}
