import Data
import Layers
import Tensors
import Testing

@testable import Training

/// Gradients gathered over batches.
@Suite struct AccumulationTests {
    struct File: Decodable {
        struct Trajectory: Decodable, CustomTestStringConvertible {
            let name: String
            let weights: [Float]?
            let clip: Double?
            let losses: [Double]
            let after: [String: [Float]]
            var testDescription: String { name }
        }
        let framework: String
        let batch: Int, gathered: Int, updates: Int
        let inputs: [Float], labels: [Int]
        let initial: [String: [Float]]
        let trajectories: [Trajectory]
    }

    static let file = try! Fixtures.read(File.self, "examples-torch.json")

    @Test(arguments: file.trajectories) func twentyUpdatesEqualPyTorchsOfLargeBatches(_ recorded: File.Trajectory)
        throws
    {
        let file = AccumulationTests.file
        let rows = TableTraining.Rows(inputs: file.inputs, width: 5, labels: file.labels)
        let isAdam = recorded.name == "adamw"
        // In batches of 4, gathered by threes; and the large batches at once.
        for (batch, gathered) in [(file.batch, file.gathered), (file.batch * file.gathered, 1), (1, 12)] {
            let training = try TableTraining(
                rows, batchSize: batch, weights: file.initial, classWeights: recorded.weights)
            let phase =
                isAdam
                ? try TableTraining.phase(
                    .steps(file.updates), optimizer: .adamw, [.learningRate: 0.02], weightDecay: 0.1,
                    accumulate: gathered)
                : try TableTraining.phase(.steps(file.updates), clip: recorded.clip, accumulate: gathered)
            _ = try training.trainer.run([phase])
            let losses = training.record.steps.map(\.loss)
            #expect(losses.count == file.updates)
            for (found, expected) in zip(losses, recorded.losses) {
                #expect(abs(found / expected - 1) < 1e-5, "\(batch): \(found), \(file.framework) has \(expected)")
            }
            for (name, expected) in recorded.after {
                for (found, value) in zip(training.store.tensor(ParameterPath(name)).values, expected) {
                    #expect(abs(found - value) <= 1e-5 * max(abs(value), 0.1), "\(batch): \(name) \(found), \(value)")
                }
            }
        }
    }

    @Test(arguments: [2, 3, 5, 100]) func gatheredBatchesEqualALargeOne(count: Int) throws {
        let rows = TableTraining.rows(46)
        let small = try TableTraining(rows, batchSize: 4, classWeights: [1, 3, 0.25])
        let large = try TableTraining(rows, batchSize: 4 * count, classWeights: [1, 3, 0.25])
        let results = try [
            small.trainer.run([TableTraining.phase(.epochs(2), clip: 0.2, accumulate: count)]),
            large.trainer.run([TableTraining.phase(.epochs(2), clip: 0.2)]),
        ]
        #expect(results[0].phases[0].steps == results[1].phases[0].steps)
        #expect(results[0].phases[0].epochs == 2)
        for (path, values) in large.weights {
            for (found, value) in zip(small.weights[path] ?? [], values) {
                #expect(abs(found - value) <= 1e-6 * max(abs(value), 1), "\(path): \(found), \(value)")
            }
        }
        for (a, b) in zip(small.record.evaluations, large.record.evaluations) {
            #expect((a.step, a.epoch) == (b.step, b.epoch))
            #expect(abs(a.trainLoss / b.trainLoss - 1) < 1e-6)
        }
        for (a, b) in zip(small.record.steps, large.record.steps) {
            #expect(a.examples == b.examples)
            #expect(abs(a.gradientNorm / b.gradientNorm - 1) < 1e-5)
        }
    }

    @Test func stepsAndSchedulesCountUpdates() throws {
        // Ten batches a pass, gathered by fours: updates of 4, 4 and 2.
        let training = try TableTraining(TableTraining.rows(40), batchSize: 4)
        let schedule = ScheduleConfiguration(.linear())
        let result = try training.trainer.run([TableTraining.phase(.epochs(2), schedule: schedule, accumulate: 4)])
        #expect(result.phases[0].steps == 6)
        #expect(training.record.steps.map(\.examples) == [16, 16, 8, 16, 16, 8])
        #expect(training.record.steps.map(\.epoch) == [0, 0, 0, 1, 1, 1])
        let rates = training.record.steps.map { $0.learningRate * 60 }
        for (found, expected) in zip(rates, [6.0, 5, 4, 3, 2, 1]) { #expect(abs(found - expected) < 1e-9) }
        #expect(training.record.evaluations.map(\.step) == [3, 6])
    }

    @Test func aPlanHasOneMoreSlabOnlyWhereItGathers() throws {
        let training = try TableTraining(TableTraining.rows(40), batchSize: 4)
        let one = try training.trainer.plan([TableTraining.phase(.epochs(2))], at: 0)
        let four = try training.trainer.plan([TableTraining.phase(.epochs(2), accumulate: 4)], at: 0)
        func bytes(_ plan: PhasePlan, _ name: String) -> Int? { plan.memory.first { $0.name == name }?.bytes }
        #expect(bytes(one, "gradients gathered over batches") == 0)
        #expect(bytes(four, "gradients gathered over batches") == bytes(four, "gradients"))
        #expect(four.totalBytes - one.totalBytes == bytes(four, "gradients"))
        #expect((one.steps, four.steps, four.stepsPerEpoch) == (20, 6, 3))
    }

    @Test func whatChangesInEveryEpochIsNoFrozenPrefix() throws {
        let training = try TableTraining(TableTraining.rows(40), batchSize: 4)
        var phase = try TableTraining.phase(.epochs(2))
        phase.rules = [try PolicyRule(.freeze, [try PolicySelector("a")])]
        #expect(try training.trainer.plan([phase], at: 0).prefix.layers == ["a"])
        phase.mixup = 0.2
        let prefix = try training.trainer.plan([phase], at: 0).prefix
        #expect(prefix.layers.isEmpty)
        #expect(prefix.end?.reason == "the examples are other ones in every epoch")
    }

    @Test func everyBatchHasItsOwnMasks() throws {
        let dropout = [
            LayerSpecification(className: "Dropout", name: "d", config: ["rate": 0.5]),
            LayerSpecification(className: "Dense", name: "a", config: ["units": 8]),
        ]
        // The same four examples twice: with equal masks, two batches would weigh what one does.
        let four = TableTraining.rows(4)
        let twice = TableTraining.Rows(inputs: four.inputs + four.inputs, width: 5, labels: four.labels + four.labels)
        let one = try TableTraining(four, batchSize: 4, layers: dropout)
        let two = try TableTraining(twice, batchSize: 4, layers: dropout)
        _ = try one.trainer.run([TableTraining.phase(.steps(1))])
        _ = try two.trainer.run([TableTraining.phase(.steps(1), accumulate: 2)])
        #expect(one.record.steps[0].gradientNorm != two.record.steps[0].gradientNorm)
    }
}
