import Tracking

extension Commands {
    /// Trains all arms of a comparison, or goes on with one that was stopped, and says what came of it.
    package static func compare(_ options: CompareOptions, console: Console) throws -> ExitStatus {
        Interruption.watch()
        let planner = try ComparisonPlanner(options, console: console)
        let path = try options.folder ?? newFolder(planner)
        let folder = try ComparisonFolder(path)
        let manner = ComparisonRunner.Manner(
            verbosity: options.verbosity, threads: options.threads, cache: options.cache)
        let comparison: Comparison
        if let earlier = try folder.comparison() {
            let changes = earlier.changes(to: planner.request)
            guard changes.isEmpty else { throw ChangedComparisonError(folder: path, changes: changes) }
            comparison = earlier
        } else {
            do { comparison = try planner.plan() } catch is InterruptedComparison {
                console.note("stopped before the first run")
                return .interrupted
            }
        }
        return try ComparisonRunner(comparison, in: folder, manner, console: console).run()
    }

    private static func newFolder(_ planner: ComparisonPlanner) throws -> String {
        try RunDirectory.create(output: planner.output, name: planner.name + "-compare").path
    }

    /// Goes on with a comparison that was stopped, by what its folder says alone.
    static func resumeComparison(_ options: ResumeOptions, console: Console) throws -> ExitStatus {
        Interruption.watch()
        let folder = try ComparisonFolder(options.folder)
        guard let comparison = try folder.comparison() else { throw CommandPaths.missing(options.folder, "comparison") }
        let threads = options.threads ?? comparison.request["threads"].flatMap { Int($0) }
        let manner = ComparisonRunner.Manner(verbosity: options.verbosity, threads: threads, cache: options.cache)
        return try ComparisonRunner(comparison, in: folder, manner, console: console).run()
    }
}

extension Comparison {
    /// What differs in what is asked for now, as a sentence's parts.
    fileprivate func changes(to asked: [String: String]) -> [String] {
        Set(request.keys).union(asked.keys).sorted().filter { request[$0] != asked[$0] }.map { key in
            switch key {
            case "threads": "the thread count (\(request[key] ?? "auto") then, \(asked[key] ?? "auto") now)"
            case "seeds": "the seeds (\(seeds.map { "\($0)" }.joined(separator: ", ")) then)"
            case "fractions": "the fractions (\(fractions.map(RecipeKind.short).joined(separator: ", ")) then)"
            case "metric": "the metric (\(metric.name) then)"
            case "arms": "the arms (\(arms.map(\.name).joined(separator: ", ")) then)"
            case "budget": "the budget (\(budget.kind.rawValue) then)"
            case "confidence": "the confidence (\(confidence) then)"
            case "draws": "the draws (\(draws) then)"
            case "old_task": "the old task's data"
            default: key.hasPrefix("recipe") ? "the recipe" : "the \(key)"
            }
        }
    }
}

/// A comparison that is not the one that was begun in its folder.
struct ChangedComparisonError: Error, CustomStringConvertible {
    let folder: String
    let changes: [String]

    var description: String {
        "cannot go on in \(folder): changed since the comparison began: \(changes.joined(separator: ", ")); undo that, or "
            + "begin another one with another -o"
    }
}
