import ArgumentParser
import Recipes

struct Runs: Verb {
    static let configuration = CommandConfiguration(
        commandName: "runs",
        abstract: "Lists a folder of runs, sorted and filtered, or shows what two runs or recipes differ in.",
        discussion: """
            Sorted and filtered by scores (val_accuracy, test_accuracy, val_loss, …: of the evaluation whose weights were kept), \
            by status, reason, name, seed, epochs, best_epoch, steps, seconds, and by the recipe's settings \
            (optimizer.learning_rate). Runs that were killed or are damaged are listed as such.
            """)

    @Argument(help: ArgumentHelp("The folder; by default runs, or this one where there is none.", valueName: "folder"))
    var folder: String?

    @Option(help: ArgumentHelp("What they are sorted by, the best first.", valueName: "metric"))
    var sort: String?

    @Flag(help: "Turns the order around.")
    var reverse = false

    @Option(
        help: ArgumentHelp(
            "Only runs for which this holds: status=done, 'val_accuracy>0.9', optimizer.name=adam. May be repeated.",
            valueName: "condition"))
    var filter: [String] = []

    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp("Two runs or recipes: what differs in their settings and results.", valueName: "run"))
    var diff: [String] = []

    @Flag(help: "Prints JSON.")
    var json = false

    func perform(_ console: Console) throws -> ExitStatus {
        try Commands.runs(
            RunsOptions(folder: folder, sort: sort, reverses: reverse, filters: filter, pair: diff, asJSON: json),
            console: console)
    }
}
