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
    private let store: ParameterStore
    private let binding: BatchBinding
    private let policies: [TensorPolicy]
    private let pull: PretrainedPull
    private let schedule: Schedule
    private let clipping: GradientClipping
    private let seed: UInt64
    private let loss: UnsafePointer<Float>
    private let baseRate: Double
    private var rates: [Float]
    private let decays: [Float]
    /// Steps of each tensor's own warm-up, 0 for most.
    private let rises: [Int]
    private let constraints: [(path: ParameterPath, shape: Shape, constraint: Constraint)]

    init(
        _ objective: Objective, phase: PhaseConfiguration, resolution: PolicyResolution, store: ParameterStore,
        schedule: Schedule, length: (steps: Int, perEpoch: Int), batchSize: Int, seed: UInt64,
        pretrained: (ParameterPath) -> UnsafePointer<Float>?
    ) throws {
        self.store = store
        self.schedule = schedule
        self.seed = seed
        clipping = phase.clipping
        baseRate = phase.rates.base
        let slots = store.trainable
        let layout = slots.map { TensorSlot($0) }
        gradients = Slab(count: store.trainableExtent)
        let graph = try objective.trainingGraph(
            batch: batchSize, trainable: slots.map(\.path),
            batchNormModes: Dictionary(uniqueKeysWithValues: resolution.batchNormModes.map { ($0.key, $0.value) }))
        let places = Dictionary(uniqueKeysWithValues: slots.map { ($0.path, $0.offset) })
        let base = gradients.pointer
        plan = try Plan(
            graph, bindings: Plan.Bindings(parameter: { store[$0] }, gradient: { base + places[$0]! }),
            constants: Set(store.frozen.map(\.path)))
        binding = BatchBinding(plan, inputCount: objective.inputShapes.count)
        loss = plan.result("loss")!
        policies = resolution.policies(for: slots)
        optimizer = Optimizer(phase.optimizer, layout: layout)
        pull = PretrainedPull(layout: layout, strengths: policies.map { Float($0.l2sp) }, pretrained: pretrained)
        rates = policies.map { _ in 0 }
        decays = policies.map { Float($0.weightDecay) }
        rises = policies.map { $0.warmup.resolved(stepsPerEpoch: length.perEpoch, totalSteps: length.steps) }
        constraints = slots.compactMap { slot in
            let spec = store.specs[slot.path]!
            return spec.constraint.map { (spec.path, spec.shape, $0) }
        }
    }

    /// The schedule's rate at a step of its own, from 0, before any tensor's multiplier.
    func learningRate(at stepInPhase: Int) -> Double { baseRate * schedule.multiplier(step: stepInPhase) }

    /// One update.
    /// - Parameters:
    ///   - stepInPhase: of the schedule, from 0; phases that continue one another share one.
    ///   - riseStep: of the phase itself, from 0: what a tensor's own warm-up counts.
    ///   - step: of the whole run, from 1.
    /// - Returns: the batch's loss and the 2-norm of its gradient before clipping.
    /// - Throws: `NonFiniteError` that names what first went bad; the weights are then as they were.
    func run(
        _ batch: Batch, stepInPhase: Int, riseStep: Int, step: Int
    ) throws -> (loss: Double, gradientNorm: Double) {
        binding.point(plan, at: batch)
        plan.run(seed: seed, step: UInt64(step), validRows: batch.validRows)
        let value = Double(loss.pointee)
        let norm = Reduce.sumOfSquares(gradients.pointer, count: store.trainableExtent).squareRoot()
        guard value.isFinite, norm.isFinite else { throw culprit(step: step, stepInPhase: stepInPhase) }
        let share = schedule.multiplier(step: stepInPhase)
        for index in rates.indices {
            let rise = Schedule.rise(step: riseStep, of: rises[index])
            rates[index] = Float(policies[index].peakRate * share * rise)
        }
        if !pull.isEmpty { pull.apply(to: store.base, rates: rates) }
        optimizer.step(
            weights: store.base, gradients: gradients.pointer, rates: rates, decays: decays,
            gradientScale: clipping.scale(norm: norm))
        for (path, shape, constraint) in constraints { constraint.apply(to: store[path], shape: shape) }
        plan.applyUpdates()
        return (value, norm)
    }

    private func culprit(step: Int, stepInPhase: Int) -> NonFiniteError {
        let rate = learningRate(at: stepInPhase)
        if let bad = NonFiniteError.first(
            .weight, in: store.base, layout: store.trainable.map { TensorSlot($0) }, step: step, learningRate: rate)
        {
            return bad
        }
        let found = plan.firstNonFinite()
        let kind: NonFiniteError.Kind =
            found.map { $0.node.isBackward ? .gradient : $0.node.scope == "loss" ? .loss : .activation } ?? .loss
        return NonFiniteError(
            kind: kind, name: found?.node.scope.description ?? "loss", step: step,
            value: Double(found?.value ?? loss.pointee), learningRate: rate)
    }
}
