extension ComparisonReport {
    /// Every run's score as a dot, arm by arm.
    var scores: Markup {
        let rows = comparison.fractions.reversed().flatMap { fraction in
            comparison.arms.compactMap { arm -> DotChart.Row? in
                let runs = completed(arm.name, fraction)
                let values = runs.compactMap(\.score)
                guard !values.isEmpty else { return nil }
                return DotChart.Row(
                    name: arm.name, note: share(fraction), style: style(ofArm: arm.name),
                    dots: runs.map {
                        .init(name: "seed \($0.seed): \(figures.value($0.score ?? .nan))", value: $0.score ?? .nan)
                    },
                    mean: values.reduce(0, +) / Double(values.count), interval: nil)
            }
        }
        guard !rows.isEmpty else { return .empty }
        let better = comparison.metric.goal == .lower ? "less is better" : "more is better"
        return Page.section(
            "Scores",
            "Each dot is a run; the line is the mean of an arm. \(better.prefix(1).uppercased() + better.dropFirst()).",
            DotChart(
                title: "\(comparison.metric.data) \(comparison.metric.name)" + figures.unit, rows: rows,
                factor: figures.factor, zero: nil, label: figures.value
            ).markup)
    }

    /// First minus second, seed by seed, with the mean and its interval.
    var differences: Markup {
        let rows = comparison.comparisons.sorted { $0.fraction > $1.fraction }.map { pair -> DotChart.Row in
            let dots = pair.seeds.compactMap { seed -> DotChart.Dot? in
                guard let first = completed(pair.first, pair.fraction).first(where: { $0.seed == seed })?.score,
                    let second = completed(pair.second, pair.fraction).first(where: { $0.seed == seed })?.score
                else { return nil }
                return .init(name: "seed \(seed): \(figures.difference(first - second))", value: first - second)
            }
            return DotChart.Row(
                name: "\(pair.first) − \(pair.second)", note: share(pair.fraction), style: style(ofArm: pair.first),
                dots: dots, mean: pair.difference, interval: pair.interval.map { ($0.low, $0.high) })
        }
        guard !rows.isEmpty else { return .empty }
        let interval = Figures.percent(comparison.confidence, decimals: 0)
        return Page.section(
            "Differences",
            "With the same seed both had the same split, order and budget. The bar is the \(interval) interval of the mean "
                + "difference, by \(Figures.count(comparison.draws)) draws of seeds and examples.",
            DotChart(
                title: "difference" + (figures.unit.isEmpty ? "" : ", percentage points"), rows: rows,
                factor: figures.factor, zero: 0, label: figures.difference
            ).markup + verdictTable)
    }

    private var verdictTable: Markup {
        guard comparison.comparisons.count > 1 else { return .empty }
        let rows = comparison.comparisons.sorted { $0.fraction > $1.fraction }.map { pair -> Markup in
            let more = pair.moreRuns.map { ", about \(Figures.plural($0, "more seed"))" } ?? ""
            return """
                <tr><th scope="row">\(pair.first) against \(pair.second)</th><td>\(share(pair.fraction))</td>\
                <td class="number">\(figures.difference(pair.difference))</td>\
                <td class="number">\(pair.interval.map(figures.interval) ?? "–")</td>\
                <td class="number">\(pair.wins) : \(pair.losses)</td>\
                <td><span class="pill \(ComparisonReport.style(pair.verdict))">\(pair.verdict.rawValue + more)</span></td></tr>

                """
        }
        return """
            <div class="wide"><table><thead><tr><th>Arms</th><th>Labels</th><th class="number">Difference</th>\
            <th class="number">Interval</th><th class="number">Won : lost</th><th>Verdict</th></tr></thead><tbody>
            \(rows)</tbody></table></div>

            """
    }

    /// The validation score of all runs over their steps: seeds thin, their means thick.
    var curves: Markup {
        let charts = comparison.fractions.reversed().compactMap(chart)
        guard !charts.isEmpty else { return .empty }
        var wide = charts
        if charts.count % 2 == 1 { wide[0].isWide = true }
        return Page.section(
            "On the way", "The score on the validation data; each seed is a thin line, their mean a thick one.",
            "<div class=\"charts\">\(wide.map(\.markup))</div>\n")
    }

    private func chart(_ fraction: Double) -> LineChart? {
        var series: [LineChart.Series] = []
        for arm in comparison.arms {
            let runs = completed(arm.name, fraction).filter { !$0.curve.isEmpty }
            for run in runs where runs.count > 1 {
                series.append(
                    LineChart.Series(
                        name: "\(arm.name), seed \(run.seed)", style: style(ofArm: arm.name) + " thin",
                        points: run.curve.map { CurvePoint(x: Double($0.step), y: $0.score) }, isQuiet: true))
            }
            guard !runs.isEmpty else { continue }
            series.append(
                LineChart.Series(
                    name: arm.name, style: style(ofArm: arm.name), points: ComparisonReport.mean(runs.map(\.curve))))
        }
        guard !series.isEmpty else { return nil }
        let pair = comparison.comparisons.first { $0.fraction == fraction && $0.stepsToReach != nil }
        let goal = pair?.stepsToReach
        let name = comparison.metric.name.prefix(1).uppercased() + comparison.metric.name.dropFirst()
        let note = share(fraction).isEmpty ? "" : ", " + share(fraction)
        return LineChart(
            title: name + note, xName: "step", series: series, goal: goal?.score,
            reached: [(pair?.first, goal?.first), (pair?.second, goal?.second)].compactMap { arm, step in
                guard let arm, let step else { return nil }
                return LineChart.Reached(name: arm, style: style(ofArm: arm), x: Double(step))
            })
    }

    /// Of the curves at each step that all of them have.
    static func mean(_ curves: [[Comparison.Run.Point]]) -> [CurvePoint] {
        var sums: [Int: (sum: Double, count: Int)] = [:]
        for point in curves.joined() {
            sums[point.step, default: (0, 0)].sum += point.score
            sums[point.step, default: (0, 0)].count += 1
        }
        return sums.filter { $0.value.count == curves.count }.sorted { $0.key < $1.key }.map {
            CurvePoint(x: Double($0.key), y: $0.value.sum / Double($0.value.count))
        }
    }

    /// Scores over how many labels there were.
    var efficiency: Markup {
        guard comparison.fractions.count > 1 else { return .empty }
        let series = comparison.arms.compactMap { arm -> EfficiencyChart.Series? in
            let points = comparison.fractions.compactMap { fraction -> EfficiencyChart.Point? in
                let runs = completed(arm.name, fraction)
                let scores = runs.compactMap(\.score)
                guard let low = scores.min(), let high = scores.max() else { return nil }
                return EfficiencyChart.Point(
                    labels: Double(runs[0].labels), mean: scores.reduce(0, +) / Double(scores.count), low: low,
                    high: high)
            }
            return points.isEmpty
                ? nil : EfficiencyChart.Series(name: arm.name, style: style(ofArm: arm.name), points: points)
        }
        guard !series.isEmpty else { return .empty }
        let items = comparison.efficiency.map { "<li>\($0.sentence)</li>\n" as Markup }
        let list: Markup = items.isEmpty ? .empty : "<ul class=\"sentences\">\n\(items)</ul>\n"
        return Page.section(
            "What labels are worth",
            "The line is the mean over seeds, the band reaches from the worst seed to the best.",
            EfficiencyChart(title: comparison.metric.name, series: series, label: figures.value).markup + list)
    }
}
