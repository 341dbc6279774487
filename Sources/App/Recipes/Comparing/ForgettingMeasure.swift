import JSON
import Layers
import Tensors
import Tracking
import Training

/// What arms still know of the task that their checkpoint was trained for: the checkpoint with its own head is measured on
/// that task's data, and again with everything that a run took over from it as the run left it.
struct ForgettingMeasure {
    private let comparison: Comparison
    private let folder: String
    private let threads: Int?

    init(_ comparison: Comparison, folder: String, threads: Int?) {
        self.comparison = comparison
        self.folder = folder
        self.threads = threads
    }

    /// Of every run that began with a checkpoint, in their order.
    /// - Throws: what opening the old task's data or a run's model throws.
    func measure() throws -> [Comparison.Forgetting] {
        guard !comparison.oldTask.isNull else { return [] }
        // Runs of an arm begin alike, and take over the same tensors.
        var opened: [String: (session: Session, metric: String, before: Double)] = [:]
        return try comparison.runs.compactMap { run in
            guard run.status == .done, let arm = comparison.arms.first(where: { $0.name == run.arm }),
                let checkpoint = arm.recipe["model"]?["checkpoint"]?.string, arm.checkpoint != nil
            else { return nil }
            let path = folder + "/" + run.folder
            let known = opened[run.arm]
            let session = try known?.session ?? session(of: path, checkpoint)
            // Arms may differ in size.
            try ThreadChoice.configure(threads, session)
            let (metric, before) = try known.map { ($0.metric, $0.before) } ?? score(session)
            opened[run.arm] = (session, metric, before)
            try take(over: path, session)
            return Comparison.Forgetting(
                arm: run.arm, fraction: run.fraction, seed: run.seed, metric: metric, before: before,
                after: try score(session).value)
        }
    }

    /// The checkpoint as it is, on its own task, with what the run does to its inputs.
    private func session(of run: String, _ checkpoint: String) throws -> Session {
        var recipe = try JSON(parsing: Text.read(run + "/" + RunDirectory.File.recipe.rawValue))
        let lambdas = recipe["model"]?["lambda"] ?? .null
        recipe["model"] = ["checkpoint": .string(checkpoint), "lambda": lambdas]
        recipe["data"]?["train"] = comparison.oldTask
        recipe["data"]?["test"] = comparison.oldTask
        recipe["data"]?["validation"] = 0.0
        recipe["data"]?["fraction"] = 1.0
        for key in ["ema", "max_time", "max_steps"] { recipe[key] = .null }
        recipe["phases"] = [["name": "none", "steps": 1, "policy": [["unfreeze": "**"]]]]
        return try Session(
            RecipeReader().read(text: recipe.serialized(pretty: true), path: "comparison.old_task", folder: "/"))
    }

    /// By the comparison's metric, or by the loss where the old task has no such metric.
    private func score(_ session: Session) throws -> (metric: String, value: Double) {
        let result = try session.evaluator().evaluate(session.data.test ?? session.data.training)
        let found = result.metrics.first { $0.name == comparison.metric.name }
        return (found?.name ?? "loss", found?.value ?? result.loss)
    }

    /// Puts the tensors that a run took from its checkpoint in their place, as it left them.
    private func take(over run: String, _ session: Session) throws {
        let trained = try TrainedModel(path: run)
        let loaded = try trained.load(inputShapes: session.objective.inputShapes)
        let store = session.prepared.store
        for row in try RunDescription(readingRunAt: run).ledger where !["fresh", "unused"].contains(row.outcome) {
            guard let path = row.path.map({ ParameterPath($0) }), let spec = store.specs[path],
                loaded.store.specs[path]?.shape == spec.shape
            else { continue }
            store.set(path, to: loaded.store.tensor(path).values)
        }
    }
}
