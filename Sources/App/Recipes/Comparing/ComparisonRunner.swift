import JSON
import Tensors
import Tracking
import Training

/// Carries out what was planned: every arm with every seed at every share of the labels, each an ordinary run in a folder of
/// its own, and then what they say. A run that is there already is not run again.
final class ComparisonRunner {
    /// How it computes and what it says meanwhile.
    struct Manner {
        var verbosity: Verbosity
        var threads: Int?
        var cache: CacheOption
    }

    private let folder: ComparisonFolder
    private let manner: Manner
    private let console: Console
    private var comparison: Comparison
    private var outcomes: [RunOutcome] = []

    /// - Parameter comparison: planned, or read back from the folder.
    init(_ comparison: Comparison, in folder: ComparisonFolder, _ manner: Manner, console: Console) {
        self.comparison = comparison
        self.folder = folder
        self.manner = manner
        self.console = console
    }

    /// - Throws: what a run throws but for a loss that is not finite, which is an outcome.
    func run() throws -> ExitStatus {
        let wasDone = comparison.status == .done
        if !wasDone {
            // Only what was settled: what came of it is read from the runs.
            comparison.runs = []
            try folder.save(comparison)
            for arm in comparison.arms { try folder.write(arm) }
        }
        let places = self.places
        for (index, place) in places.enumerated() {
            guard !Interruption.isRequested, try carryOut(place, "run \(index + 1) of \(places.count)") != .interrupted
            else { return stopped(after: outcomes.count, of: places.count) }
            let outcome = try self.outcome(place)
            outcomes.append(outcome)
            if let change = ComparisonFindings.change(among: outcomes) {
                throw UsageError("the runs in \(folder.path) cannot be compared: \(change)")
            }
            guard !wasDone else { continue }
            if comparison.budget.kind == .time, comparison.budget.minutes == nil {
                comparison.budget.minutes = outcome.seconds / 60
            }
            comparison.runs = outcomes.map(\.run)
            try folder.save(comparison)
        }
        try conclude()
        return .done
    }

    /// Seed by seed, so that whoever looks early finds pairs.
    private var places: [RunOutcome.Place] {
        comparison.fractions.flatMap { fraction in
            comparison.seeds.flatMap { seed in
                comparison.arms.indices.map { RunOutcome.Place(arm: $0, seed: seed, fraction: fraction) }
            }
        }
    }

    /// Below the comparison's folder.
    private func name(_ place: RunOutcome.Place) -> String {
        "\(comparison.arms[place.arm].name)/\(RecipeKind.short(place.fraction))-s\(place.seed)"
    }

    /// Begins the run, goes on with it, or leaves it as it is.
    private func carryOut(_ place: RunOutcome.Place, _ title: String) throws -> ExitStatus {
        let arm = comparison.arms[place.arm]
        let path = folder.path + "/" + name(place)
        guard !RunState.isSettled(path) else { return .done }
        if manner.verbosity != .quiet {
            let labels = place.fraction < 1 ? ", \(ComparisonSentence.share(place.fraction)) of the labels" : ""
            console.note("\(title): \(TerminalText.visible(arm.name)), seed \(place.seed)\(labels)")
        }
        do {
            if RunState.hasBegun(path) {
                var options = ResumeOptions(
                    folder: path, verbosity: manner.verbosity, threads: manner.threads, cache: manner.cache)
                options.isPart = true
                return try Commands.resume(options, console: console)
            }
            let recipe = RecipeArguments(path: folder.recipe(of: arm), overrides: overrides(place))
            var options = RunOptions(
                recipe: recipe, folder: path, replacesFolder: true, verbosity: manner.verbosity,
                threads: manner.threads, cache: manner.cache)
            options.isPart = true
            return try Commands.run(options, console: console)
        } catch let error as NonFiniteError {
            console.note("\(title) failed, and counts as such: \(error)")
            return .done
        }
    }

    /// What sets a run apart from its arm's recipe.
    private func overrides(_ place: RunOutcome.Place) -> [String] {
        let recipe = comparison.arms[place.arm].recipe
        let share = place.fraction * (recipe["data"]?["fraction"]?.double ?? 1)
        var overrides = ["seed=\(place.seed)", "data.fraction=\(share)"]
        if comparison.splitsBySeed { overrides.append("data.split_seed=\(place.seed)") }
        if let minutes = comparison.budget.minutes { overrides.append("max_time=\(minutes)") }
        return overrides
    }

    private func outcome(_ place: RunOutcome.Place) throws -> RunOutcome {
        let name = name(place)
        return try RunOutcome(
            place, arm: comparison.arms[place.arm].name, folder: folder.path + "/" + name, name: name,
            metric: comparison.metric)
    }

    private func stopped(after done: Int, of all: Int) -> ExitStatus {
        console.note(
            "stopped after \(done) of \(Figures.plural(all, "run")); to go on: finetune resume \(folder.path.forShell)")
        return .interrupted
    }

    /// Says what all runs together say.
    private func conclude() throws {
        // Of a comparison that was done, a run may have been run again.
        comparison.runs = outcomes.map(\.run)
        let findings = try ComparisonFindings(comparison, outcomes, folder: folder.path)
        comparison.comparisons = findings.pairs()
        comparison.efficiency = findings.equivalences(comparison.comparisons)
        comparison.forgetting = try ForgettingMeasure(
            comparison, folder: folder.path, threads: manner.threads
        ).measure()
        comparison.status = .done
        try folder.save(timing: findings.timing(comparison.comparisons))
        try folder.save(comparison)
        try ComparisonReport.write(folder: folder.path)
        guard manner.verbosity != .quiet else {
            for pair in comparison.comparisons { console.print(pair.sentence) }
            return
        }
        console.write(ComparisonText(comparison, folder: folder.path).text)
    }
}

/// How far a run in a folder has come.
enum RunState {
    /// Whether it ended, well or with a loss that was not finite: it would end the same way again.
    static func isSettled(_ path: String) -> Bool {
        guard hasBegun(path), let record = try? RunDescription(readingRunAt: path).record else { return false }
        if record.status == .failed, record.reason == .notFinite { return true }
        guard record.status == .completed else { return false }
        return RecipePaths.kind(of: path + "/" + RunDirectory.File.report.rawValue) == .file
            && RecipePaths.kind(of: path + "/" + RunDirectory.File.model.rawValue) == .file
    }

    /// Whether there is a run to go on with.
    static func hasBegun(_ path: String) -> Bool {
        RecipePaths.kind(of: path + "/" + RunDirectory.File.recipe.rawValue) == .file
            && RecipePaths.kind(of: path + "/" + RunDirectory.File.record.rawValue) == .file
    }
}
