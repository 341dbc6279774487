import ArgumentParser
import Recipes

struct Schema: Verb {
    static let configuration = CommandConfiguration(
        commandName: "schema", abstract: "Prints the JSON Schema of recipes, for editors.")

    func perform(_ console: Console) throws -> ExitStatus { Commands.schema(console: console) }
}
