import ArgumentParser
import Recipes

struct Repl: Verb {
    static let configuration = CommandConfiguration(
        commandName: "repl", abstract: "Works on a model by hand: freezes layers, trains a little, looks, goes back.",
        discussion: "From a pipe the same commands run as a script. help lists them.")

    @Argument(help: ArgumentHelp("A model, a recipe, a run's folder or an earlier session's.", valueName: "path"))
    var path: String?

    @OptionGroup var threads: ThreadOptions

    func perform(_ console: Console) throws -> ExitStatus {
        try Commands.repl(ReplOptions(path: path, threads: threads.threads), console: console)
    }
}
