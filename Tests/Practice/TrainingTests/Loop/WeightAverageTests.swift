import Tensors
import Testing

@testable import Training

@Suite(.serialized) struct WeightAverageTests {
    private struct Golden: Decodable {
        struct Case: Decodable {
            let decay: Double
            let average: [String: [Float]]
        }
        let start: [String: [Float]]
        let cases: [Case]
    }

    /// Twenty steps equal PyTorch's.
    @Test func twentyStepsEqualPyTorchs() throws {
        let golden = try Fixtures.read(Golden.self, "averages-torch.json")
        for item in golden.cases {
            let training = try SmallTraining(isPlain: true)
            for (path, values) in golden.start { training.store.set(ParameterPath(path), to: values) }
            _ = try training.trainer.run([SmallTraining.phase("all", .steps(20), averageDecay: item.decay)])
            for (path, values) in item.average {
                let mine = training.store.tensor(ParameterPath(path)).values
                let scale = values.map { abs($0) }.max() ?? 1
                let error = zip(mine, values).map { abs($0 - $1) }.max() ?? .infinity
                #expect(error <= 1e-5 * scale, "\(path) with \(item.decay): \(error / scale)")
            }
        }
    }

    /// A decay of 0 is no average: what a run without one gives, in evaluations too.
    @Test func aDecayOfNothingIsNoAverage() throws {
        let with = try SmallTraining()
        _ = try with.trainer.run([SmallTraining.phase("all", .steps(20), averageDecay: 0)])
        let without = try SmallTraining()
        _ = try without.trainer.run([SmallTraining.phase("all", .steps(20))])
        let pairs = with.weights.map { path, values in (values, without.weights[path] ?? []) }
        #expect(pairs.allSatisfy { a, b in zip(a, b).allSatisfy { abs($0 - $1) <= 1e-6 * max(1, abs($1)) } })
    }

    @Test func evaluationsAndBestWeightsAreOfTheAverage() throws {
        let training = try SmallTraining()
        let stopping = try EarlyStoppingConfiguration(patience: nil)
        _ = try training.trainer.run([
            SmallTraining.phase("all", .epochs(3), stopping: stopping, averageDecay: 0.9)
        ])
        let best = training.record.evaluations.last { $0.improved }?.validationLoss
        let evaluator = try Evaluator(
            training.trainer.objective, store: training.store, metrics: OutputMetrics([]), batchSize: 8)
        let found = try evaluator.evaluate(try #require(training.trainer.validation))
        #expect(best == found.loss)
        let without = try SmallTraining()
        _ = try without.trainer.run([SmallTraining.phase("all", .epochs(3), stopping: stopping)])
        // Training itself is the same; what is evaluated is not.
        #expect(training.record.steps.map(\.loss) == without.record.steps.map(\.loss))
        #expect(training.record.evaluations.map(\.validationLoss) != without.record.evaluations.map(\.validationLoss))
    }

    /// Moving statistics are averaged like weights, and a continuing phase goes on with its average.
    @Test func statisticsAndContinuingPhases() throws {
        let whole = try SmallTraining()
        _ = try whole.trainer.run([SmallTraining.phase("all", .steps(20), averageDecay: 0.8)])
        let parts = try SmallTraining()
        _ = try parts.trainer.run([
            SmallTraining.phase("first", .steps(10), averageDecay: 0.8),
            SmallTraining.phase("second", .steps(10), continues: true, averageDecay: 0.8),
        ])
        #expect(parts.weights == whole.weights)
        let raw = try SmallTraining()
        _ = try raw.trainer.run([SmallTraining.phase("all", .steps(20))])
        #expect(raw.weights["norm.moving_mean"] != whole.weights["norm.moving_mean"])
    }
}
