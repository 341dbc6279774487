import Graph
import Runtime
import Tensors

/// Where the time of a phase's steps goes. Seconds are means over the steps, or over the batches of an evaluation, that were
/// measured.
package struct TrainingProfile: Sendable {
    /// One operation of the step's plan, or of the evaluation's.
    package struct Item: Sendable {
        /// Path of the layer that asked for it; `loss` for the loss.
        package let layer: ParameterPath
        /// The operation's short name.
        package let operation: String
        package let isBackward: Bool
        package let bound: OperationBound
        /// Of what it multiplies.
        package let precision: Precision
        package let seconds: Double
        package let flops: Int
        /// What it moves at least.
        package let bytes: Int
    }

    /// The evaluation of some of the validation data.
    package struct Evaluation: Sendable {
        /// Examples that were measured, and examples that a whole evaluation goes through.
        package let examples: Int
        package let allExamples: Int
        /// Of all the examples measured: everything, and waiting for data.
        package let seconds: Double
        package let waiting: Double
        package let items: [Item]
        /// Of a whole evaluation, by the share of examples that was measured.
        package var allSeconds: Double { seconds * Double(allExamples) / Double(max(examples, 1)) }
    }

    package let phase: String
    package let precision: Precision
    /// Steps measured, and steps before them that were not: what is packed once, and first touches of memory.
    package let steps: Int
    package let warmUp: Int
    package let batchSize: Int
    /// Batches of an update.
    package let batchesPerStep: Int
    package let stepsPerEpoch: Int
    package let items: [Item]
    /// A whole step, from one update to the next.
    package let seconds: Double
    /// The shortest and the longest step.
    package let range: ClosedRange<Double>
    /// Waiting for batches that the other thread makes ready.
    package let waiting: Double
    /// What is neither waiting nor the plan: the gradients' norm, the optimizer, constraints, averages.
    package let update: Double
    /// What an update moves at least: the norm reads the gradients, the optimizer reads weights, gradients and slots and
    /// writes weights and slots.
    package let updateBytes: Int
    /// Nil where there is no validation data.
    package let evaluation: Evaluation?
    /// Seconds that copying and coding a snapshot took, without the disk.
    package let snapshot: Double

    package func seconds(backward: Bool) -> Double { total(backward) { $0.seconds } }

    private func total(_ isBackward: Bool, _ value: (Item) -> Double) -> Double {
        items.reduce(0) { $0 + ($1.isBackward == isBackward ? value($1) : 0) }
    }
}

extension Trainer {
    /// Measures some steps of one phase on a fork: afterwards weights and position are what they were, and nobody is told of
    /// the steps. What frozen layers give is computed in every step, as in a first epoch.
    /// - Parameters:
    ///   - index: of the phase.
    ///   - steps: how many are measured; one at least.
    ///   - code: what a keeper does with a state before it writes it; the state is lent.
    /// - Throws: as `run`.
    package func profile(
        _ phases: [PhaseConfiguration], at index: Int, steps: Int, warmUp: Int = 3,
        code: (TrainingState) throws -> Void
    ) throws -> TrainingProfile {
        let phase = phases[index]
        let before = state
        defer { restore(before, phases) }
        advance(to: index)
        rememberAnchors(phases)
        let resolution = try arrange(phase)
        let perEpoch = phase.updates(ofBatches: batchesPerPass)
        keepPictures(phase, stepsPerEpoch: perEpoch, unless: false)
        let schedule = try phase.schedule.resolved(
            totalSteps: phases.scheduleSteps(at: index, perEpoch: perEpoch), stepsPerEpoch: perEpoch)
        let training = try step(phase, resolution, schedule, keepsFeatures: false)
        let source = try EndlessBatches(self, phase, training.features)
        let average = phase.averageDecay.map { WeightAverage(of: store, decay: $0) }
        let timing = PlanTiming(training.plan)
        training.plan.timing = timing
        let clock = try StepClock(training, average, source, timing, warmUp: warmUp, steps: steps, from: step)
        let coding = try duration {
            var lent = state(.lent)
            lent.memory = PhaseMemory(
                optimizer: training.optimizer.state(.lent), average: average?.byPath(.lent),
                frozenHash: store.hash(of: store.frozen))
            try code(lent)
        }
        return TrainingProfile(
            phase: phase.name, precision: phase.precision, steps: steps, warmUp: warmUp, batchSize: batchSize,
            batchesPerStep: phase.accumulate,
            stepsPerEpoch: perEpoch, items: training.plan.items(timing, runs: steps), seconds: clock.seconds,
            range: clock.shortest...clock.longest, waiting: clock.waiting,
            update: max(0, clock.seconds - clock.waiting - timing.seconds.reduce(0, +) / Double(steps)),
            updateBytes: updateBytes(training), evaluation: try profileEvaluation(batches: steps, phase.precision),
            snapshot: coding)
    }

    private func updateBytes(_ training: TrainingStep) -> Int {
        let gradients = training.gradients.count * MemoryLayout<Float>.stride
        return 4 * gradients + 2 * training.optimizer.slotBytes
    }

    /// An evaluation of so many batches of the validation data; nil where there is none.
    private func profileEvaluation(batches: Int, _ precision: Precision) throws -> TrainingProfile.Evaluation? {
        guard let validation else { return nil }
        let all = validation.indices ?? Array(0..<validation.dataset.count)
        let evaluator = try Evaluator(
            objective, store: store, metrics: metrics, batchSize: batchSize, precision: precision)
        func measure(_ count: Int) throws -> (seconds: Double, waited: Double) {
            let examples = ExampleSet(validation.dataset, indices: Array(all.prefix(count)))
            var waited = 0.0
            let seconds = try duration { waited = try evaluator.evaluate(examples).secondsWaited }
            return (seconds, waited)
        }
        _ = try measure(batchSize)
        let timing = evaluator.beginTiming()
        let count = min(all.count, batches * batchSize)
        let (seconds, waited) = try measure(count)
        return TrainingProfile.Evaluation(
            examples: count, allExamples: all.count, seconds: seconds, waiting: waited,
            items: evaluator.items(timing))
    }

    private func duration(_ body: () throws -> Void) rethrows -> Double {
        let began = monotonicSeconds()
        try body()
        return monotonicSeconds() - began
    }
}

extension Plan {
    /// What was measured, an item for each node that computes something.
    /// - Parameter runs: what the seconds are divided by.
    func items(_ timing: PlanTiming, runs: Int) -> [TrainingProfile.Item] {
        zip(graph.nodes, timing.seconds).compactMap { node, seconds in
            guard !node.op.isSource, !node.op.isView else { return nil }
            let isReduced = node.inputs.first.map { graph.type(of: $0).dataType == .bfloat16 } ?? false
            return TrainingProfile.Item(
                layer: node.scope, operation: node.op.name + (isReduced ? " (bfloat16)" : ""),
                isBackward: node.isBackward, bound: node.op.bound, precision: isReduced ? .bfloat16 : .float32,
                seconds: seconds / Double(max(runs, 1)), flops: graph.flops(of: node), bytes: graph.bytes(of: node))
        }
    }
}
