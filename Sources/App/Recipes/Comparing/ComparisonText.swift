import Tracking
import Training

/// A comparison as a person reads it on a terminal: every seed's scores, what they amount to, and one sentence for each pair
/// of arms.
struct ComparisonText {
    private let comparison: Comparison
    private let folder: String

    init(_ comparison: Comparison, folder: String) {
        self.comparison = comparison
        self.folder = folder
    }

    /// The lines, each ended.
    var text: String {
        var lines = [title, ""]
        for fraction in comparison.fractions { lines += table(fraction) + [""] }
        for pair in comparison.comparisons { lines += details(pair) }
        for equivalence in comparison.efficiency { lines.append(equivalence.sentence) }
        if !comparison.efficiency.isEmpty { lines.append("") }
        lines += forgetting
        lines += comparison.comparisons.map { "verdict: \(TerminalText.visible($0.sentence))" }
        if comparison.comparisons.isEmpty { lines.append("nothing can be said: no seed was completed by two arms") }
        lines.append(
            "all of it: \(folder)/\(ComparisonReport.fileName) to look at, \(folder)/\(Comparison.fileName) to compute with"
        )
        return lines.joined(separator: "\n") + "\n"
    }

    private var title: String {
        let steps = comparison.budget.steps.map { ", at most \(Figures.plural($0, "step")) each" } ?? ""
        let time = comparison.budget.minutes.map { ", at most \(Figures.duration($0 * 60)) each" } ?? ""
        return "\(TerminalText.visible(comparison.name)): \(comparison.metric.data) \(comparison.metric.name), "
            + "\(Figures.plural(comparison.seeds.count, "seed"))\(steps)\(time)"
    }

    private func table(_ fraction: Double) -> [String] {
        let labels = comparison.runs.first { $0.fraction == fraction }?.labels
        let head = comparison.fractions.count > 1 ? labels.map { Figures.plural($0, "label") } ?? "" : "arm"
        let columns =
            [TextTable.Column(head, isElastic: true)]
            + comparison.seeds.map { TextTable.Column("seed \($0)", .right) }
            + ["mean", "sd", "rate"].map { TextTable.Column($0, .right) }
        let rows = comparison.arms.map { arm -> [String] in
            let runs = comparison.seeds.map { seed in
                comparison.runs.first { $0.arm == arm.name && $0.seed == seed && $0.fraction == fraction }
            }
            let scores = runs.compactMap { $0?.score }
            let mean = scores.reduce(0, +) / Double(max(scores.count, 1))
            let squares = scores.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
            let deviation = scores.count > 1 ? Figures.score((squares / Double(scores.count - 1)).squareRoot()) : ""
            return [TerminalText.visible(arm.name)]
                + runs.map { run in run?.score.map(Figures.score) ?? (run == nil ? "" : "failed") }
                + [scores.isEmpty ? "" : Figures.score(mean), deviation, rate(arm)]
        }
        return TextTable(columns, rows).lines()
    }

    private func rate(_ arm: Comparison.Arm) -> String {
        Figures.rate(arm.learningRate) + (arm.rateFrom == .recipe ? "" : " (\(arm.rateFrom.rawValue))")
    }

    private func details(_ pair: Comparison.Pair) -> [String] {
        let of = comparison.fractions.count > 1 ? " at \(ComparisonSentence.share(pair.fraction))" : ""
        var lines = ["\(TerminalText.visible(pair.first)) − \(TerminalText.visible(pair.second))\(of)"]
        var facts = ["wins \(pair.wins) of \(pair.seeds.count)"]
        if pair.ties > 0 { facts.append(Figures.plural(pair.ties, "tie")) }
        if let test = pair.mcNemar {
            facts.append(
                "examples only the first gets right in more seeds \(Figures.count(test.firstOnly)), only the second "
                    + "\(Figures.count(test.secondOnly)) (McNemar p = \(Figures.rate(test.p)))")
        }
        lines.append("  " + facts.joined(separator: ", "))
        if let reach = pair.stepsToReach {
            func steps(_ steps: Int?, _ examples: Int?) -> String {
                guard let steps, let examples else { return "never" }
                return "\(Figures.plural(steps, "step")), \(Figures.plural(examples, "example"))"
            }
            lines.append(
                "  to reach the end of \(TerminalText.visible(pair.second)) (validation "
                    + "\(Figures.score(reach.score))): \(steps(reach.first, reach.firstExamples)); itself "
                    + steps(reach.second, reach.secondExamples))
        }
        return lines + [""]
    }

    private var forgetting: [String] {
        guard !comparison.forgetting.isEmpty else { return [] }
        return comparison.arms.flatMap { arm in
            comparison.fractions.compactMap { fraction -> String? in
                let found = comparison.forgetting.filter { $0.arm == arm.name && $0.fraction == fraction }
                guard let first = found.first else { return nil }
                let after = found.reduce(0) { $0 + $1.after } / Double(found.count)
                let share = fraction < 1 ? " (\(ComparisonSentence.share(fraction)) of the labels)" : ""
                return "forgetting, \(TerminalText.visible(arm.name))\(share): \(first.metric) on the old task "
                    + "\(Figures.score(first.before)) before, \(Figures.score(after)) after"
            }
        } + [""]
    }
}
