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
    var position = TrainingPosition()
    /// Steps and epochs of the whole run so far.
    var step: Int { position.step }
    var epoch: Int { position.epoch }
    var wasAskedToStop = false
    /// The phases that are over, for those that follow.
    private var results: [PhaseResult] = []

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

    /// Runs the phases one after another, each from the best weights of the one before, or, where it continues, from
    /// its last. Afterwards the store holds the best weights of the last phase that improved the monitored score.
    /// - Throws: `PolicyError`, `ScheduleError`, `NonFiniteError`, `FrozenTensorError`, what reading an example throws,
    ///   what an observer throws.
    package func run(_ phases: [PhaseConfiguration]) throws -> TrainingResult {
        if phases.contains(where: { $0.rules.contains { $0.options.l2sp != nil } }) {
            for path in pretrained { anchors[path] = store.tensor(path).values }
        }
        results = []
        var best: (phase: Int, score: Double?, weights: [ParameterPath: [Float]])?
        var memory: PhaseMemory?
        for (index, phase) in phases.enumerated() {
            let runner = try PhaseRunner(self, phases, after: memory)
            let result = try runner.run()
            results.append(result)
            memory = runner.memory
            position.endPhase()
            let score = result.best?.bestScore
            let direction = phase.earlyStopping?.direction ?? .lower
            // What continues a phase replaces it: its best may be that of the phase before.
            let replaces = phase.continues && best?.phase == index - 1
            if best == nil || score == nil || replaces || direction.improves(score ?? .nan, on: best?.score) {
                let isLast = index == phases.count - 1 || result.reason.endsRun
                best = (index, score, isLast || phases.isContinued(at: index) ? [:] : weights())
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

    /// What the weights at the start of a phase are; nil for the first.
    func origin(ofPhase index: Int) -> PhaseStatement.Origin? {
        guard index > 0, let before = results.last else { return nil }
        let restored = before.restoredBest ? before.best : nil
        return PhaseStatement.Origin(phase: before.name, epoch: restored?.bestEpoch, step: restored?.bestStep)
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
