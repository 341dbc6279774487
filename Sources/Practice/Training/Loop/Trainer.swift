import Data
import Layers
import Tensors

/// Trains a model's weights through phases.
package final class Trainer {
    let objective: Objective
    let registry: LayerRegistry
    let store: ParameterStore
    let metrics: OutputMetrics
    let training: ExampleSet
    let validation: ExampleSet?
    let batchSize: Int
    let seed: UInt64
    let sampling: Sampling
    let budget: TrainingBudget
    private let observers: TrainingObservers
    /// Asked before every step; true ends the run after the step before.
    private let isInterrupted: () -> Bool
    /// The tensors that came from a checkpoint.
    private let pretrained: Set<ParameterPath>
    /// Their values, where a policy pulls toward them.
    private var anchors: [ParameterPath: [Float]] = [:]
    /// Steps and epochs of the whole run so far.
    var step = 0
    var epoch = 0
    var wasAskedToStop = false

    /// - Parameters:
    ///   - pretrained: paths of the tensors that came from a checkpoint; their values are kept where a policy
    ///   pulls toward them.
    ///   - budget: of the whole run.
    package init(
        objective: Objective, registry: LayerRegistry, store: ParameterStore, metrics: OutputMetrics,
        training: ExampleSet, validation: ExampleSet?, batchSize: Int, seed: UInt64,
        observers: TrainingObservers, pretrained: Set<ParameterPath> = [], sampling: Sampling = .shuffle,
        budget: TrainingBudget = TrainingBudget(),
        isInterrupted: @escaping () -> Bool = { false }
    ) {
        self.objective = objective
        self.registry = registry
        self.store = store
        self.metrics = metrics
        self.training = training
        self.validation = validation
        self.batchSize = batchSize
        self.seed = seed
        self.sampling = sampling
        self.budget = budget
        self.observers = observers
        self.isInterrupted = isInterrupted
        self.pretrained = pretrained
    }

    /// Runs the phases one after another, each from the best weights of the one before. Afterwards the store holds the
    /// best weights of the last phase that improved the monitored score.
    /// - Throws: `PolicyError`, `ScheduleError`, `NonFiniteError`, `FrozenTensorError`, what reading an example throws,
    ///   what an observer throws.
    package func run(_ phases: [PhaseConfiguration]) throws -> TrainingResult {
        if phases.contains(where: { $0.rules.contains { $0.options.l2sp != nil } }) {
            for path in pretrained { anchors[path] = store.tensor(path).values }
        }
        var results: [PhaseResult] = []
        var best: (phase: Int, score: Double?, weights: [ParameterPath: [Float]])?
        var optimizer: Optimizer?
        for (index, phase) in phases.enumerated() {
            let runner = try PhaseRunner(self, phase, index: index, count: phases.count, after: optimizer)
            let result = try runner.run()
            results.append(result)
            optimizer = runner.optimizer
            let score = result.best?.bestScore
            let direction = phase.earlyStopping?.direction ?? .lower
            if best == nil || score == nil || direction.improves(score ?? .nan, on: best?.score) {
                let isLast = index == phases.count - 1 || result.reason.endsRun
                best = (index, score, isLast ? [:] : weights())
            }
            if result.reason.endsRun { break }
        }
        if let best, best.phase < results.count - 1 {
            for (path, values) in best.weights { store.set(path, to: values) }
        }
        return TrainingResult(phases: results, bestPhase: best?.phase ?? 0)
    }

    private func weights() -> [ParameterPath: [Float]] {
        Dictionary(uniqueKeysWithValues: store.specs.keys.map { ($0, store.tensor($0).values) })
    }

    func pretrainedValues(of path: ParameterPath) -> [Float]? { anchors[path] }

    func tell(_ event: TrainingEvent) throws {
        if try observers.dispatch(event) == .stop { wasAskedToStop = true }
    }

    var shouldStop: Bool { wasAskedToStop || isInterrupted() }
}

/// A frozen tensor that moved: our own mistake, and reason enough to trust nothing of the run.
package struct FrozenTensorError: Error, CustomStringConvertible {
    package let phase: String
    package var description: String {
        "internal error: a frozen tensor changed during phase \"\(phase)\"; the weights are not to be trusted"
    }
}
