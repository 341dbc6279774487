import Training

extension Report {
    /// Losses, each metric and the learning rate over the run.
    var curves: Markup {
        guard !run.evaluations.isEmpty else { return .empty }
        var charts = [lossChart] + metricCharts + [rateChart]
        charts[charts.count - 1].isWide = charts.count % 2 == 1
        return section("Curves", "", "<div class=\"charts\">\(charts.map(\.markup))</div>\n")
    }

    private func x(_ report: EvaluationReport) -> Double { Double(isByEpoch ? report.epoch : report.step) }

    private func chart(_ title: String, _ series: [LineChart.Series], bestOf curve: Int?) -> LineChart {
        let best = run.record.best.flatMap { best in run.evaluations.last { $0.step == best.step } }
        let mark = curve.flatMap { curve in best.flatMap { best in series[curve].points.last { $0.x == x(best) } } }
        let stopped = run.record.reason.map { $0 != .completed } ?? false
        return LineChart(
            title: title, xName: isByEpoch ? "epoch" : "step", series: series, bands: bands,
            best: mark, stop: stopped ? run.evaluations.last.map(x) : nil)
    }

    /// From the last evaluation of the phase before to the phase's own last.
    private var bands: [LineChart.Band] {
        var bands: [LineChart.Band] = []
        var start = run.evaluations.first.map(x) ?? 0
        var rows = run.evaluations[...]
        while let first = rows.first {
            let own = rows.prefix { $0.phase == first.phase }
            let end = x(own.last!)
            bands.append(LineChart.Band(name: first.phase, range: start...max(start, end)))
            start = end
            rows = rows.dropFirst(own.count)
        }
        return bands
    }

    private var lossChart: LineChart {
        var series = [
            LineChart.Series(
                name: "training", style: "train",
                points: run.evaluations.map { CurvePoint(x: x($0), y: $0.trainLoss) })
        ]
        let validation = run.evaluations.compactMap { report in
            report.validationLoss.map { CurvePoint(x: x(report), y: $0) }
        }
        if !validation.isEmpty {
            series.append(LineChart.Series(name: "validation", style: "validation", points: validation))
        }
        return chart("Loss", series, bestOf: series.count - 1)
    }

    /// One for each metric; a metric of the training and of the validation examples share one.
    private var metricCharts: [LineChart] {
        var names: [String] = []
        for metric in run.evaluations.flatMap(\.metrics).map({ Report.withoutPrefix($0.name) })
        where !names.contains(metric) { names.append(metric) }
        return names.map { name in
            let candidates = [(name, "training", "train"), ("val_" + name, "validation", "validation")]
            let series = candidates.compactMap { metric, label, style -> LineChart.Series? in
                let points = run.evaluations.compactMap { report in
                    report.metrics.first { $0.name == metric }.map { CurvePoint(x: x(report), y: $0.value) }
                }
                return points.isEmpty ? nil : LineChart.Series(name: label, style: style, points: points)
            }
            return chart(Report.title(name), series, bestOf: series.count - 1)
        }
    }

    private var rateChart: LineChart {
        let points = run.evaluations.map { CurvePoint(x: x($0), y: $0.learningRate) }
        return chart("Learning rate", [LineChart.Series(name: "schedule", style: "rate", points: points)], bestOf: nil)
    }

    private static func withoutPrefix(_ name: String) -> String {
        name.hasPrefix("val_") ? String(name.dropFirst(4)) : name
    }

    /// `top_k_accuracy` as `Top k accuracy`.
    private static func title(_ name: String) -> String {
        let words = String(name.map { $0 == "_" ? " " : $0 })
        return words.prefix(1).uppercased() + words.dropFirst()
    }
}
