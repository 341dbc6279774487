import Tensors
import Testing

@testable import Training

/// The mean over examples is the metric over all of them.
@Suite struct ExampleScoresTests {
    private func numbers(_ count: Int, _ step: Int) -> [Float] {
        (0..<count).map { Float(($0 * step + 5) % 29) / 14 - 1 }
    }

    private func check(_ name: String, _ output: KeptPredictions.Output) throws {
        let metric = try MetricConfiguration(name: name)
        var set = try MetricSet([metric], format: output.format)
        set.add(
            predictions: output.predictions, targets: output.targets,
            rows: output.predictions.count / output.format.width)
        let scores = try #require(ExampleScores.of(metric, output))
        #expect(scores.count == 40)
        let mean = scores.reduce(0, +) / Double(scores.count)
        #expect(abs(mean - set.values()[0].value) < 1e-12, "\(name): \(mean)")
        #expect(Set(scores).count > 1)
    }

    private func output(
        _ shape: Shape, _ format: PredictionFormat, targetShape: Shape = [], _ targets: [Float]
    ) -> KeptPredictions.Output {
        var output = KeptPredictions.Output(
            name: "output", shape: shape, targetShape: targetShape, areClasses: format.targets == .classIndex,
            format: format)
        output.predictions = numbers(40 * shape.count, 7)
        output.targets = targets
        return output
    }

    @Test func classes() throws {
        var classes = output(
            [4], PredictionFormat(width: 4, targets: .classIndex), (0..<40).map { Float($0 * 3 % 4) })
        try check("accuracy", classes)
        try check("top_2_accuracy", classes)
        // A prediction that is no number is wrong.
        classes.predictions[classes.predictions.count - 1] = .nan
        try check("accuracy", classes)
        try check("top_2_accuracy", classes)
    }

    /// Six places an example, a class at each.
    @Test func sequences() throws {
        let format = PredictionFormat(width: 3, targets: .classIndex)
        try check("accuracy", output([6, 3], format, targetShape: [6], (0..<240).map { Float($0 * 5 % 3) }))
        let hot = (0..<240).flatMap { row in (0..<3).map { Float($0 == row * 5 % 3 ? 1 : 0) } }
        try check(
            "accuracy",
            output([6, 3], PredictionFormat(width: 3, targets: .oneHot, scores: .logits), targetShape: [6, 3], hot))
    }

    @Test func questionsAndNumbers() throws {
        let answers = (0..<120).map { Float($0 * 7 % 5 > 2 ? 1 : 0) }
        try check(
            "accuracy",
            output([3], PredictionFormat(width: 3, targets: .binary, scores: .logits), targetShape: [3], answers))
        for name in ["mae", "mse"] {
            try check(
                name, output([3], PredictionFormat(width: 3, targets: .values), targetShape: [3], numbers(120, 11)))
        }
    }

    @Test func otherMetricsAreNoMeans() throws {
        let classes = output(
            [4], PredictionFormat(width: 4, targets: .classIndex), (0..<40).map { Float($0 * 3 % 4) })
        for name in ["f1", "auc", "precision", "recall", "calibration_error"] {
            #expect(ExampleScores.of(try MetricConfiguration(name: name), classes) == nil)
        }
    }
}
