import Data
import Layers
import Tensors
import Tracking
import Training

/// A stopped run's folder, held, and the snapshot it goes on from.
struct Resumption {
    let directory: RunDirectory
    let snapshot: Snapshot
    let allowsChanges: Bool

    /// Compares the run as it is now with the one the snapshot was taken of.
    /// - Returns: what changed, each a sentence's part; nothing unless changes are allowed.
    /// - Throws: `ChangedRunError` where they are not; `UsageError` where the snapshot does not fit the run at all.
    func check(_ identity: RunIdentity, _ session: Session) throws -> [String] {
        let changes = snapshot.identity.changes(in: identity)
        guard changes.isEmpty || allowsChanges else {
            throw ChangedRunError(folder: directory.path, changes: changes)
        }
        guard snapshot.state.position.phase < session.recipe.phases.count else {
            throw UsageError(
                "the snapshot in \(directory.path) is of phase \(snapshot.state.position.phase + 1), and the recipe has "
                    + "only \(session.recipe.phases.count)")
        }
        let position = snapshot.state.position
        let model = session.model(ofPhase: position.isInPhase ? position.phase : max(position.phase - 1, 0))
        if let misfit = snapshot.state.misfit(to: model.prepared.store) {
            throw UsageError("the snapshot in \(directory.path) does not fit the model: \(misfit)")
        }
        return changes
    }

    /// Cuts the logs back to what they were when the snapshot was taken, and removes what was never finished.
    func cutLogs() throws {
        directory.removePartialFiles()
        try directory.cut(.metrics, to: snapshot.logs.metrics)
        try directory.cut(.timing, to: snapshot.logs.timing)
        try directory.cut(.events, to: snapshot.logs.events)
        try directory.cut(.tensorBoard, to: snapshot.logs.tensorBoard)
    }
}

extension TrainingState {
    /// Why the state cannot be that of a model with these tensors; nil where it can.
    fileprivate func misfit(to store: ParameterStore) -> String? {
        for spec in store.specs.values where weights[spec.path] == nil { return "it has no \(spec.path)" }
        let groups = [weights, anchors, champion?.weights ?? [:], memory?.best?.weights ?? [:]]
        for group in groups {
            for (path, values) in group.sorted(by: { $0.key < $1.key }) {
                guard let spec = store.specs[path] else { return "\(path) is not in the model" }
                guard spec.shape.count == values.count else {
                    return "\(path) has \(values.count) numbers, in the model \(spec.shape.count)"
                }
            }
        }
        return nil
    }
}

extension Commands {
    /// Goes on with a run that was stopped.
    package static func resume(_ options: ResumeOptions, console: Console) throws -> ExitStatus {
        let folder = options.folder
        if ComparisonFolder.holdsComparison(folder) { return try resumeComparison(options, console: console) }
        let recipe = folder + "/" + RunDirectory.File.recipe.rawValue
        switch RecipePaths.kind(of: folder) {
        case .folder: break
        case nil: throw CommandPaths.missing(folder, "run")
        case .file, .other: throw UsageError("\(folder) is a file; expected a run's folder")
        }
        guard RecipePaths.kind(of: recipe) == .file else {
            throw UsageError("\(folder) has no recipe.json: no run was begun there; begin one with finetune run")
        }
        var arguments = RunOptions(
            recipe: RecipeArguments(path: recipe), folder: folder, replacesFolder: true, verbosity: options.verbosity,
            threads: options.threads, cache: options.cache)
        arguments.isPart = options.isPart
        do {
            let directory = try RunDirectory(locking: folder)
            if Commands.hasEnded(directory) {
                console.print("\(folder) ended already: there is nothing to go on with")
                return .done
            }
            let (snapshot, problems) = SnapshotFolder(path: directory.snapshots).newest()
            for problem in problems { console.note("warning: \(problem)") }
            if let snapshot {
                let resumption = Resumption(
                    directory: directory, snapshot: snapshot, allowsChanges: options.allowsChanges)
                if options.verbosity != .quiet {
                    console.note("goes on after step \(snapshot.state.position.step) in \(folder)")
                }
                return try RecipeRunner(arguments, console: console, resuming: resumption).run()
            }
            directory.removePartialFiles()
            arguments.threads = options.threads ?? Commands.threads(in: directory)
        }
        console.note("there is no snapshot in \(folder): the run begins anew")
        return try RecipeRunner(arguments, console: console).run()
    }

    /// Whether everything of a run was written, its last file and its last event too.
    private static func hasEnded(_ directory: RunDirectory) -> Bool {
        guard RecipePaths.kind(of: directory.path(of: .report)) == .file,
            RecipePaths.kind(of: directory.path(of: .model)) == .file,
            let record = try? RunDescription(readingRunAt: directory.path).record, record.status == .completed,
            let events = try? Text.read(directory.path(of: .events))
        else { return false }
        return events.hasSuffix("\n") && events.split(separator: "\n").last?.contains("\"run-ended\"") == true
    }

    /// How many threads a run that left no snapshot computed with.
    private static func threads(in directory: RunDirectory) -> Int? {
        (try? RunDescription(readingRunAt: directory.path).record)?.environment.threads
    }
}
