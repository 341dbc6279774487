import Data
import Tracking
import Training

extension Session {
    /// What a report shows of single predictions, with the pictures that it takes.
    /// - Returns: nil where targets are no classes, where several outputs are trained, or where no predictions were kept.
    func summary(of evaluation: FinalEvaluation) -> PredictionSummary? {
        guard let kept = evaluation.result.predictions, kept.outputs.count == 1,
            let examples = evaluation.isTest ? data.test : data.validation,
            let targets = Session.classNumbers(kept.outputs[0])
        else { return nil }
        let output = kept.outputs[0]
        let dataset = examples.dataset
        var summary = PredictionSummary(
            data: evaluation.isTest ? "test" : "validation", scores: output.predictions, width: output.format.width,
            areLogits: output.format.scores == .logits, targets: targets, indices: kept.indices,
            classNames: dataset.target.classNames ?? [], name: { dataset.name(of: $0) })
        guard let input = dataset.inputShapes.firstIndex(where: Thumbnail.isPicture) else { return summary }
        for place in summary.mistakes.indices {
            // A picture that is gone by now is no reason to lose a run.
            let picture = try? thumbnail(dataset, summary.mistakes[place].index, input: input)
            summary.mistakes[place].picture = picture?.png
        }
        return summary
    }

    /// The number of each example's class; nil where an example has none, or several.
    private static func classNumbers(_ output: KeptPredictions.Output) -> [Int]? {
        let width = output.format.width
        guard output.shape.count == width else { return nil }
        switch output.format.targets {
        case .classIndex: return output.targets.map { Int(exactly: $0) ?? -1 }
        case .binary: return width == 1 ? output.targets.map { $0 > 0.5 ? 1 : 0 } : nil
        case .oneHot:
            return stride(from: 0, to: output.targets.count, by: width).map { start in
                let row = output.targets[start..<start + width]
                return row.max().flatMap(row.firstIndex).map { $0 - start } ?? -1
            }
        case .values: return nil
        }
    }
}
