import Checkpoints
import Glibc
import JSON
import Keras
import Layers
import OrderedCollections
import Tensors
import Tracking
import Training

extension Workbench {
    /// Writes the model as it is now.
    /// - Returns: what not every reader will understand alike, as sentences.
    /// - Throws: `UsageError` for an ending that stands for no format; `SystemError`.
    func save(to path: String) throws -> [String] {
        let target = try ConversionTarget(path)
        let notes = subject.session?.notes ?? .null
        let prepared = subject.prepared
        return try withFinalWeights {
            try target.write(prepared.model, WeightSource(store), metadata: prepared.metadata(notes: notes), to: path)
        }
    }

    /// Writes what was done as a recipe.
    func saveRecipe(to path: String) throws {
        guard let recipe = draft.done else {
            throw UsageError("nothing was trained yet, so there is nothing to write down")
        }
        let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? "."
        guard RecipePaths.kind(of: folder) == .folder else {
            throw UsageError("\(path) cannot be written: there is no folder \(folder)")
        }
        try AtomicFile.write(recipe.serialized(pretty: true), to: path)
    }

    /// Writes the folder of a run that did what was done: logs, model, report.
    /// - Returns: the report's path.
    func report() throws -> String {
        let open = try session("report")
        guard let folder, let state = try now.state?.value() else {
            throw UsageError("nothing was trained yet, so there is nothing to report")
        }
        let session = try Session(try draft.doneRecipe(), keeping: open)
        let model = session.last.prepared
        model.store.set(state.weights.merging(state.memory?.average ?? [:]) { $1 })
        defer { subject.place(state, or: pretrained) }
        let directory = folder.directory
        try writeLogs(session, directory)
        let recorder = RunRecorder()
        for event in now.events { _ = recorder.handle(event) }
        var record = RunRecord(
            name: draft.name, seed: session.recipe.seed, examples: .init(train: 0, validation: 0, test: 0),
            environment: .here(threads: threads))
        session.describe(&record)
        recorder.complete(&record, bestStep: nil)
        record.status = .completed
        record.reason = state.results.last?.reason == .earlyStopping ? .earlyStopping : .completed
        if let examples = session.data.test ?? session.data.validation {
            let result = try session.evaluator().evaluate(examples)
            session.describe(
                Session.FinalEvaluation(result: result, isTest: session.data.test != nil), in: &record)
        }
        _ = try model.write(to: directory.path(of: .model), notes: session.notes)
        record.hashes = try session.hashes()
        record.hashes["model"] = try MappedFile(path: directory.path(of: .model)).hash
        try directory.write(model.ledger.json.serialized(pretty: true), to: .ledger)
        try directory.write(record.json.serialized(pretty: true), to: .record)
        if let recipe = draft.done { try directory.write(recipe.serialized(pretty: true), to: .recipe) }
        try directory.write(Report(RunDescription(readingRunAt: directory.path)).html, to: .report)
        return directory.path(of: .report)
    }

    private func writeLogs(_ session: Session, _ directory: RunDirectory) throws {
        for file in [RunDirectory.File.metrics, .timing, .events] { unlink(directory.path(of: file)) }
        let metrics = try MetricsLog(directory: directory, metricNames: session.scoreNames)
        let log = try EventLog(directory: directory)
        for event in now.events {
            _ = try metrics.handle(event)
            _ = try log.handle(event)
        }
        _ = try metrics.flush()
        _ = try log.flush()
    }
}
