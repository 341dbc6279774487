import ArgumentParser
import Recipes

struct Resume: Verb {
    static let configuration = CommandConfiguration(
        commandName: "resume", abstract: "Goes on with a run or a comparison that was stopped, to the same bytes.")

    @Argument(help: ArgumentHelp("The folder of the run or comparison.", valueName: "run-dir"))
    var folder: String

    @Flag(help: "Goes on even if the recipe, the data, the checkpoint, the machine or the program changed.")
    var allowChanges = false

    @OptionGroup var threads: ThreadOptions

    @OptionGroup var cache: CacheOptions

    @OptionGroup var verbosity: VerbosityOptions

    func perform(_ console: Console) throws -> ExitStatus {
        let options = ResumeOptions(
            folder: folder, allowsChanges: allowChanges,
            verbosity: verbosity.level, threads: threads.threads, cache: cache.option)
        return try Commands.resume(options, console: console)
    }
}
