import Data
import Graph
import Kernels
import Layers
import Runtime
import Tensors

/// Everything a step of one phase needs, laid out beforehand: plan, gradients, optimizer, rates. A step allocates nothing.
final class TrainingStep {
    let plan: Plan
    let optimizer: Optimizer
    let gradients: Slab
    /// What the plan takes in place of examples; nil where nothing is the same in every epoch, or not worth it.
    let features: FrozenFeatures?
    /// Where it would be cut if examples were the same again, or why it is not.
    let cut: Result<GraphCut, GraphCut.Obstacle>
    /// Gathers the gradients of several batches; nil where every batch is an update.
    let accumulation: GradientAccumulation?
    /// What a plateau has left of the rate.
    var plateauShare = 1.0
    private let store: ParameterStore
    private let binding: BatchBinding
    private let policies: [TensorPolicy]
    private let pull: PretrainedPull
    private let schedule: Schedule
    private let clipping: GradientClipping
    private let seed: UInt64
    private let loss: UnsafePointer<Float>
    /// The sum of the examples' weights, where classes have any.
    private let weight: UnsafePointer<Float>?
    private let baseRate: Double
    private var rates: [Float]
    private let decays: [Float]
    /// Steps of each tensor's own warm-up, 0 for most.
    private let rises: [Int]
    private let constraints: [(values: UnsafeMutablePointer<Float>, shape: Shape, constraint: Constraint)]

    init(
        _ objective: Objective, phase: PhaseConfiguration, resolution: PolicyResolution, store: ParameterStore,
        schedule: Schedule, length: (steps: Int, perEpoch: Int), batchSize: Int, seed: UInt64,
        features kept: FeatureStore?, pretrained: (ParameterPath) -> UnsafePointer<Float>?
    ) throws {
        self.store = store
        self.schedule = schedule
        self.seed = seed
        clipping = phase.clipping
        baseRate = phase.rates.base
        let slots = store.trainable
        let layout = slots.map { TensorSlot($0) }
        gradients = Slab(count: store.trainableExtent)
        let graph = try PhaseGraph(objective, resolution, store: store, batchSize: batchSize)
        let features = try kept.flatMap { try graph.features(objective, store: store, kept: $0, phase) }
        cut = graph.cut
        self.features = features
        let places = Dictionary(uniqueKeysWithValues: slots.map { ($0.path, $0.offset) })
        let base = gradients.pointer
        let changing = features.map { $0.cut.suffix()! } ?? graph.whole
        plan = try Plan(
            changing, bindings: Plan.Bindings(parameter: { store[$0] }, gradient: { base + places[$0]! }),
            constants: Set(store.frozen.map(\.path)), precision: phase.precision)
        accumulation =
            phase.accumulate > 1 ? GradientAccumulation(count: store.trainableExtent, batches: phase.accumulate) : nil
        binding = BatchBinding(plan, inputCount: objective.inputShapes.count)
        features?.feed(plan)
        loss = plan.result("loss")!
        weight = plan.result("weight")
        policies = resolution.policies(for: slots)
        optimizer = Optimizer(phase.optimizer, layout: layout)
        pull = PretrainedPull(layout: layout, strengths: policies.map { Float($0.l2sp) }, pretrained: pretrained)
        rates = policies.map { _ in 0 }
        decays = policies.map { Float($0.weightDecay) }
        rises = policies.map { $0.warmup.resolved(stepsPerEpoch: length.perEpoch, totalSteps: length.steps) }
        constraints = slots.compactMap { slot in
            let spec = store.specs[slot.path]!
            return spec.constraint.map { (store[spec.path], spec.shape, $0) }
        }
    }

    /// The schedule's rate at a step of its own, from 0, before any tensor's multiplier.
    func learningRate(at stepInPhase: Int) -> Double { baseRate * share(at: stepInPhase) }

    private func share(at stepInPhase: Int) -> Double { plateauShare * schedule.multiplier(step: stepInPhase) }

    /// What an update did.
    struct Outcome {
        /// Of the update's batches together.
        let loss: Double
        /// The 2-norm of the gradient before clipping.
        let gradientNorm: Double
        /// Examples, or the sum of their weights where classes have any: what the loss is a mean over.
        let weight: Double
    }

    /// One update by one batch.
    /// - Parameters:
    ///   - stepInPhase: of the schedule, from 0; phases that continue one another share one.
    ///   - riseStep: of the phase itself, from 0: what a tensor's own warm-up counts.
    ///   - step: of the whole run, from 1.
    /// - Throws: `NonFiniteError` that names what first went bad; the weights are then as they were.
    func run(_ batch: Batch, stepInPhase: Int, riseStep: Int, step: Int) throws -> Outcome {
        guard accumulation == nil else {
            return try run(batch, stepInPhase: stepInPhase, riseStep: riseStep, step: step) { nil }
        }
        return try update(
            gather(batch, stepInPhase: stepInPhase, step: step), stepInPhase: stepInPhase, riseStep: riseStep)
    }

    /// One update by several batches, as if they were one; the first is there, the others come from `next` while it gives
    /// any. The moving statistics move with every batch.
    /// - Throws: as `run`; what `next` throws.
    func run(
        _ first: Batch, stepInPhase: Int, riseStep: Int, step: Int, next: () throws -> Batch?
    ) throws -> Outcome {
        guard let accumulation else {
            return try run(first, stepInPhase: stepInPhase, riseStep: riseStep, step: step)
        }
        accumulation.reset()
        var batch: Batch? = first
        while let current = batch {
            accumulation.add(gradients.pointer, try gather(current, stepInPhase: stepInPhase, step: step))
            if accumulation.isFull { break }
            plan.applyUpdates()
            batch = try next()
        }
        return try update(accumulation.outcome, stepInPhase: stepInPhase, riseStep: riseStep)
    }

    /// Forward and backward alone: what came of it is where `gradients` is.
    /// - Throws: `NonFiniteError`.
    func differentiate(_ batch: Batch, step: Int) throws { _ = try gather(batch, stepInPhase: 0, step: step) }

    /// Forward and backward.
    private func gather(_ batch: Batch, stepInPhase: Int, step: Int) throws -> Outcome {
        try features?.complete(batch, .training)
        binding.point(plan, at: batch)
        // Every batch has masks of its own; without accumulation their number is the step.
        let pass = accumulation.map { (step - 1) * $0.batches + $0.gathered + 1 } ?? step
        plan.run(seed: seed, step: UInt64(pass), validRows: batch.validRows)
        let value = Double(loss.pointee)
        let norm = Reduce.sumOfSquares(gradients.pointer, count: store.trainableExtent).squareRoot()
        guard value.isFinite, norm.isFinite else { throw try culprit(batch, step: step, stepInPhase: stepInPhase) }
        return Outcome(
            loss: value, gradientNorm: norm, weight: weight.map { Double($0.pointee) } ?? Double(batch.validRows))
    }

    private func update(_ outcome: Outcome, stepInPhase: Int, riseStep: Int) throws -> Outcome {
        let share = share(at: stepInPhase)
        for index in rates.indices {
            let rise = Schedule.rise(step: riseStep, of: rises[index])
            rates[index] = Float(policies[index].peakRate * share * rise)
        }
        if !pull.isEmpty { pull.apply(to: store.base, rates: rates) }
        optimizer.step(
            weights: store.base, gradients: accumulation?.gradients ?? UnsafePointer(gradients.pointer), rates: rates,
            decays: decays,
            gradientScale: clipping.scale(norm: outcome.gradientNorm) * (accumulation?.scale ?? 1))
        for (values, shape, constraint) in constraints { constraint.apply(to: values, shape: shape) }
        plan.applyUpdates()
        return outcome
    }

    private func culprit(_ batch: Batch, step: Int, stepInPhase: Int) throws -> NonFiniteError {
        let rate = learningRate(at: stepInPhase)
        if let bad = NonFiniteError.first(
            .weight, in: store.base, layout: store.trainable.map { TensorSlot($0) }, step: step, learningRate: rate)
        {
            return bad
        }
        let found = try features?.firstNonFinite(batch) ?? plan.firstNonFinite()
        let kind: NonFiniteError.Kind =
            found.map { $0.node.isBackward ? .gradient : $0.node.scope == "loss" ? .loss : .activation } ?? .loss
        return NonFiniteError(
            kind: kind, name: found?.node.scope.description ?? "loss", step: step,
            value: Double(found?.value ?? loss.pointee), learningRate: rate)
    }
}
