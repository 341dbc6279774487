import Data
import Layers
import Tensors

/// One phase: steps, evaluations, the best weights, the reason to stop.
final class PhaseRunner {
    private let trainer: Trainer
    let phase: PhaseConfiguration
    private let index: Int
    private let phaseCount: Int
    /// Whether the next phase goes on from this one's last step, or may.
    private let isContinued: Bool
    /// Whether it stops before its length, where nothing is evaluated.
    private let isPaused: Bool
    private let resolution: PolicyResolution
    let training: TrainingStep
    private let evaluator: Evaluator?
    private let stream: BatchStream
    private let totalSteps: Int
    private let evaluationPeriod: Int
    /// Whether the budget of steps ends the run with this phase.
    private let isCutShort: Bool
    var stopping: EarlyStopping?
    /// What the scores have made of the rate; all that must survive a resume is its `state`.
    var plateau: PlateauReduction?
    var bestWeights: [Float] = []
    /// Those of the best weights that this phase cannot change, where they come from a phase that it continues.
    var bestOthers: TensorValues = [:]
    var bestOptimizer: Optimizer?
    var frozenHash: String
    var average: WeightAverage?
    /// Whether the phase was under way already when this was made.
    private let isResumed: Bool
    /// What is remembered of tensors that this phase freezes: they go on with it when they train again.
    var dormant: OptimizerState?
    /// Tensors that go on with the optimizer state of the phase before.
    var carried = 0
    var clock = PhaseClock()

    var store: ParameterStore { trainer.store }
    private let stepsPerEpoch: Int
    /// The optimizer as the phase leaves it; that of the best weights where those were restored.
    var optimizer: Optimizer

    /// Lays out the phase at the trainer's position and begins it, or goes on in the middle of it.
    /// - Parameter memory: what the phase before left, or the phase itself where it is under way; nil for the first.
    init(_ trainer: Trainer, _ phases: [PhaseConfiguration], after memory: PhaseMemory?) throws {
        self.trainer = trainer
        index = trainer.position.phase
        phase = phases[index]
        phaseCount = phases.count
        isContinued = phases.isContinued(at: index) || (trainer.isOpenEnded && index + 1 == phases.count)
        let phase = phases[index]
        resolution = try trainer.arrange(phase)
        isResumed = trainer.position.isInPhase
        if !isResumed {
            trainer.position.beginPhase(
                continues: phase.continues && index > 0, keepsSchedule: phases.keepsSchedule(at: index))
        }
        stepsPerEpoch = phase.updates(ofBatches: trainer.batchesPerPass)
        (totalSteps, isCutShort) = trainer.budget.steps(
            of: phase.stepsDone(perEpoch: stepsPerEpoch), after: trainer.position.phaseStart,
            isLast: index + 1 == phases.count)
        isPaused = totalSteps < phase.length.steps(perEpoch: stepsPerEpoch) && !isCutShort
        evaluationPeriod = max(1, phase.evaluateEvery.steps(perEpoch: stepsPerEpoch))
        // Over the phases as planned, whatever a budget leaves of them.
        let schedule = try phase.schedule.resolved(
            totalSteps: phases.scheduleSteps(at: index, perEpoch: stepsPerEpoch), stepsPerEpoch: stepsPerEpoch)
        training = try trainer.step(phase, resolution, schedule)
        let isPrefixKept = training.features != nil
        trainer.keepPictures(phase, stepsPerEpoch: stepsPerEpoch, unless: isPrefixKept)
        stream = try trainer.stream(phase, training.features)
        evaluator = try trainer.validation.map { [training] _ in
            try Evaluator(
                trainer.objective, store: trainer.store, metrics: trainer.metrics, batchSize: trainer.batchSize,
                features: training.features, precision: phase.precision)
        }
        optimizer = training.optimizer
        stopping = phase.earlyStopping.map { EarlyStopping($0) }
        plateau = schedule.plateau(peakRate: phase.rates.base)
        average = phase.averageDecay.map { WeightAverage(of: trainer.store, decay: $0) }
        frozenHash = trainer.store.hash(of: trainer.store.frozen)
        guard let memory else { return }
        guard !isResumed else {
            resume(memory)
            return
        }
        if phase.keepsOptimizerState { carryOver(memory.optimizer) }
        if phases.keepsSchedule(at: index) { takeOver(memory.plateau) }
        if phase.continues, let values = memory.average { average?.takeOver(values) }
        guard phases.keepsStopping(at: index) else { return }
        takeOver(memory.stopping)
        takeOver(memory.best)
        // Where that phase was ended by early stopping, this one waits anew.
        if stopping?.shouldStop == true { stopping?.wait() }
    }

    func run() throws -> PhaseResult {
        if !isResumed { try announce() }
        if let statement = trainer.featureStatement(phase, training) { try trainer.tell(.remark(statement)) }
        clock.start()
        let reason = try runSteps()
        if let problem = training.features?.problem {
            try trainer.tell(.remark("not all features were kept, and what is missing was computed again: \(problem)"))
        }
        guard store.hash(of: store.frozen) == frozenHash else { throw FrozenTensorError(phase: phase.name) }
        if settles(reason) { try settle() }
        let best = stopping?.state
        try trainer.tell(
            .phaseEnded(
                PhaseEnd(
                    name: phase.name, reason: reason, bestEpoch: best?.bestEpoch, bestStep: best?.bestStep,
                    bestScore: best?.bestScore, monitor: stopping?.configuration.monitor)))
        let perEpoch = Double(stepsPerEpoch) / Double(evaluationPeriod)
        return PhaseResult(
            name: phase.name, reason: reason,
            explanation: reason == .earlyStopping ? stopping?.reason(evaluationsPerEpoch: perEpoch) : nil,
            steps: trainer.position.stepInPhase, epochs: trainer.epoch - trainer.position.phaseStartEpoch, best: best,
            restoredBest: !bestWeights.isEmpty && settles(reason),
            updates: optimizer.updates(beside: dormant),
            trainableParameters: resolution.trainableParameters, frozenParameters: resolution.frozenParameters,
            frozenHash: frozenHash, trainingSeconds: clock.trainingSeconds,
            evaluationSeconds: clock.evaluationSeconds)
    }

    /// Whether the weights that are to stay are put in place at the end.
    private func settles(_ reason: StopReason) -> Bool { !isContinued || (reason.endsRun && !trainer.isOpenEnded) }

    private func announce() throws {
        try trainer.tell(
            .phaseStarted(
                PhaseStart(
                    name: phase.name, index: index, phases: phaseCount,
                    epochs: (totalSteps + stepsPerEpoch - 1) / stepsPerEpoch, stepsPerEpoch: stepsPerEpoch,
                    steps: totalSteps, trainableParameters: resolution.trainableParameters,
                    frozenParameters: resolution.frozenParameters, trainExamples: trainer.training.count,
                    validationExamples: trainer.validation?.count ?? 0)))
        if trainer.model.firstPhase == index, index > 0 {
            try trainer.tell(.message(trainer.model.statement(for: phase.name)))
        }
        let origin = trainer.origin(ofPhase: index)
        for line in PhaseStatement(phase, resolution, carried: carried, origin: origin).lines {
            try trainer.tell(.message(line))
        }
        let trained = Set(
            training.plan.graph.outputs.compactMap { output in
                if case .gradient(let path) = output.role { path } else { nil }
            })
        for slot in store.trainable where !trained.contains(slot.path) {
            try trainer.tell(.warning("\(slot.path) trains, but the loss does not depend on it"))
        }
    }

    private func runSteps() throws -> StopReason {
        while trainer.position.stepInPhase < totalSteps {
            // Also where the step before was in another process.
            if stopping?.shouldStop == true { return .earlyStopping }
            try runStep()
            let isOver = trainer.position.stepInPhase == totalSteps
            let isOutOfTime = trainer.budget.isOutOfTime
            var isBest = false
            let isDue = trainer.position.stepInChain % evaluationPeriod == 0
            if isDue || (isOver && !isPaused) || isOutOfTime { isBest = try evaluate() }
            let isAsked = trainer.shouldStop
            try trainer.offer(
                TrainingMoment(
                    position: trainer.position, stepsPerEpoch: stepsPerEpoch, isBest: isBest, isInterrupted: isAsked))
            let isEnd = index + 1 == phaseCount && (isOver || stopping?.shouldStop == true)
            if isOutOfTime, !isEnd { return .timeBudget }
            if isAsked, !isEnd { return .interrupted }
        }
        return isCutShort ? .stepBudget : .completed
    }

    private func runStep() throws {
        let batch = try stream.next(thenFrom: trainer.order(ofPass: trainer.epoch))
        let stepInSchedule = trainer.position.stepInSchedule
        trainer.position.step += 1
        var examples = batch.validRows
        let result = try training.run(
            batch, stepInPhase: stepInSchedule, riseStep: trainer.position.stepInPhase - 1, step: trainer.step
        ) {
            let next = try stream.next()
            examples += next?.validRows ?? 0
            return next
        }
        average?.update()
        trainer.position.lossSum += result.loss * result.weight
        trainer.position.lossWeight += result.weight
        trainer.position.lossExamples += examples
        try trainer.tell(
            .step(
                StepReport(
                    step: trainer.step, epoch: trainer.epoch, phase: index, stepInPhase: trainer.position.stepInPhase,
                    loss: result.loss, gradientNorm: result.gradientNorm,
                    learningRate: training.learningRate(at: stepInSchedule), examples: examples)))
        trainer.position.countUsed(examples: examples, passLength: stream.count)
    }

    /// - Returns: whether it was the best of the run so far.
    private func evaluate() throws -> Bool {
        let (lossSum, lossWeight) = (trainer.position.lossSum, trainer.position.lossWeight)
        let lossExamples = trainer.position.lossExamples
        let lap = clock.pause(waited: stream.secondsWaited)
        defer { clock.resume(waited: stream.secondsWaited) }
        var scores = [MetricValue(name: "train_loss", value: lossSum / (lossWeight > 0 ? lossWeight : 1))]
        var validation: EvaluationResult?
        if let evaluator, let examples = trainer.validation {
            let result = try withWeights { try evaluator.evaluate(examples, as: .validation, prefix: "val_") }
            scores += [MetricValue(name: "val_loss", value: result.loss)] + result.metrics
            validation = result
        }
        let improved = try note(scores)
        try trainer.tell(
            .evaluated(
                EvaluationReport(
                    step: trainer.step, epoch: trainer.epoch, phase: phase.name, trainLoss: scores[0].value,
                    validationLoss: validation?.loss, metrics: validation?.metrics ?? [],
                    learningRate: training.learningRate(at: trainer.position.stepInSchedule - 1), improved: improved,
                    seconds: lap.seconds,
                    examplesPerSecond: Double(lossExamples) / max(lap.seconds, 1e-9), dataWaitSeconds: lap.waited,
                    peakMemoryBytes: anonymousMemoryBytes())))
        trainer.position.lossSum = 0
        trainer.position.lossWeight = 0
        trainer.position.lossExamples = 0
        // The report has the rate of the steps before; the next ones go by what they led to.
        try lowerRate(by: scores)
        return improved && trainer.isBest(stopping)
    }

    /// Lets a schedule that watches a score see it.
    private func lowerRate(by scores: [MetricValue]) throws {
        guard var plateau else { return }
        let before = plateau.state.share
        plateau.record(try scores.value(of: plateau.configuration.monitor, for: "schedule"))
        self.plateau = plateau
        training.plateauShare = plateau.state.share
        guard plateau.state.share < before else { return }
        try trainer.tell(.message(plateau.sentence(step: trainer.step)))
    }

    /// Runs `body` with the weights that count: the averaged ones, where there are.
    private func withWeights<Result>(_ body: () throws -> Result) rethrows -> Result {
        try average?.whileInUse(body) ?? body()
    }

    /// Keeps the weights where the monitored score is the best so far.
    private func note(_ scores: [MetricValue]) throws -> Bool {
        guard var stopping else { return false }
        let score = try scores.value(of: stopping.configuration.monitor, for: "early_stopping")
        let improved = stopping.record(score, step: trainer.step, epoch: trainer.epoch)
        self.stopping = stopping
        if improved, stopping.configuration.restoreBest {
            withWeights { store.saveChanging(to: &bestWeights) }
            bestOthers = [:]
            if index + 1 < phaseCount {
                let copy = bestOptimizer ?? Optimizer(phase.optimizer, layout: optimizer.layout)
                copy.carryOver(from: optimizer)
                bestOptimizer = copy
            }
        }
        return improved
    }

    /// Leaves the weights that the phase is to end with in the store: its best, or its last.
    private func settle() throws {
        average?.adopt()
        guard let stopping, stopping.configuration.restoreBest else { return }
        guard !bestWeights.isEmpty else {
            try trainer.tell(.warning("\(stopping.configuration.monitor) was never finite: the last weights are kept"))
            return
        }
        store.restoreChanging(from: bestWeights)
        store.set(bestOthers)
        if let bestOptimizer { optimizer = bestOptimizer }
    }
}
