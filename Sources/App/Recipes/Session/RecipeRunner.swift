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
    private let threads: Int
    private let budget: TrainingBudget
    private let began = UTCDate.now()
    private let progress: Progress
    private let recorder = RunRecorder()
    private var record: RunRecord
    private var directory: RunDirectory?
    private var log: EventLog?

    init(_ options: RunOptions, console: Console) throws {
        self.options = options
        self.console = console
        recipe = try options.recipe.read()
        budget = recipe.budget()
        let features = CPUFeatures()
        threads = options.threads ?? features.usableCores
        Parallel.configure(threads: threads)
        progress = Progress(verbosity: options.verbosity.progress)
        record = RunRecord(
            name: recipe.name, seed: recipe.seed, examples: .init(train: 0, validation: 0, test: 0),
            environment: Environment.current(
                cpu: features.modelName, cpuFeatures: features.names, threads: threads, precision: "float32",
                libraries: OrderedDictionary(uniqueKeysWithValues: LibraryVersions.all.map { ($0.name, $0.version) })))
    }

    func run() throws -> ExitStatus {
        Interruption.watch()
        let session = try Session(recipe)
        let directory =
            try options.folder.map { try RunDirectory.create(at: $0, force: options.replacesFolder) }
            ?? RunDirectory.create(output: recipe.output, name: recipe.name)
        self.directory = directory
        // The folder is made once the recipe is known to work; the run began before.
        var start: UTCDate? = began
        let log = try EventLog(directory: directory, includesSteps: options.verbosity == .verbose) {
            defer { start = nil }
            return start ?? .now()
        }
        self.log = log
        try log.record("run-started", ["name": .string(recipe.name)])
        do {
            return try carryOut(session, in: directory, log)
        } catch {
            progress.clear()
            try? fail(error, in: directory, log)
            throw error
        }
    }

    private func carryOut(_ session: Session, in directory: RunDirectory, _ log: EventLog) throws -> ExitStatus {
        try begin(session, in: directory, log)
        let result = try train(session, in: directory, log)
        progress.clear()
        let evaluation = try session.evaluate(recipe)
        try complete(session, result, evaluation)
        let model = directory.path(of: .model)
        for warning in try session.prepared.write(to: model, notes: session.notes) { try tell(.warning(warning), log) }
        record.hashes["model"] = try MappedFile(path: model).hash
        try directory.write(record.json.serialized(pretty: true), to: .record)
        try log.record("run-ended", ["status": .string(record.status.rawValue)])
        let description = try RunDescription(readingRunAt: directory.path)
        try directory.write(Report(description).html, to: .report)
        conclude(description, in: directory)
        return record.status == .interrupted ? .interrupted : .done
    }

    /// What is known before the first step.
    private func begin(_ session: Session, in directory: RunDirectory, _ log: EventLog) throws {
        record.examples = .init(
            train: session.data.training.count, validation: session.data.validation?.count ?? 0,
            test: session.data.test?.count ?? 0)
        record.classNames = session.data.training.dataset.target.classNames ?? []
        record.layers = session.layerRecords()
        record.methods = session.recipe.methods(session.objective, epochSize: session.data.training.count)
        let ledger = session.prepared.ledger
        try directory.write(session.resolvedRecipe.serialized(pretty: true), to: .recipe)
        try directory.write(ledger.json.serialized(pretty: true), to: .ledger)
        try directory.write(record.json.serialized(pretty: true), to: .record)
        if !session.prepared.pretrained.isEmpty {
            try tell(.message("weights from \(session.prepared.file.path): \(ledger.summary)"), log)
            if options.verbosity == .verbose { console.note(ledger.table()) }
        }
        for warning in session.warnings { try tell(.warning(warning), log) }
    }

    private func tell(_ event: TrainingEvent, _ log: EventLog) throws {
        for observer in [recorder, progress, log] as [any TrainingObserver] { _ = try observer.handle(event) }
    }

    private func train(_ session: Session, in directory: RunDirectory, _ log: EventLog) throws -> TrainingResult {
        let names =
            session.data.validation == nil ? [] : session.objective.metricNames(recipe.metrics).map { "val_" + $0 }
        let metrics = try MetricsLog(directory: directory, metricNames: names)
        let trainer = Trainer(
            objective: session.objective, registry: session.prepared.registry, store: session.prepared.store,
            metrics: recipe.metrics, training: session.data.training, validation: session.data.validation,
            batchSize: recipe.data.batchSize, seed: recipe.seed,
            observers: TrainingObservers([recorder, progress, log, metrics]), pretrained: session.prepared.pretrained,
            sampling: session.sampling, budget: budget,
            isInterrupted: { Interruption.isRequested })
        return try trainer.run(session.recipe.phaseConfigurations())
    }

    private func complete(_ session: Session, _ result: TrainingResult, _ evaluation: Session.FinalEvaluation?) throws {
        let best = result.phases[result.bestPhase].best?.bestStep
        recorder.complete(&record, bestStep: best)
        record.status = result.reason == .interrupted ? .interrupted : .completed
        record.reason = result.reason
        record.hashes = try session.hashes()
        for (index, phase) in result.phases.enumerated() {
            record.hashes["frozen.\(index + 1)"] = phase.frozenHash
        }
        guard let evaluation else { return }
        if evaluation.isTest {
            record.test = [MetricValue(name: "loss", value: evaluation.result.loss)] + evaluation.result.metrics
        }
        if let matrix = evaluation.result.confusionMatrix { record.confusion = session.confusionTable(matrix) }
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

extension Commands {
    /// Trains as the recipe says and writes the run's folder.
    package static func run(_ options: RunOptions, console: Console) throws -> ExitStatus {
        try RecipeRunner(options, console: console).run()
    }
}
