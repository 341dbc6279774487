import Checkpoints
import Glibc
import JSON
import OrderedCollections
import Tensors
import Tracking
import Training

/// A session's own folder: a run's, and `session.json` beside it, which says what was done and which states belong to it.
/// The states' files are written first and named by their hashes, so that a session can be gone on with whatever died
/// when.
final class SessionFolder {
    static let fileName = "session.json"
    static let version = 2
    /// Bytes of tensors that can be gone back to; what is older is forgotten.
    static let historyBytes = 4 << 30
    let directory: RunDirectory
    var path: String { directory.path }
    private let limit: Int

    init(_ directory: RunDirectory, limit: Int = SessionFolder.historyBytes) {
        self.directory = directory
        self.limit = limit
    }

    static func isSession(_ path: String) -> Bool { RecipePaths.kind(of: path + "/" + fileName) == .file }

    /// Writes all that can be gone back to, so that a new process can go on from it. The oldest moments are forgotten where
    /// they take more than the bound.
    /// - Throws: `SystemError`; what was kept before stays.
    func keep(_ timeline: inout Timeline) throws {
        try write(statesOf: timeline)
        while timeline.states.reduce(0, { $0 + ($1.files?.ownBytes ?? 0) }) > limit, timeline.forgetOldest() {}
        if let recipe = timeline.now.draft.done { try directory.write(recipe.serialized(pretty: true), to: .recipe) }
        try AtomicFile.write(
            SessionCoding.json(of: timeline, version: SessionFolder.version).serialized(),
            to: path + "/" + SessionFolder.fileName)
        removeUnused(timeline)
    }

    /// Each after the one before it on its line, so that it need not write what both have.
    private func write(statesOf timeline: Timeline) throws {
        guard !timeline.states.isEmpty else { return }
        try SnapshotFolder(path: directory.snapshots).make()
        var number = RecipePaths.names(in: directory.snapshots).compactMap(SessionFolder.number).max() ?? 0
        for line in timeline.lines.values {
            var previous: StoredState?
            for moment in line.past + line.future.reversed() {
                guard let state = moment.state, state !== previous else { continue }
                if state.files == nil {
                    number += 1
                    try state.write(after: previous, to: directory.snapshots, as: "state-\(number)")
                }
                previous = state
            }
        }
    }

    private static func number(_ name: String) -> Int? {
        guard name.hasPrefix("state-") else { return nil }
        return Int(name.dropFirst(6).prefix { $0 != "." })
    }

    private func removeUnused(_ timeline: Timeline) {
        let files = timeline.states.compactMap(\.files)
        let used = Set(files.flatMap { $0.used.map { $0 + ".safetensors" } + [$0.name + ".json"] })
        for name in RecipePaths.names(in: directory.snapshots)
        where name.hasPrefix("state-") && !used.contains(name) { unlink(directory.snapshots + "/" + name) }
    }

    /// All that was kept.
    /// - Throws: `SystemError`, `SnapshotDamage` for what is not as it was written.
    func read() throws -> Timeline {
        let json = try JSON(parsing: Text.read(path + "/" + SessionFolder.fileName))
        let version = try SnapshotFields(json, "").count("version")
        guard version == SessionFolder.version else {
            throw UsageError(
                "\(path) holds a session of version \(version), and this program reads \(SessionFolder.version)")
        }
        return try SessionCoding.timeline(json) { try StateFiles(reading: $0, in: self.directory.snapshots) }
    }
}

/// Keeps what is being trained once an epoch, as if it had been paused there.
final class SessionKeeper: StateKeeper {
    private let bench: Workbench
    private let draft: Draft
    private let collector: EventCollector
    private let before: Moment

    /// - Parameter draft: with the phase that is being trained as its last.
    init(_ bench: Workbench, _ draft: Draft, _ collector: EventCollector) throws {
        self.bench = bench
        self.draft = draft
        self.collector = collector
        before = bench.now
        if bench.folder == nil {
            let output = bench.subject.recipe.output
            bench.folder = SessionFolder(try RunDirectory.create(output: output, name: draft.name))
        }
    }

    func consider(_ moment: TrainingMoment, state: () -> TrainingState) throws {
        let position = moment.position
        let last = draft.journal.count - 1
        let planned = draft.journal[last]["steps"]?.int ?? 0
        let done = position.stepInPhase
        guard position.cursor == 0, done < planned else { return }
        var state = state().copied
        // As it is where a phase ends: what follows is a phase of its own.
        state.endPhase(named: draft.journal[last]["name"]?.string ?? "")
        var kept = before
        kept.draft = draft.withoutHead
        kept.draft.journal[last]["stop_at"] = .integer(done)
        kept.leftover = planned - done
        kept.events = before.events + collector.events
        kept.state = StoredState(state, after: try before.state?.value())
        var timeline = bench.timeline
        timeline.add(kept)
        try bench.folder?.keep(&timeline)
    }

}
