import Data
import Layers
import Tensors

/// Trains a model's weights through phases.
package final class Trainer {
    /// What the phases train, in order.
    let models: [ModelStage]
    /// The one that is trained now.
    var model: ModelStage
    let metrics: OutputMetrics
    let training: ExampleSet
    let validation: ExampleSet?
    let batchSize: Int
    let seed: UInt64
    let sampling: Sampling
    let budget: TrainingBudget
    /// Where what frozen layers give is kept.
    let kept: FeatureStore
    private let observers: TrainingObservers
    /// Asked before every step; true ends the run after the step before.
    private let isInterrupted: () -> Bool
    /// Their values, where a policy pulls toward them.
    private var anchors: TensorValues = [:]
    private let keeper: (any StateKeeper)?
    var position = TrainingPosition()
    /// What the phase before the one under way left.
    private var memory: PhaseMemory?
    /// The phases that are over, for those that follow.
    private var results: [PhaseResult] = []
    private var champion: Champion?
    private var runner: PhaseRunner?
    /// Steps and epochs of the whole run so far.
    var step: Int { position.step }
    var epoch: Int { position.epoch }
    var wasAskedToStop = false
    /// Whether phases may follow the last one that continue it: nothing is settled at its end.
    private(set) var isOpenEnded = false

    /// - Parameters:
    ///   - pretrained: paths of the tensors that came from a checkpoint; their values are kept where a policy pulls
    ///     toward them.
    ///   - budget: of the whole run.
    ///   - features: where what frozen layers give for the examples is kept.
    ///   - keeper: asked after every step whether the state is to be kept.
    ///   - later: models that take the first one's place, in the order of their phases.
    package init(
        objective: Objective, registry: LayerRegistry, store: ParameterStore, metrics: OutputMetrics,
        training: ExampleSet, validation: ExampleSet?, batchSize: Int, seed: UInt64,
        observers: TrainingObservers, pretrained: Set<ParameterPath> = [], sampling: Sampling = .shuffle,
        budget: TrainingBudget = TrainingBudget(), features: FeatureStore = FeatureStore(folder: nil),
        keeper: (any StateKeeper)? = nil, later: [ModelStage] = [],
        isInterrupted: @escaping () -> Bool = { false }
    ) {
        let first = ModelStage(
            firstPhase: 0, objective: objective, registry: registry, store: store, pretrained: pretrained, fresh: [:])
        models = [first] + later
        model = first
        self.metrics = metrics
        self.training = training
        self.validation = validation
        self.batchSize = batchSize
        self.seed = seed
        self.sampling = sampling
        self.budget = budget
        kept = features
        self.observers = observers
        self.isInterrupted = isInterrupted
        self.keeper = keeper
    }

    var objective: Objective { model.objective }
    var registry: LayerRegistry { model.registry }
    var store: ParameterStore { model.store }

    /// Runs the phases one after another, each from the best weights of the one before, or, where it continues, from
    /// its last. Afterwards the store holds the best weights of the last phase that improved the monitored score.
    ///
    /// - Parameters:
    ///   - state: where to go on; nil to begin. Its phases must be the first of `phases`.
    ///   - isOpenEnded: whether phases may follow that continue the last one: then averaged or best weights are not put in
    ///     place at its end, even where it was interrupted.
    /// - Throws: `PolicyError`, `ScheduleError`, `NonFiniteError`, `FrozenTensorError`, what reading an example throws,
    ///   what an observer or the keeper throws.
    package func run(
        _ phases: [PhaseConfiguration], from state: TrainingState? = nil, isOpenEnded: Bool = false
    ) throws -> TrainingResult {
        take(state, phases)
        self.isOpenEnded = isOpenEnded
        while position.phase < phases.count {
            if !position.isInPhase { advance(to: position.phase) }
            let runner = try PhaseRunner(self, phases, after: memory)
            // The runner took over what it needs.
            memory = nil
            self.runner = runner
            defer { self.runner = nil }
            let result = try runner.run()
            memory = runner.memory(.given)
            results.append(result)
            crown(result, phases)
            position.endPhase()
            if result.reason.endsRun { break }
        }
        if let champion, champion.phase < results.count - 1 {
            store.set(champion.weights)
        }
        return TrainingResult(phases: results, bestPhase: champion?.phase ?? 0)
    }

    /// A copy of everything that can change: within an event or a keeper's call that of the step just made, after `run`
    /// that of its end.
    package var state: TrainingState { state(.copied) }

    func state(_ holding: Holding) -> TrainingState {
        TrainingState(
            position: position, weights: store.values(holding),
            memory: runner?.memory(holding) ?? memory, results: results, champion: champion, anchors: anchors)
    }

    private func take(_ state: TrainingState?, _ phases: [PhaseConfiguration]) {
        position = state?.position ?? TrainingPosition()
        // Where there are fewer examples now, a new pass begins.
        if position.cursor >= training.count { position.countUsed(examples: 0, passLength: training.count) }
        let reached = position.isInPhase ? position.phase : position.phase - 1
        model = models.last { $0.firstPhase <= reached } ?? models[0]
        memory = state?.memory
        results = state?.results ?? []
        champion = state?.champion
        anchors = state?.anchors ?? [:]
        wasAskedToStop = false
        rememberAnchors(phases)
        store.set(state?.weights ?? [:])
    }

    /// Keeps the pretrained values where a policy pulls toward them.
    func rememberAnchors(_ phases: [PhaseConfiguration]) {
        guard anchors.isEmpty, phases.contains(where: { $0.rules.contains { $0.options.l2sp != nil } }) else { return }
        for path in model.pretrained { anchors[path] = TensorData(store.tensor(path).values) }
    }

    /// What goes on with a model in the place of another.
    func carry(over next: ModelStage) {
        let kept = next.kept
        memory = memory?.keeping(kept)
        anchors = anchors.filter { kept.contains($0.key) }
        champion = nil
    }

    /// Goes back to a state that this trainer was in.
    func restore(_ state: TrainingState, _ phases: [PhaseConfiguration]) {
        let wasAsked = wasAskedToStop
        take(state, phases)
        wasAskedToStop = wasAsked
    }

    /// Notes whose weights the run would keep if it ended with this phase.
    private func crown(_ result: PhaseResult, _ phases: [PhaseConfiguration]) {
        let index = position.phase
        let score = result.best?.bestScore
        let direction = phases[index].earlyStopping?.direction ?? .lower
        // What continues a phase replaces it: its best may be that of the phase before.
        let replaces = phases[index].continues && champion?.phase == index - 1
        guard
            champion == nil || score == nil || replaces || direction.improves(score ?? .nan, on: champion?.score)
        else { return }
        let isLast = index == phases.count - 1 || result.reason.endsRun
        champion = Champion(
            phase: index, score: score, weights: isLast || phases.isContinued(at: index) ? [:] : store.values())
    }

    /// Whether a phase's best so far beats those of the phases before.
    func isBest(_ stopping: EarlyStopping?) -> Bool {
        guard let stopping, let score = stopping.state.bestScore else { return false }
        return stopping.configuration.direction.improves(score, on: champion?.score)
    }

    func offer(_ moment: TrainingMoment) throws { try keeper?.consider(moment) { state(.lent) } }

    /// What the weights at the start of a phase are; nil for the first.
    func origin(ofPhase index: Int) -> PhaseStatement.Origin? {
        guard index > 0, let before = results.last else { return nil }
        let restored = before.restoredBest ? before.best : nil
        return PhaseStatement.Origin(phase: before.name, epoch: restored?.bestEpoch, step: restored?.bestStep)
    }

    func pretrainedValues(of path: ParameterPath) -> TensorData? { anchors[path] }

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
