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
}

/// Runs a model in inference mode over examples, with one plan for all of them.
package final class Evaluator {
    private let plan: Plan
    private let binding: BatchBinding
    private let batchSize: Int
    private let width: Int
    private var metrics: MetricSet
    /// Bytes of the plan.
    package var bytes: Int { plan.bytes.activations + plan.bytes.scratch + plan.bytes.constants }

    /// - Throws: `ModelError`, `LayerError`, `MetricError`.
    package init(
        _ objective: Objective, store: ParameterStore, metrics: [MetricConfiguration], batchSize: Int
    ) throws {
        let graph = try objective.evaluationGraph(batch: batchSize)
        width = graph.type(of: graph.result("predictions")!).shape.droppingFirst.count
        plan = try Plan(graph, bindings: Plan.Bindings { store[$0] })
        binding = BatchBinding(plan, inputCount: objective.inputShapes.count)
        self.metrics = try MetricSet(metrics, format: objective.predictionFormat(width: width))
        self.batchSize = batchSize
    }

    /// - Parameters:
    ///   - prefix: put before the names of metrics: `val_`.
    ///   - predictions: told the predictions of each batch, (rows, width) row-major, with the examples' indices.
    /// - Throws: what reading an example throws.
    package func evaluate(
        _ examples: ExampleSet, prefix: String = "",
        predictions visit: ((UnsafeBufferPointer<Float>, [Int]) -> Void)? = nil
    ) throws -> EvaluationResult {
        metrics.reset()
        let stream = try BatchStream(
            examples.dataset, indices: examples.indices, batchSize: batchSize, order: .sequential)
        var loss = 0.0
        var count = 0
        while let batch = try stream.next() {
            binding.point(plan, at: batch)
            plan.run(seed: 0, step: 0, validRows: batch.validRows)
            guard let losses = plan.result("losses"), let rows = plan.result("predictions") else { break }
            for row in 0..<batch.validRows { loss += Double(losses[row]) }
            metrics.add(predictions: rows, targets: batch.targets, rows: batch.validRows)
            visit?(UnsafeBufferPointer(start: rows, count: batch.validRows * width), batch.indices)
            count += batch.validRows
        }
        return EvaluationResult(
            loss: loss / Double(max(count, 1)), metrics: metrics.values(prefix: prefix),
            classReports: metrics.classReports, confusionMatrix: metrics.confusionMatrix, examples: count)
    }
}
