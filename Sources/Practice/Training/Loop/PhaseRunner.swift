import Data
import Layers
import Tensors

/// One phase: steps, evaluations, the best weights, the reason to stop.
final class PhaseRunner {
    private let trainer: Trainer
    private let phase: PhaseConfiguration
    private let index: Int
    private let phaseCount: Int
    private let resolution: PolicyResolution
    private let training: TrainingStep
    private let evaluator: Evaluator?
    private let stream: BatchStream
    private let totalSteps: Int
    private let evaluationPeriod: Int
    /// Whether the budget of steps ends the run with this phase.
    private let isCutShort: Bool
    private var stopping: EarlyStopping?
    /// What the scores have made of the rate; all that must survive a resume is its `state`.
    private var plateau: PlateauReduction?
    private var bestWeights: [Float] = []
    private var bestOptimizer: Optimizer?
    private let frozenHash: String
    private var clock = PhaseClock()
    private var lossSum = 0.0
    /// What `lossSum` is a sum over: examples, or their weights.
    private var lossWeight = 0.0
    private var lossExamples = 0

    private var store: ParameterStore { trainer.store }
    private let stepsPerEpoch: Int
    /// The optimizer as the phase leaves it; that of the best weights where those were restored.
    private(set) var optimizer: Optimizer

    init(
        _ trainer: Trainer, _ phase: PhaseConfiguration, index: Int, count: Int, after previous: Optimizer?
    ) throws {
        self.trainer = trainer
        self.phase = phase
        self.index = index
        phaseCount = count
        try phase.rates.validate()
        resolution = try PolicyResolution(rules: phase.rules, registry: trainer.registry, rates: phase.rates)
        guard !resolution.optimizedPaths.isEmpty else { throw NothingTrainsError(phase: phase.name) }
        stream = try BatchStream(
            trainer.examples(phase), indices: trainer.training.indices, batchSize: trainer.batchSize,
            order: trainer.sampling.order(seed: trainer.seed, epoch: trainer.epoch),
            mixing: trainer.mixing(phase).mixing)
        stepsPerEpoch = phase.updates(ofBatches: stream.batchesPerPass)
        let planned = phase.length.steps(perEpoch: stepsPerEpoch)
        (totalSteps, isCutShort) = trainer.budget.steps(
            of: planned, after: trainer.step, isLast: index + 1 == count)
        evaluationPeriod = max(1, phase.evaluateEvery.steps(perEpoch: stepsPerEpoch))
        trainer.store.arrange(trainable: resolution.optimizedPaths, moving: resolution.movingPaths)
        // A warm-up that was planned for the whole phase may be longer than what is left of it.
        let schedule =
            try (try? phase.schedule.resolved(totalSteps: totalSteps, stepsPerEpoch: stepsPerEpoch))
            ?? phase.schedule.resolved(totalSteps: planned, stepsPerEpoch: stepsPerEpoch)
        training = try trainer.step(phase, resolution, schedule)
        evaluator = try trainer.validation.map { _ in
            try Evaluator(
                trainer.objective, store: trainer.store, metrics: trainer.metrics, batchSize: trainer.batchSize)
        }
        optimizer = training.optimizer
        if phase.keepsOptimizerState, let previous { optimizer.carryOver(from: previous) }
        stopping = phase.earlyStopping.map { EarlyStopping($0) }
        plateau = schedule.plateau(peakRate: phase.rates.base)
        frozenHash = trainer.store.hash(of: trainer.store.frozen)
    }

    func run() throws -> PhaseResult {
        try announce()
        let firstStep = trainer.step
        let firstEpoch = trainer.epoch
        clock.start()
        let reason = try runSteps()
        try restoreBest()
        guard store.hash(of: store.frozen) == frozenHash else { throw FrozenTensorError(phase: phase.name) }
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
            steps: trainer.step - firstStep, epochs: trainer.epoch - firstEpoch, best: best,
            trainableParameters: resolution.trainableParameters, frozenParameters: resolution.frozenParameters,
            frozenHash: frozenHash, trainingSeconds: clock.trainingSeconds,
            evaluationSeconds: clock.evaluationSeconds)
    }

    private func announce() throws {
        try trainer.tell(
            .phaseStarted(
                PhaseStart(
                    name: phase.name, index: index, phases: phaseCount,
                    epochs: (totalSteps + stepsPerEpoch - 1) / stepsPerEpoch, stepsPerEpoch: stepsPerEpoch,
                    steps: totalSteps, trainableParameters: resolution.trainableParameters,
                    frozenParameters: resolution.frozenParameters, trainExamples: trainer.training.count,
                    validationExamples: trainer.validation?.count ?? 0)))
        let trained = Set(
            training.plan.graph.outputs.compactMap { output in
                if case .gradient(let path) = output.role { path } else { nil }
            })
        for slot in store.trainable where !trained.contains(slot.path) {
            try trainer.tell(.warning("\(slot.path) trains, but the loss does not depend on it"))
        }
    }

    private func runSteps() throws -> StopReason {
        for stepInPhase in 0..<totalSteps {
            if trainer.shouldStop { return .interrupted }
            try runStep(stepInPhase)
            let done = stepInPhase + 1
            if done % stepsPerEpoch == 0 { trainer.epoch += 1 }
            let isOutOfTime = trainer.budget.isOutOfTime
            guard done % evaluationPeriod == 0 || done == totalSteps || isOutOfTime else { continue }
            try evaluate(stepInPhase: stepInPhase)
            if isOutOfTime, done < totalSteps || index + 1 < phaseCount { return .timeBudget }
            if stopping?.shouldStop == true, done < totalSteps { return .earlyStopping }
        }
        return isCutShort ? .stepBudget : .completed
    }

    private func runStep(_ stepInPhase: Int) throws {
        let batch = try nextBatch()
        trainer.step += 1
        var examples = batch.validRows
        let result = try training.run(batch, stepInPhase: stepInPhase, step: trainer.step) {
            let next = try stream.next()
            examples += next?.validRows ?? 0
            return next
        }
        lossSum += result.loss * result.weight
        lossWeight += result.weight
        lossExamples += examples
        try trainer.tell(
            .step(
                StepReport(
                    step: trainer.step, epoch: trainer.epoch, phase: index, stepInPhase: stepInPhase + 1,
                    loss: result.loss, gradientNorm: result.gradientNorm,
                    learningRate: training.learningRate(at: stepInPhase), examples: examples)))
    }

    private func nextBatch() throws -> Batch {
        if let batch = try stream.next() { return batch }
        stream.restart(trainer.sampling.order(seed: trainer.seed, epoch: trainer.epoch))
        guard let batch = try stream.next() else { preconditionFailure("a pass without a batch") }
        return batch
    }

    private func evaluate(stepInPhase: Int) throws {
        let lap = clock.pause(waited: stream.secondsWaited)
        defer { clock.resume(waited: stream.secondsWaited) }
        var scores = [MetricValue(name: "train_loss", value: lossSum / (lossWeight > 0 ? lossWeight : 1))]
        var validation: EvaluationResult?
        if let evaluator, let examples = trainer.validation {
            let result = try evaluator.evaluate(examples, prefix: "val_")
            scores += [MetricValue(name: "val_loss", value: result.loss)] + result.metrics
            validation = result
        }
        let improved = try note(scores)
        try trainer.tell(
            .evaluated(
                EvaluationReport(
                    step: trainer.step, epoch: trainer.epoch, phase: phase.name, trainLoss: scores[0].value,
                    validationLoss: validation?.loss, metrics: validation?.metrics ?? [],
                    learningRate: training.learningRate(at: stepInPhase), improved: improved, seconds: lap.seconds,
                    examplesPerSecond: Double(lossExamples) / max(lap.seconds, 1e-9), dataWaitSeconds: lap.waited,
                    peakMemoryBytes: peakMemoryBytes())))
        lossSum = 0
        lossWeight = 0
        lossExamples = 0
        // The report has the rate of the steps before; the next ones go by what they led to.
        try lowerRate(by: scores)
    }

    /// Lets a schedule that watches a score see it.
    private func lowerRate(by scores: [MetricValue]) throws {
        guard var plateau else { return }
        let before = plateau.state.share
        plateau.record(try plateau.score(in: scores))
        self.plateau = plateau
        training.plateauShare = plateau.state.share
        guard plateau.state.share < before else { return }
        try trainer.tell(.message(plateau.sentence(step: trainer.step)))
    }

    /// Keeps the weights where the monitored score is the best so far.
    private func note(_ scores: [MetricValue]) throws -> Bool {
        guard var stopping else { return false }
        let improved = stopping.record(try stopping.score(in: scores), step: trainer.step, epoch: trainer.epoch)
        self.stopping = stopping
        if improved, stopping.configuration.restoreBest {
            store.saveChanging(to: &bestWeights)
            if index + 1 < phaseCount {
                let copy = bestOptimizer ?? Optimizer(phase.optimizer, layout: optimizer.layout)
                copy.carryOver(from: optimizer)
                bestOptimizer = copy
            }
        }
        return improved
    }

    private func restoreBest() throws {
        guard let stopping, stopping.configuration.restoreBest else { return }
        guard !bestWeights.isEmpty else {
            try trainer.tell(.warning("\(stopping.configuration.monitor) was never finite: the last weights are kept"))
            return
        }
        store.restoreChanging(from: bestWeights)
        if let bestOptimizer { optimizer = bestOptimizer }
    }
}

extension Trainer {
    func step(
        _ phase: PhaseConfiguration, _ resolution: PolicyResolution, _ schedule: Schedule
    ) throws -> TrainingStep {
        // The step copies the anchors it needs while it is made.
        var kept: [UnsafeMutablePointer<Float>] = []
        defer { for pointer in kept { pointer.deallocate() } }
        return try TrainingStep(
            mixing(phase).objective, phase: phase, resolution: resolution, store: store, schedule: schedule,
            batchSize: batchSize, seed: seed
        ) { path in
            guard let values = pretrainedValues(of: path) else { return nil }
            let pointer = UnsafeMutablePointer<Float>.allocate(capacity: max(values.count, 1))
            pointer.initialize(from: values, count: values.count)
            kept.append(pointer)
            return UnsafePointer(pointer)
        }
    }
}

/// A phase in which everything is frozen.
package struct NothingTrainsError: Error, CustomStringConvertible {
    package let phase: String
    package init(phase: String) { self.phase = phase }
    package var description: String {
        "phase \"\(phase)\": nothing trains, every tensor is frozen; unfreeze a layer, as in "
            + "{ \"unfreeze\": \"head.**\" }"
    }
}
