import Layers
import Tensors
import Testing

@testable import Training

/// What an evaluation keeps of each example.
@Suite struct KeptPredictionsTests {
    @Test func everyExampleOnceInOrder() throws {
        let training = try SmallTraining()
        let evaluator = try Evaluator(
            training.trainer.objective, store: training.store, metrics: OutputMetrics([]), batchSize: 8)
        let validation = try #require(training.trainer.validation)
        let found = try evaluator.evaluate(validation, keepingAtMost: 1000)
        let kept = try #require(found.predictions)
        #expect(kept.indices == Array(0..<20))
        let output = try #require(kept.outputs.first)
        #expect(kept.outputs.count == 1 && output.name == "output" && !output.areClasses)
        #expect(output.shape == [1] && output.targetShape == [1])
        let targets = try (0..<20).map { try validation.dataset.example($0).target[0] }
        #expect(output.targets == targets)
        let squares = zip(output.predictions, targets).map { Double(($0 - $1) * ($0 - $1)) }
        #expect(abs(squares.reduce(0, +) / 20 - found.loss) < 1e-6)
    }

    /// Twenty examples of an index, a prediction and a target: 240 bytes.
    @Test func noMoreThanTheLimit() throws {
        let training = try SmallTraining()
        let evaluator = try Evaluator(
            training.trainer.objective, store: training.store, metrics: OutputMetrics([]), batchSize: 8)
        let validation = try #require(training.trainer.validation)
        #expect(try evaluator.evaluate(validation).predictions == nil)
        #expect(try evaluator.evaluate(validation, keepingAtMost: 239).predictions == nil)
        #expect(try evaluator.evaluate(validation, keepingAtMost: 240).predictions?.indices.count == 20)
    }
}
