import Tracking
import Training

/// A verdict in words.
struct ComparisonSentence {
    let text: String

    init(_ comparison: Comparison, _ pair: Comparison.Pair) {
        let metric = "\(comparison.metric.data) \(comparison.metric.name)"
        let labels = pair.fraction < 1 ? "with \(ComparisonSentence.share(pair.fraction)) of the labels, " : ""
        let change = ComparisonSentence.signed(pair.difference, comparison)
        var numbers = "\(metric) \(change)"
        if let interval = pair.interval {
            numbers +=
                " (\(RecipeKind.short(comparison.confidence * 100)) % interval "
                + "\(ComparisonSentence.signed(interval.low, comparison, withUnit: false)) to "
                + "\(ComparisonSentence.signed(interval.high, comparison)))"
        }
        let failures = comparison.runs.filter { run in
            run.status == .failed && run.fraction == pair.fraction && [pair.first, pair.second].contains(run.arm)
        }
        let seeds =
            Figures.plural(pair.seeds.count, "seed")
            + failures.map { ", without seed \($0.seed), with which \($0.arm) failed" }.joined()
        switch pair.verdict {
        case .better: text = "\(labels)\(pair.first) is better than \(pair.second): \(numbers) over \(seeds)"
        case .worse: text = "\(labels)\(pair.first) is worse than \(pair.second): \(numbers) over \(seeds)"
        case .noEvidence:
            text =
                "\(labels)no evidence of a difference between \(pair.first) and \(pair.second): \(numbers) over \(seeds)"
        case .tooFewRuns:
            let more = pair.moreRuns.map { " (about \($0) more needed)" } ?? ""
            text =
                "\(labels)too few runs to tell \(pair.first) from \(pair.second)\(more): \(numbers) over \(seeds)"
        }
    }

    /// Shares in points of a hundred, other scores as they are.
    static func signed(_ value: Double, _ comparison: Comparison, withUnit: Bool = true) -> String {
        let sign = value < 0 ? "−" : "+"
        guard isShare(comparison.metric.name) else { return sign + Figures.score(abs(value)) }
        return sign + Figures.fixed(abs(value) * 100, 2) + (withUnit ? " points" : "")
    }

    /// `3 %`.
    static func share(_ fraction: Double) -> String { Figures.rate(fraction * 100) + " %" }

    /// Whether a score is a share of something, from 0 to 1.
    static func isShare(_ metric: String) -> Bool {
        ["accuracy", "precision", "recall", "f1"].contains { metric == $0 || metric.hasSuffix("_" + $0) }
    }
}
