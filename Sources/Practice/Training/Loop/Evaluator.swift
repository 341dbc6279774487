import Data
import Layers
import Runtime
import Tensors

/// What an evaluation found. Every example counted once.
package struct EvaluationResult: Sendable {
    /// The mean loss, without penalties.
    package let loss: Double
    package let metrics: [MetricValue]
    package let classReports: [ClassReport]
    package let confusionMatrix: ConfusionMatrix?
    package let examples: Int
    /// Seconds spent waiting for data.
    package let secondsWaited: Double
    /// Of every example, where they were asked for and are not too many.
    package var predictions: KeptPredictions?
}

/// Runs a model in inference mode over examples, with one plan for all of them.
package final class Evaluator {
    /// What is measured of one output.
    private struct Output {
        let name: String
        /// Numbers of one example.
        let width: Int
        /// Rows of `metrics` in one example.
        let rows: Int
        /// Where its targets begin in those of an example, and how many they are.
        let targetOffset: Int
        let targetCount: Int
        var metrics: MetricSet
        /// How much its loss counts.
        let share: Double
        /// The sum of its loss so far, and that of the examples' weights where classes have any.
        var loss = 0.0
        var weight = 0.0
        var targets: [Float] = []
        var mean: Double { weight > 0 ? loss / weight : loss }
    }

    private let plan: Plan
    private let binding: BatchBinding
    private let batchSize: Int
    /// What the plan takes in place of examples; nil where it takes those.
    private let features: FrozenFeatures?
    private var outputs: [Output]
    /// Without any example.
    private let noPredictions: KeptPredictions
    /// Bytes of the plan.
    package var bytes: Int { plan.bytes.activations + plan.bytes.scratch + plan.bytes.constants }

    /// - Throws: `ModelError`, `LayerError`, `MetricError`, `OutputMetricError`.
    package convenience init(
        _ objective: Objective, store: ParameterStore, metrics: OutputMetrics, batchSize: Int,
        precision: Precision = .float32
    ) throws {
        try self.init(
            objective, store: store, metrics: metrics, batchSize: batchSize, features: nil, precision: precision)
    }

    /// - Parameters:
    ///   - features: taken in place of examples where the evaluation computes the same from them.
    ///   - precision: that of the steps.
    init(
        _ objective: Objective, store: ParameterStore, metrics: OutputMetrics, batchSize: Int,
        features: FrozenFeatures?, precision: Precision
    ) throws {
        let graph = try objective.evaluationGraph(batch: batchSize)
        let shapes = objective.parts.indices.map {
            graph.type(of: graph.result(Objective.predictions($0))!).shape.droppingFirst
        }
        let suffix = features?.cut.suffix(of: graph)
        self.features = suffix == nil ? nil : features
        plan = try Plan(suffix ?? graph, bindings: Plan.Bindings { store[$0] }, precision: precision)
        binding = BatchBinding(plan, inputCount: objective.inputShapes.count)
        features?.feed(plan)
        var offset = 0
        let sets = try objective.metricSets(metrics, outputShapes: shapes)
        outputs = zip(objective.parts, zip(shapes, sets)).map { part, rest in
            let (shape, set) = rest
            let count = part.loss.targetShape(output: shape.batched(1)).count
            defer { offset += count }
            return Output(
                name: part.name, width: shape.count, rows: shape.count / set.format.width, targetOffset: offset,
                targetCount: count, metrics: set, share: Double(part.weight))
        }
        noPredictions = objective.noPredictions(shapes)
        self.batchSize = batchSize
    }

    /// - Parameters:
    ///   - use: what the examples are wanted for, where features of them may be kept.
    ///   - prefix: put before the names of metrics: `val_`.
    ///   - limit: the bytes that predictions of all examples may take to be kept; 0 keeps none.
    /// - Throws: what reading an example throws.
    package func evaluate(
        _ examples: ExampleSet, as use: ExampleUse = .test, prefix: String = "",
        keepingAtMost limit: Int = 0
    ) throws -> EvaluationResult {
        for index in outputs.indices {
            outputs[index].metrics.reset()
            outputs[index].loss = 0
            outputs[index].weight = 0
        }
        let stream = try BatchStream(
            features?.open(use, examples).dataset ?? examples.dataset, indices: examples.indices, batchSize: batchSize,
            order: .sequential)
        var loss = 0.0
        var count = 0
        var kept = noPredictions.bytes(examples: examples.count) <= limit ? noPredictions : nil
        while let batch = try stream.next() {
            try features?.complete(batch, use)
            binding.point(plan, at: batch)
            plan.run(seed: 0, step: 0, validRows: batch.validRows)
            guard let losses = plan.result("losses") else { break }
            for row in 0..<batch.validRows { loss += Double(losses[row]) }
            for index in outputs.indices { measure(index, batch) }
            kept?.add(batch, outputs.indices.map { plan.result(Objective.predictions($0)) })
            count += batch.validRows
        }
        let only = outputs.count == 1 ? outputs[0].metrics : nil
        for index in outputs.indices where plan.result("weights\(index)") == nil {
            outputs[index].weight = Double(max(count, 1))
        }
        let isWeighted = outputs.indices.contains { plan.result("weights\($0)") != nil }
        // The parts' own means, where they were divided by weights of their own.
        let mean =
            if !isWeighted { loss / Double(max(count, 1)) } else if outputs.count == 1 { outputs[0].mean } else {
                outputs.reduce(0) { $0 + $1.share * $1.mean }
            }
        return EvaluationResult(
            loss: mean, metrics: values(prefix),
            classReports: only?.classReports ?? [], confusionMatrix: only?.confusionMatrix, examples: count,
            secondsWaited: stream.secondsWaited, predictions: kept)
    }

    /// Notes from now on what each operation takes.
    func beginTiming() -> PlanTiming {
        let timing = PlanTiming(plan)
        plan.timing = timing
        return timing
    }

    /// What was noted, of a batch.
    func items(_ timing: PlanTiming) -> [TrainingProfile.Item] { plan.items(timing, runs: timing.runs) }

    private func measure(_ index: Int, _ batch: Batch) {
        guard let predictions = plan.result(Objective.predictions(index)) else { return }
        if let losses = plan.result(outputs.count > 1 ? "losses\(index)" : "losses") {
            for row in 0..<batch.validRows { outputs[index].loss += Double(losses[row]) }
        }
        if let weights = plan.result("weights\(index)") {
            for row in 0..<batch.validRows { outputs[index].weight += Double(weights[row]) }
        }
        let rows = batch.validRows * outputs[index].rows
        guard outputs.count > 1 else {
            return outputs[index].metrics.add(predictions: predictions, targets: batch.targets, rows: rows)
        }
        let (offset, count) = (outputs[index].targetOffset, outputs[index].targetCount)
        var targets = outputs[index].targets
        targets.removeAll(keepingCapacity: true)
        for row in 0..<batch.validRows {
            let start = batch.targets + row * batch.targetCount + offset
            targets.append(contentsOf: UnsafeBufferPointer(start: start, count: count))
        }
        targets.withUnsafeBufferPointer { buffer in
            guard let start = buffer.baseAddress else { return }
            outputs[index].metrics.add(predictions: predictions, targets: start, rows: rows)
        }
        outputs[index].targets = targets
    }

    private func values(_ prefix: String) -> [MetricValue] {
        if outputs.count == 1 { return outputs[0].metrics.values(prefix: prefix) }
        return outputs.flatMap { output in
            [MetricValue(name: "\(prefix)\(output.name)_loss", value: output.mean)]
                + output.metrics.values(prefix: "\(prefix)\(output.name)_")
        }
    }
}
