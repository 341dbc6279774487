import Data
import Graph
import Layers
import Runtime
import Tensors
import TestSupport
import Testing

@testable import Training

@Suite struct ClassWeightsTests {
    struct File: Decodable {
        struct Case: Decodable, CustomTestStringConvertible {
            let smoothing: Float
            let logits: [Float], targets: [Float], weights: [Float]
            let loss: Double
            let gradient: [Float]
            var testDescription: String { "label smoothing \(smoothing)" }
        }
        let weighted: [Case]
    }

    static let file = try! Fixtures.read(File.self, "examples-torch.json")

    /// The weighted mean over six rows, of which the first `valid` count, and its gradient.
    private func mean(_ recorded: File.Case, _ loss: Loss, target: [Float], shape: Shape) throws -> (Float, [Float]) {
        let g = GraphBuilder()
        let logits = g.parameter("logits", [6, 4])
        let losses = try loss.weighted(logits, target: g.input("target", shape), in: g)
        let total = g.divide(g.sumAll(losses.losses), g.sumAll(try #require(losses.weights)))
        let gradient = try #require(g.gradients(of: total, withRespectTo: [logits])[0])
        let graph = g.build(outputs: [GraphOutput(.result("loss"), total), GraphOutput(.result("gradient"), gradient)])
        let interpreter = GraphInterpreter(
            inputs: ["target": target.map(Double.init)], parameters: ["logits": recorded.logits.map(Double.init)])
        let run = interpreter.run(graph)
        return (
            Float(try #require(run.result("loss"))[0]), try #require(run.result("gradient")).map { Float($0) }
        )
    }

    @Test(arguments: file.weighted) func aWeightedCrossEntropyEqualsPyTorchs(_ recorded: File.Case) throws {
        let oneHot = recorded.targets.flatMap { right in (0..<4).map { Float($0) == right ? Float(1) : 0 } }
        let cases: [(Loss.Kind, [Float], Shape)] = [
            (.sparseCategoricalCrossEntropy, recorded.targets, [6]), (.categoricalCrossEntropy, oneHot, [6, 4]),
        ]
        for (kind, target, shape) in cases {
            let loss = Loss(
                kind, labelSmoothing: recorded.smoothing, fromLogits: true, classWeights: recorded.weights)
            let (value, gradient) = try mean(recorded, loss, target: target, shape: shape)
            #expect(abs(Double(value) / recorded.loss - 1) < 1e-6, "\(kind): \(value), PyTorch has \(recorded.loss)")
            for (found, expected) in zip(gradient, recorded.gradient) { #expect(abs(found - expected) < 1e-6) }
        }
    }

    @Test func balancedWeightsCountClassesAlike() throws {
        var rows = TableTraining.rows(20)
        rows = TableTraining.Rows(
            inputs: rows.inputs, width: 5, labels: (0..<20).map { $0 < 12 ? 0 : $0 < 18 ? 1 : 2 },
            names: ["x", "y", "7"])
        let training = try TableTraining(rows, batchSize: 4)
        let shapes: [Shape] = [[3]]
        let objective = training.objective
        let all = try objective.weighting(["": .balanced], examples: ExampleSet(rows), outputShapes: shapes)
        let weights = try #require(all.parts[0].loss.classWeights)
        for (found, expected) in zip(weights, [20.0 / 36, 20.0 / 18, 20.0 / 6]) {
            #expect(abs(Double(found) - expected) < 1e-6)
        }
        // Of the examples of a split only.
        let some = try objective.weighting(
            ["": .balanced], examples: ExampleSet(rows, indices: [0, 1, 12]), outputShapes: shapes)
        #expect(some.parts[0].loss.classWeights == [0.75, 1.5, 1])
        let given = try objective.weighting(
            ["": .given(["7": 4, "0": 0.5])], examples: ExampleSet(rows), outputShapes: shapes)
        #expect(given.parts[0].loss.classWeights == [0.5, 1, 4])
        #expect(throws: ClassWeightsError.self) {
            try objective.weighting(["": .given(["z": 4])], examples: ExampleSet(rows), outputShapes: shapes)
        }
        #expect(throws: ClassWeightsError.self) {
            try objective.weighting(["": .given(["3": 4])], examples: ExampleSet(rows), outputShapes: shapes)
        }
    }

    @Test func trainingAndValidationLossAreMeansByWeight() throws {
        let rows = TableTraining.rows(30)
        let weights: [Float] = [0.2, 5, 1]
        let training = try TableTraining(rows, batchSize: 8, classWeights: weights, validation: rows)
        // Nothing moves: the training loss is the validation loss, over the same examples.
        _ = try training.trainer.run([TableTraining.phase(.epochs(1), [.learningRate: 0, .momentum: 0])])
        let report = try #require(training.record.evaluations.first)
        #expect(abs(report.trainLoss / (report.validationLoss ?? 0) - 1) < 1e-6)
        let plain = try TableTraining(rows, batchSize: 8, validation: rows)
        _ = try plain.trainer.run([TableTraining.phase(.epochs(1), [.learningRate: 0, .momentum: 0])])
        #expect(abs((plain.record.evaluations[0].validationLoss ?? 0) / (report.validationLoss ?? 1) - 1) > 1e-3)
    }

    @Test func aBatchOfClassesThatCountNothingMovesNothing() throws {
        let rows = TableTraining.Rows(inputs: TableTraining.rows(8).inputs, width: 5, labels: [0, 0, 0, 0, 1, 1, 1, 1])
        let training = try TableTraining(rows, batchSize: 4, classWeights: [0, 1, 1])
        let before = training.weights
        _ = try training.trainer.run([TableTraining.phase(.steps(1))])
        #expect(training.weights == before)
        #expect(training.record.steps[0].loss == 0)
    }

    @Test func regressionsHaveNoClasses() throws {
        let g = GraphBuilder()
        let output = g.input("y", [2, 1])
        #expect(throws: ModelError.self) {
            try Loss(.meanSquaredError, classWeights: [1]).weighted(output, target: g.input("t", [2, 1]), in: g)
        }
        #expect(throws: ModelError.self) {
            try Loss(.binaryCrossEntropy, fromLogits: true, classWeights: [1, 2]).weighted(
                g.input("z", [2, 3]), target: g.input("u", [2, 3]), in: g)
        }
    }
}
