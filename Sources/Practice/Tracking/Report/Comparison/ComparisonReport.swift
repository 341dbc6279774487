import JSON
import Tensors
import Training

/// `comparison.html`: what a comparison found, the verdict first, in the style of `report.html`: one file with everything in
/// it but the runs' own reports, which it links to by their place beside it.
package struct ComparisonReport {
    let comparison: Comparison
    /// Nil where nobody kept it.
    let timing: ComparisonTiming?
    let figures: ScoreFigures

    package static let fileName = "comparison.html"

    package init(_ comparison: Comparison, timing: ComparisonTiming? = nil) {
        self.comparison = comparison
        self.timing = timing
        figures = ScoreFigures(metric: comparison.metric.name)
    }

    /// Writes `comparison.html` into the folder of a comparison, from its `comparison.json` and, where it is
    /// there, `comparison-timing.json`.
    /// - Throws: `SystemError`; `RunFileError` where one of them is damaged.
    package static func write(folder: String) throws {
        func read<Value>(_ name: String, _ value: (JSON) throws -> Value) throws -> Value {
            let path = joined(folder, name)
            let text = try readText(path)
            do { return try value(JSON(parsing: text)) } catch { throw RunFileError(path: path, reason: "\(error)") }
        }
        let comparison = try read(Comparison.fileName, Comparison.init(json:))
        let hasTiming = fileExists(joined(folder, Comparison.timingFileName))
        let timing = hasTiming ? try read(Comparison.timingFileName, ComparisonTiming.init(json:)) : nil
        try AtomicFile.write(ComparisonReport(comparison, timing: timing).html, to: joined(folder, fileName))
    }

    /// Equal comparisons give equal bytes.
    package var html: String {
        Page(
            title: comparison.name, kind: "comparison", version: finetuneVersion,
            content:
                "\(header)\(scores)\(differences)\(curves)\(efficiency)\(paired)\(reaching)\(forgetting)\(runs)\(settings)"
        ).html
    }

    /// Those of all labels, or of the most.
    var mainPairs: [Comparison.Pair] {
        let most = comparison.comparisons.map(\.fraction).max()
        return comparison.comparisons.filter { $0.fraction == most }
    }

    /// The colours of an arm's marks.
    func style(ofArm name: String) -> String {
        "arm\((comparison.arms.firstIndex { $0.name == name } ?? 0) % 4)"
    }

    /// A share of the labels, where there are several; empty otherwise.
    func share(_ fraction: Double) -> String {
        comparison.fractions.count > 1 ? "\(Figures.rate(fraction * 100)) % of the labels" : ""
    }

    func completed(_ arm: String, _ fraction: Double) -> [Comparison.Run] {
        comparison.runs.filter { $0.arm == arm && $0.fraction == fraction && $0.score?.isFinite == true }
    }
}

/// Scores of a metric as people read them: shares of one as percentages, their differences in percentage points.
struct ScoreFigures {
    let metric: String

    private var isShare: Bool { Report.isShare(metric) }

    /// What a score is multiplied by on an axis, and what it is then in.
    var factor: Double { isShare ? 100 : 1 }
    var unit: String { isShare ? ", percent" : "" }

    func value(_ score: Double) -> String { isShare ? Figures.percent(score) : Figures.score(score) }

    func difference(_ value: Double) -> String {
        guard value.isFinite else { return "\(value)" }
        let sign = value > 0 ? "+" : value < 0 ? "−" : ""
        return sign + (isShare ? Figures.fixed(abs(value) * 100, 2) + " points" : Figures.score(abs(value)))
    }

    func interval(_ interval: Comparison.Interval) -> String {
        guard isShare else { return "\(difference(interval.low)) to \(difference(interval.high))" }
        // The unit once.
        return "\(difference(interval.low).split(separator: " ")[0]) to \(difference(interval.high))"
    }
}
