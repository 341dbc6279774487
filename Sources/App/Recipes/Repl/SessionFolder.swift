import Checkpoints
import Glibc
import JSON
import OrderedCollections
import Tensors
import Tracking
import Training

/// A session's own folder: a run's, and `session.json` beside it, which says what was done and which state is the last.
/// The state's file is written first and named by its hash, so that a session can be gone on with whatever died when.
final class SessionFolder {
    static let fileName = "session.json"
    static let version = 1
    let directory: RunDirectory
    var path: String { directory.path }

    init(_ directory: RunDirectory) { self.directory = directory }

    static func isSession(_ path: String) -> Bool { RecipePaths.kind(of: path + "/" + fileName) == .file }

    /// Where an older state goes that no longer fits into memory.
    func history(_ index: Int) throws -> String {
        try makeSnapshots()
        var name = "history-\(index)"
        while RecipePaths.kind(of: directory.snapshots + "/" + name + ".json") != nil { name += "+" }
        return directory.snapshots + "/" + name
    }

    /// Writes a moment, so that a new process can go on from it.
    /// - Throws: `SystemError`; what was kept before stays.
    func keep(_ moment: Moment) throws {
        var fields: OrderedDictionary<String, JSON> = [
            "version": .integer(SessionFolder.version), "top": moment.draft.top, "settings": moment.draft.settings,
            "journal": .array(moment.draft.journal), "leftover": moment.leftover.map(JSON.integer) ?? .null,
            "command": .string(moment.command),
        ]
        var kept: String?
        if let state = try moment.state?.value() {
            try makeSnapshots()
            let coded = CodedState(state)
            let name = "session-\(state.position.step)"
            let file = directory.snapshots + "/" + name + ".safetensors"
            fields["hash"] = .string(try coded.write(to: file))
            fields["state"] = coded.json
            fields["tensors"] = .string(name)
            kept = name + ".safetensors"
        }
        if let recipe = moment.draft.done { try directory.write(recipe.serialized(pretty: true), to: .recipe) }
        try AtomicFile.write(JSON.object(fields).serialized(pretty: true), to: path + "/" + SessionFolder.fileName)
        for name in RecipePaths.names(in: directory.snapshots) where name.hasPrefix("session-") && name != kept {
            unlink(directory.snapshots + "/" + name)
        }
    }

    /// The moment that was kept last.
    /// - Throws: `SystemError`, `SnapshotDamage` for what is not as it was written.
    func read() throws -> Moment {
        let json = try JSON(parsing: Text.read(path + "/" + SessionFolder.fileName))
        let fields = SnapshotFields(json, "")
        let version = try fields.count("version")
        guard version == SessionFolder.version else {
            throw UsageError(
                "\(path) holds a session of version \(version), and this program reads \(SessionFolder.version)")
        }
        guard let top = json["top"], let settings = json["settings"], let journal = json["journal"]?.array else {
            throw SnapshotDamage("top")
        }
        var draft = Draft(top: top)
        draft.settings = settings
        draft.journal = journal
        var moment = Moment(draft: draft, command: "open \(path)")
        moment.leftover = json["leftover"]?.int
        guard let name = json["tensors"]?.string, let coded = json["state"] else { return moment }
        let file = directory.snapshots + "/" + name + ".safetensors"
        let state = try StateReading(json: coded, path: file, hash: fields.text("hash")).state()
        moment.state = StoredState(state, after: nil)
        moment.events = (try? EventHistory.read(in: directory)) ?? []
        return moment
    }

    private func makeSnapshots() throws { try SnapshotFolder(path: directory.snapshots).make() }
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
        var state = state()
        // As it is where a phase ends: what follows is a phase of its own.
        state.endPhase(named: draft.journal[last]["name"]?.string ?? "")
        var kept = before
        kept.draft = draft
        kept.draft.journal[last]["stop_at"] = .integer(done)
        kept.leftover = planned - done
        kept.events = before.events + collector.events
        kept.state = StoredState(state, after: nil)
        try keep(kept)
    }

    func keep(_ moment: Moment) throws { try bench.folder?.keep(moment) }
}
