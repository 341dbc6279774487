import ArgumentParser
import Recipes

struct Copy: Verb {
    static let configuration = CommandConfiguration(
        commandName: "cp", abstract: "Copies a ready recipe, so that it works from its new place.")

    @Argument(help: "The recipe's name, as finetune ls shows it.")
    var name: String

    @Argument(help: "A file or a folder; by default, here under the same name.")
    var destination: String?

    @Flag(help: "Replaces a file that is there.")
    var force = false

    func perform(_ console: Console) throws -> ExitStatus {
        try Commands.copy(name, to: destination, replaces: force, console: console)
    }
}
