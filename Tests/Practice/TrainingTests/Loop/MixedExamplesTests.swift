import Data
import Layers
import Tensors
import Testing

@testable import Training

@Suite struct MixedExamplesTests {
    @Test func classIndicesBecomeDistributions() throws {
        let training = try TableTraining(TableTraining.rows(8), batchSize: 4, classWeights: [1, 2, 3])
        let (objective, blocks) = training.objective.mixed(outputShapes: [[3]])
        #expect(blocks == [BatchMixing.Block(count: 1, classes: 3)])
        #expect(objective.target == .values([3]))
        #expect(objective.parts[0].loss == Loss(.categoricalCrossEntropy, classWeights: [1, 2, 3]))
    }

    /// A share of nearly 1 or 0 mixes nearly nothing: the losses of a pass are those without mixing, exchanged or not.
    @Test func aTinyAlphaChangesNextToNothing() throws {
        let rows = TableTraining.rows(40)
        func loss(_ mixup: Double?) throws -> Double {
            let training = try TableTraining(rows, batchSize: 8, classWeights: [1, 2, 3])
            var phase = try TableTraining.phase(.epochs(1), [.learningRate: 0, .momentum: 0])
            phase.mixup = mixup
            _ = try training.trainer.run([phase])
            return training.record.evaluations[0].trainLoss
        }
        let plain = try loss(nil)
        #expect(abs(try loss(1e-4) / plain - 1) < 1e-5)
        #expect(abs(try loss(4) / plain - 1) > 1e-3)
    }

    @Test func mixingIsTheSameInEveryRunAndLearns() throws {
        let rows = TableTraining.rows(64)
        func run() throws -> (weights: [ParameterPath: [Float]], losses: [Double]) {
            let training = try TableTraining(rows, batchSize: 8, validation: rows, sampling: .shuffle)
            var phase = try TableTraining.phase(.epochs(12), accumulate: 2)
            phase.mixup = 0.3
            _ = try training.trainer.run([phase])
            return (training.weights, training.record.evaluations.compactMap(\.validationLoss))
        }
        let (first, second) = (try run(), try run())
        #expect(first.weights == second.weights)
        #expect(first.losses.last! < first.losses[0])
    }

    @Test func cutMixNeedsPictures() throws {
        let training = try TableTraining(TableTraining.rows(8), batchSize: 4)
        var phase = try TableTraining.phase(.epochs(1))
        phase.cutmix = 1
        #expect(throws: CutMixError.self) { try training.trainer.run([phase]) }
    }

    @Test func balancedSamplingShowsClassesAlike() throws {
        let labels = (0..<30).map { $0 < 24 ? 0 : $0 < 28 ? 1 : 2 }
        let rows = TableTraining.Rows(inputs: TableTraining.rows(30).inputs, width: 5, labels: labels)
        let training = try TableTraining(rows, batchSize: 8)
        let found = try #require(try training.objective.classLabels(of: ExampleSet(rows), outputShapes: [[3]]))
        #expect(found == labels)
        let balanced = try TableTraining(rows, batchSize: 8, sampling: .balanced(ClassMembers(labels: found)))
        let result = try balanced.trainer.run([TableTraining.phase(.epochs(2))])
        #expect(result.phases[0].steps == 8)
        #expect(balanced.record.steps.map(\.examples) == [8, 8, 8, 6, 8, 8, 8, 6])
    }
}
