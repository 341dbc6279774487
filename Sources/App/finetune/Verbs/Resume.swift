import ArgumentParser
import Recipes

struct Resume: Verb {
    static let configuration = CommandConfiguration(
        commandName: "resume", abstract: "Goes on with a run that was stopped, to the same bytes.")

    @Argument(help: ArgumentHelp("The run's folder.", valueName: "run-dir"))
    var folder: String

    @Flag(help: "Goes on even if the recipe, the data, the checkpoint, the machine or the program changed.")
    var allowChanges = false

    @OptionGroup var threads: ThreadOptions

    @Flag(help: "Says only what went wrong.")
    var quiet = false

    @Flag(help: "Says more.")
    var verbose = false

    func validate() throws {
        if quiet, verbose { throw ValidationError("--quiet and --verbose contradict each other.") }
    }

    func perform(_ console: Console) throws -> ExitStatus {
        let options = ResumeOptions(
            folder: folder, allowsChanges: allowChanges,
            verbosity: quiet ? .quiet : verbose ? .verbose : .normal, threads: threads.threads)
        return try Commands.resume(options, console: console)
    }
}
