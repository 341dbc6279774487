import JSON
import Kernels
import Layers
import Tensors
import Tracking
import Training

/// What a session at the prompt works on: a model, examples, settings, and what was done with them. A command that fails
/// leaves everything as it was.
final class Workbench {
    private(set) var timeline: Timeline
    private(set) var subject: Subject
    /// Where logs, snapshots and reports go; made with the first step.
    var folder: SessionFolder?
    /// Values of the tensors as the file had them, or as they were initialised.
    private(set) var pretrained: TensorValues
    let terminal: Terminal
    /// As asked for; nil: as many as are right for model and data.
    private let askedThreads: Int?
    private(set) var threads = CPUFeatures.usableCores

    /// Bytes of states that are kept in memory; older ones are in files alone.
    static let historyBytes = 1 << 30

    var now: Moment { timeline.now }
    var draft: Draft { now.draft }
    var registry: LayerRegistry { subject.registry }
    var store: ParameterStore { subject.prepared.store }

    /// - Parameter draft: with a model.
    /// - Throws: what opening the model and the data throws.
    init(_ draft: Draft, terminal: Terminal, threads: Int?) throws {
        self.terminal = terminal
        askedThreads = threads
        subject = try Subject(draft)
        pretrained = subject.base.store.values()
        timeline = Timeline(Moment(draft: draft, command: "open"))
        try chooseThreads()
    }

    private func chooseThreads() throws {
        guard let session = subject.session else { return Parallel.configure(threads: askedThreads ?? threads) }
        threads = try ThreadChoice.configure(askedThreads, session)
    }

    /// Begins with other settings than the draft's.
    /// - Throws: `UsageError` for settings that do not work.
    func begin(_ body: (inout Draft) -> Void) throws {
        var moment = now
        body(&moment.draft)
        try take(moment, isNew: false)
        timeline = Timeline(moment)
    }

    /// Goes on with a session where it was kept last.
    /// - Throws: as `init`; what is wrong with the session's files.
    convenience init(goingOnIn folder: SessionFolder, terminal: Terminal, threads: Int?) throws {
        let kept = try folder.read()
        try self.init(kept.now.draft, terminal: terminal, threads: threads)
        subject.place(try kept.now.state?.value(), or: pretrained)
        timeline = kept
        self.folder = folder
    }

    /// Updates so far.
    var steps: Int { draft.journal.reduce(0) { $0 + ($1["stop_at"]?.int ?? $1["steps"]?.int ?? 0) } }

    /// `step 120, epoch 3`.
    var position: String {
        guard let state = try? now.state?.value() else { return "not trained yet" }
        return "step \(state.position.step), epoch \(state.position.epoch)"
    }

    /// Writes where it stands into the session's folder, where there is one, with all that can be gone back to. What is
    /// there need not be in memory.
    func keep() throws {
        guard let folder else { return }
        try folder.keep(&timeline)
        // The oldest first; what is in use stays.
        let states = timeline.states
        var bytes = states.filter(\.isInMemory).reduce(0) { $0 + $1.ownBytes }
        for state in states where bytes > Workbench.historyBytes && state.isInMemory && state !== now.state {
            state.release()
            bytes -= state.ownBytes
        }
    }

    // MARK: Moments

    /// Makes other settings the ones that count, if they work.
    /// - Throws: `UsageError` for settings that do not; nothing is changed then.
    func change(_ command: String, _ body: (inout Draft) throws -> Void) throws {
        var moment = now
        try body(&moment.draft)
        moment.command = command
        try take(moment, isNew: true)
    }

    /// Makes other model, data or losses the ones that count.
    /// - Throws: `UsageError` where something was trained already, which stands on those there are.
    func changeTop(_ command: String, _ what: String, _ body: (inout Draft) throws -> Void) throws {
        guard draft.journal.isEmpty else {
            throw UsageError(
                "\(what) cannot change any more: a recipe has one for all its phases, and "
                    + "\(Figures.plural(draft.journal.count, "phase")) stand on it; undo them, or save the model and open it anew with finetune repl FILE"
            )
        }
        try change(command, body)
    }

    private func take(_ moment: Moment, isNew: Bool) throws {
        let opened = try Subject(moment.draft, keeping: subject)
        let isOther = opened.base.store !== subject.base.store
        let state = try moment.state?.value()
        if isOther { pretrained = opened.base.store.values() }
        opened.place(state, or: pretrained)
        subject = opened
        if isOther { try chooseThreads() }
        if isNew { timeline.add(moment) }
    }

    /// Goes to where `body` moves the timeline.
    func travel(_ body: (inout Timeline) throws -> Void) throws {
        var moved = timeline
        try body(&moved)
        try take(moved.now, isNew: false)
        timeline = moved
    }

    /// Takes note of what a training led to.
    /// - Throws: what opening the model of the next step throws.
    func add(_ moment: Moment) throws {
        subject = try Subject(moment.draft, keeping: subject)
        timeline.add(moment)
        try keep()
    }

    /// The session, where there are data.
    /// - Throws: `UsageError` where there are none.
    func session(_ what: String) throws -> Session {
        guard let session = subject.session else {
            throw UsageError("\(what) needs data; attach some with data PATH or use RECIPE")
        }
        return session
    }

    /// The tensors as they would be saved: averaged, where an average is kept.
    func withFinalWeights<Result>(_ body: () throws -> Result) throws -> Result {
        guard let state = try now.state?.value(), state.memory?.average != nil else { return try body() }
        subject.place(state, or: pretrained, isAveraged: true)
        defer { subject.place(state, or: pretrained) }
        return try body()
    }
}
