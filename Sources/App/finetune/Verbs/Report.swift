import ArgumentParser
import Recipes

struct Report: Verb {
    static let configuration = CommandConfiguration(
        commandName: "report", abstract: "Writes the report of a run, or of a comparison, again.",
        discussion: "Everything comes from the folder; the data are not needed.")

    @Argument(help: "The folder of a run or of a comparison.")
    var folder: String

    func perform(_ console: Console) throws -> ExitStatus { try Commands.report(folder, console: console) }
}
