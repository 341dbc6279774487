extension ComparisonReport {
    /// The verdict, in a sentence, and the numbers behind it.
    var header: Markup {
        let pills = mainPairs.prefix(1).map { pair -> Markup in
            "<span class=\"status \(ComparisonReport.style(pair.verdict))\">\(pair.verdict.rawValue)</span>"
        }
        return """
            <header><div class="title"><h1>\(comparison.name)</h1>\(pills)</div>
            \(verdicts)<div class="tiles">\(tiles)</div></header>

            """
    }

    static func style(_ verdict: Comparison.Verdict) -> String {
        switch verdict {
        case .better: "completed"
        case .worse: "failed"
        case .noEvidence, .tooFewRuns: "open"
        }
    }

    private var verdicts: Markup {
        guard comparison.status == .done, !mainPairs.isEmpty else {
            let planned = comparison.arms.count * comparison.seeds.count * comparison.fractions.count
            let sentence =
                comparison.status == .done
                ? "Nothing can be said: no two arms have a run with the same seed that came to its end."
                : "Not finished: \(comparison.runs.count) of \(Figures.plural(planned, "run")) so far; "
                    + "nothing is concluded before the last."
            return "<p class=\"verdict\">\(sentence)</p>\n"
        }
        return mainPairs.reduce(into: Markup.empty) { result, pair in
            // An arm's name stays as it is written.
            let start = pair.sentence.hasPrefix(pair.first) ? "" : pair.sentence.prefix(1).uppercased()
            let stop = pair.sentence.hasSuffix(".") ? "" : "."
            result += "<p class=\"verdict\">\(start + pair.sentence.dropFirst(start.count) + stop)</p>\n"
        }
    }

    private var tiles: [Markup] {
        guard comparison.status == .done, let pair = mainPairs.first else { return [] }
        let metric = "\(comparison.metric.data) \(comparison.metric.name)"
        var tiles = [
            tile(figures.value(pair.firstMean), "\(pair.first): mean \(metric)", "headline"),
            tile(figures.value(pair.secondMean), "\(pair.second): mean \(metric)"),
        ]
        let between = pair.interval.map {
            "difference; \(Figures.percent(comparison.confidence, decimals: 0)) interval \(figures.interval($0))"
        }
        tiles.append(tile(figures.difference(pair.difference), between ?? "difference, of a single seed"))
        let ties = pair.ties > 0 ? ", \(Figures.plural(pair.ties, "tie"))" : ""
        tiles.append(tile("\(pair.wins) : \(pair.losses)", "seeds won and lost by \(pair.first)\(ties)"))
        if let p = pair.mcNemar?.p {
            tiles.append(
                tile(
                    "p = \(Figures.rate(p))", "McNemar: so uneven a split of what only one gets right, were both alike")
            )
        }
        if let timing { tiles.append(tile(Figures.duration(timing.seconds), "for all runs together")) }
        return tiles
    }

    private func tile(_ value: String, _ label: String, _ style: String = "") -> Markup {
        "<div class=\"tile \(style)\"><b>\(value)</b><span>\(label)</span></div>\n"
    }
}
