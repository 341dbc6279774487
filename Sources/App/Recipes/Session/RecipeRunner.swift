import Checkpoints
import Data
import JSON
import Kernels
import Keras
import Layers
import OrderedCollections
import Tensors
import Tracking
import Training

/// Carries out a recipe: prepares, trains, evaluates, and writes the run's folder.
final class RecipeRunner {
    private let recipe: Recipe
    private let options: RunOptions
    private let console: Console
    private let budget: TrainingBudget
    private let began = UTCDate.now()
    private let progress: Progress
    private let recorder = RunRecorder()
    private var record: RunRecord
    private var directory: RunDirectory?
    private var log: EventLog?
    /// Where a stopped run goes on; nil where one begins.
    private let resumption: Resumption?
    private var keeper: SnapshotKeeper?
    private var board: TensorBoardLog?
    /// What happened before the run was stopped.
    private var past: [TrainingEvent] = []

    /// - Parameter resumption: where a stopped run goes on; its folder's own recipe is the one in `options`.
    init(_ options: RunOptions, console: Console, resuming resumption: Resumption? = nil) throws {
        self.options = options
        self.console = console
        self.resumption = resumption
        recipe = try options.recipe.read()
        budget = recipe.budget(spent: resumption?.snapshot.state.seconds ?? 0)
        progress = Progress(verbosity: options.verbosity.progress)
        record = RunRecord(
            name: recipe.name, seed: recipe.seed, examples: .init(train: 0, validation: 0, test: 0),
            environment: .here(threads: CPUFeatures.usableCores))
    }

    func run() throws -> ExitStatus {
        if !options.isPart { Interruption.watch() }
        // A run that begins is asked who it is with its first snapshot, if it comes to one.
        if resumption != nil { RunIdentity.beginHashing() }
        let session = try Session(recipe)
        try configureThreads(session)
        if let resumption { return try goOn(resumption, session) }
        let directory =
            try options.folder.map { try RunDirectory.create(at: $0, force: options.replacesFolder) }
            ?? RunDirectory.create(output: recipe.output, name: recipe.name)
        // Before any log: a run that was stopped at once can begin anew by what is there.
        try prepare(session, directory)
        // The folder is made once the recipe is known to work; the run began before.
        var start: UTCDate? = began
        let log = try EventLog(directory: directory, includesSteps: options.verbosity == .verbose) {
            defer { start = nil }
            return start ?? .now()
        }
        try log.record("run-started", ["name": .string(recipe.name)])
        return try carryOut(session, in: directory, log) { try begin(session, log) }
    }

    /// Settles how many threads compute: as many as were asked for, as the run had so far, or as are right for it.
    private func configureThreads(_ session: Session) throws {
        record.environment.threads = try ThreadChoice.configure(
            options.threads ?? resumption?.snapshot.identity.threads, session)
    }

    /// Goes on from a snapshot: the logs are cut back to it, and what they still say is remembered.
    private func goOn(_ resumption: Resumption, _ session: Session) throws -> ExitStatus {
        let (directory, snapshot) = (resumption.directory, resumption.snapshot)
        let changes = try resumption.check(RunIdentity(session, record.environment), session)
        try resumption.cutLogs()
        past = try EventHistory.read(in: directory)
        for event in past {
            _ = recorder.handle(event)
            progress.recall(event)
        }
        progress.recall(stepInPhase: snapshot.state.position.stepInPhase)
        let log = try EventLog(
            directory: directory, includesSteps: snapshot.logs.includesSteps, count: snapshot.logs.eventCount)
        return try carryOut(session, in: directory, log) {
            session.describe(&record)
            try directory.write(record.json.serialized(pretty: true), to: .record)
            for change in changes { try tell(.warning("goes on although it changed: \(change)"), log) }
        }
    }

    private func carryOut(
        _ session: Session, in directory: RunDirectory, _ log: EventLog, beginning: () throws -> Void
    ) throws -> ExitStatus {
        self.directory = directory
        self.log = log
        do {
            try beginning()
            return try carryOut(session, in: directory, log)
        } catch {
            progress.clear()
            try? fail(error, in: directory, log)
            throw error
        }
    }

    private func carryOut(_ session: Session, in directory: RunDirectory, _ log: EventLog) throws -> ExitStatus {
        let (result, evaluation) = try train(session, in: directory, log)
        try complete(session, result, evaluation)
        if let evaluation { try keep(evaluation, in: directory, log) }
        if let summary = evaluation.flatMap({ session.summary(of: $0) }) {
            try directory.write(summary.json.serialized(pretty: true), to: .predictionSummary)
        }
        let model = session.model(ofPhase: result.phases.count - 1).prepared
        let warnings = try directory.writing(.model) { try model.write(to: $0, notes: session.notes) }
        for warning in warnings { try tell(.warning(warning), log) }
        record.hashes["model"] = try MappedFile(path: directory.path(of: .model)).hash
        try directory.write(record.json.serialized(pretty: true), to: .record)
        try board?.end(record)
        try log.record("run-ended", ["status": .string(record.status.rawValue)])
        let description = try RunDescription(readingRunAt: directory.path)
        try directory.write(Report(description).html, to: .report)
        try directory.makeLast()
        guard !options.isPart else { return record.status == .interrupted ? .interrupted : .done }
        conclude(description, in: directory)
        guard record.status == .interrupted else { return .done }
        let step = keeper?.lastStep.map { "after step \($0)" } ?? "before its first step"
        console.note("stopped \(step); to go on: finetune resume \(directory.path.forShell)")
        return .interrupted
    }

    private func prepare(_ session: Session, _ directory: RunDirectory) throws {
        session.describe(&record)
        let ledger = session.prepared.ledger
        // The recipe last: where it is, the rest is, and the run can begin anew.
        try directory.write(record.json.serialized(pretty: true), to: .record)
        try directory.write(ledger.json.serialized(pretty: true), to: .ledger)
        try directory.write(session.resolvedRecipe.serialized(pretty: true), to: .recipe)
    }

    private func begin(_ session: Session, _ log: EventLog) throws {
        let ledger = session.prepared.ledger
        if !session.prepared.pretrained.isEmpty {
            try tell(.message("weights from \(session.prepared.file.path): \(ledger.summary)"), log)
            if options.verbosity == .verbose { console.note(ledger.table()) }
        }
        for warning in session.warnings { try tell(.warning(warning), log) }
    }

    private func tell(_ event: TrainingEvent, _ log: EventLog) throws {
        for observer in [recorder, progress, log] as [any TrainingObserver] { _ = try observer.handle(event) }
    }

    private func train(
        _ session: Session, in directory: RunDirectory, _ log: EventLog
    ) throws -> (TrainingResult, Session.FinalEvaluation?) {
        let metrics = try MetricsLog(directory: directory, metricNames: session.scoreNames)
        let board = try session.tensorBoard(in: directory)
        for event in past { board.recall(event) }
        self.board = board
        let environment = record.environment
        let keeper = SnapshotKeeper(
            directory, every: recipe.snapshotEvery, events: log, metrics: metrics,
            board: board, lastStep: resumption?.snapshot.state.position.step
        ) { try RunIdentity(session, environment) }
        self.keeper = keeper
        let trainer = session.trainer(
            observers: TrainingObservers([recorder, progress, log, metrics, board]), budget: budget,
            cache: options.cache,
            keeper: keeper)
        let result = try trainer.run(session.recipe.phaseConfigurations(), from: resumption?.snapshot.state)
        progress.clear()
        return (result, try session.evaluate(trainer))
    }

    private func complete(_ session: Session, _ result: TrainingResult, _ evaluation: Session.FinalEvaluation?) throws {
        let best = result.phases[result.bestPhase].best?.bestStep
        recorder.complete(&record, bestStep: best)
        record.status = result.reason == .interrupted ? .interrupted : .completed
        record.reason = result.reason
        record.layers = session.layerRecords(upTo: result.phases.count)
        record.hashes = try session.hashes()
        for (index, phase) in result.phases.enumerated() {
            record.hashes["frozen.\(index + 1)"] = phase.frozenHash
        }
        if let evaluation { session.describe(evaluation, in: &record) }
    }

    /// Keeps what the model gave for each example it was measured on.
    private func keep(_ evaluation: Session.FinalEvaluation, in directory: RunDirectory, _ log: EventLog) throws {
        guard let predictions = evaluation.result.predictions else {
            let limit = Figures.bytes(PredictionsFile.limit)
            return try tell(.remark("the predictions are not kept: they take more than \(limit)"), log)
        }
        let file: RunDirectory.File = evaluation.isTest ? .testPredictions : .validationPredictions
        try directory.writing(file) { try PredictionsFile.write(predictions, to: $0) }
        let name = evaluation.isTest ? "predictions.test" : "predictions.validation"
        record.hashes[name] = try MappedFile(path: directory.path(of: file)).hash
    }

    private func conclude(_ description: RunDescription, in directory: RunDirectory) {
        guard options.verbosity != .quiet else {
            console.print(directory.path)
            return
        }
        console.write(RunSummary(description, directory: directory.path, terminal: .standardOutput()).text)
    }

    private func fail(_ error: any Error, in directory: RunDirectory, _ log: EventLog) throws {
        record.status = .failed
        record.error = "\(error)"
        if error is NonFiniteError { record.reason = .notFinite }
        try directory.write(record.json.serialized(pretty: true), to: .record)
        try log.record("run-failed", ["error": .string("\(error)")])
    }
}

extension Verbosity {
    fileprivate var progress: Progress.Verbosity {
        switch self {
        case .quiet: .quiet
        case .normal: .normal
        case .verbose: .verbose
        }
    }
}

extension String {
    /// As a word that can be pasted into a shell.
    var forShell: String {
        let isPlain =
            !isEmpty
            && utf8.allSatisfy { byte in
                let scalar = UnicodeScalar(byte)
                return byte < 0x80
                    && (scalar.properties.isAlphabetic || "0123456789/._-+=:,@%".unicodeScalars.contains(scalar))
            }
        return isPlain
            ? self : "'" + split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }
}

extension Commands {
    /// Trains as the recipe says and writes the run's folder.
    package static func run(_ options: RunOptions, console: Console) throws -> ExitStatus {
        try RecipeRunner(options, console: console).run()
    }
}
