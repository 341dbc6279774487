import Tensors
import Tracking
import Training

/// What an arm scored at one share of the labels, by seed, and example by example where its runs kept their predictions.
struct ArmScores {
    let arm: Int
    let name: String
    /// Those that were completed.
    let runs: [Int: RunOutcome]
    /// Of each test example, by seed; nil where the metric is no mean over examples, or predictions were too many to keep.
    let examples: [Int: [Double]]?
    /// The examples' numbers in their source, by seed.
    let indices: [Int: [Int]]

    /// - Throws: what reading predictions throws.
    static func all(
        of comparison: Comparison, at fraction: Double, _ outcomes: [RunOutcome.Place: RunOutcome], folder: String
    ) throws -> [ArmScores] {
        try comparison.arms.indices.map { try ArmScores($0, comparison, fraction, outcomes, folder) }
    }

    private init(
        _ arm: Int, _ comparison: Comparison, _ fraction: Double, _ outcomes: [RunOutcome.Place: RunOutcome],
        _ folder: String
    ) throws {
        self.arm = arm
        name = comparison.arms[arm].name
        var runs: [Int: RunOutcome] = [:]
        for seed in comparison.seeds {
            guard let outcome = outcomes[.init(arm: arm, seed: seed, fraction: fraction)], outcome.run.status == .done
            else { continue }
            runs[seed] = outcome
        }
        self.runs = runs
        var examples: [Int: [Double]]? = [:]
        var indices: [Int: [Int]] = [:]
        for (seed, outcome) in runs {
            let path = "\(folder)/\(outcome.run.folder)/predictions/\(comparison.metric.data).safetensors"
            guard examples != nil, RecipePaths.kind(of: path) == .file else {
                examples = nil
                break
            }
            let kept = try PredictionsFile.read(path)
            guard let scores = ArmScores.scores(kept, comparison.metric.name, comparison.arms[arm]) else {
                examples = nil
                break
            }
            examples?[seed] = scores
            indices[seed] = kept.indices
        }
        self.examples = examples
        self.indices = indices
    }

    /// - Parameter metric: `accuracy`; with several outputs `OUTPUT_accuracy`; `loss` where it is an error of numbers.
    private static func scores(_ kept: KeptPredictions, _ metric: String, _ arm: Comparison.Arm) -> [Double]? {
        for output in kept.outputs {
            var name = metric
            if kept.outputs.count > 1 {
                guard metric.hasPrefix(output.name + "_") else { continue }
                name = String(metric.dropFirst(output.name.count + 1))
            } else if metric == "loss", let loss = arm.recipe["loss"]?["name"]?.string, ["mse", "mae"].contains(loss) {
                name = loss
            }
            guard let configuration = try? MetricConfiguration(name: name) else { continue }
            return ExampleScores.of(configuration, output)
        }
        return nil
    }
}
