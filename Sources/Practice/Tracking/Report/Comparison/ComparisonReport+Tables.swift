import JSON

extension ComparisonReport {
    /// McNemar's counts, over all seeds and, to be unfolded, for each.
    var paired: Markup {
        let pairs = comparison.comparisons.sorted { $0.fraction > $1.fraction }
        let rows = pairs.compactMap { pair in
            pair.mcNemar.map { row("all", pair, $0.firstOnly, $0.secondOnly, $0.p) }
        }
        guard !rows.isEmpty else { return .empty }
        let single = pairs.flatMap { pair -> [Markup] in
            let seeds = pair.mcNemar?.seeds ?? []
            return seeds.count < 2 ? [] : seeds.map { row("\($0.seed)", pair, $0.firstOnly, $0.secondOnly, $0.p) }
        }
        let details: Markup =
            single.isEmpty ? .empty : "<details><summary>Seed by seed</summary>\(table(single))</details>\n"
        return Page.section(
            "Example by example",
            "Test examples that only one of the two gets right; p is McNemar's, exact and two-sided.",
            table(rows) + details)
    }

    private func table(_ rows: [Markup]) -> Markup {
        """
        <div class="wide"><table><thead><tr><th>Arms</th><th>Labels</th><th class="number">Seed</th>\
        <th class="number">Only the first</th><th class="number">Only the second</th><th class="number">p</th></tr>\
        </thead><tbody>
        \(rows)</tbody></table></div>

        """
    }

    private func row(_ name: String, _ pair: Comparison.Pair, _ first: Int, _ second: Int, _ p: Double) -> Markup {
        """
        <tr><th scope="row">\(pair.first) against \(pair.second)</th><td>\(share(pair.fraction))</td><td class="number">\(name)</td>\
        <td class="number">\(Figures.count(first))</td><td class="number">\(Figures.count(second))</td>\
        <td class="number">\(Figures.rate(p))</td></tr>

        """
    }

    /// How soon each arm is as good as the second is in the end.
    var reaching: Markup {
        let rows = comparison.comparisons.sorted { $0.fraction > $1.fraction }.compactMap { pair -> Markup? in
            guard let reach = pair.stepsToReach else { return nil }
            let clock = timing?.reached(pair)
            return """
                <tr><th scope="row">\(pair.first) against \(pair.second)</th><td>\(share(pair.fraction))</td>\
                <td class="number">\(figures.value(reach.score))</td>\
                <td class="number">\(steps(reach.first, reach.firstExamples, clock?.firstSeconds))</td>\
                <td class="number">\(steps(reach.second, reach.secondExamples, clock?.secondSeconds))</td></tr>

                """
        }
        guard !rows.isEmpty else { return .empty }
        return Page.section(
            "How soon", "Steps until the validation score is what the second arm ends with; medians over seeds.",
            """
            <div class="wide"><table><thead><tr><th>Arms</th><th>Labels</th><th class="number">Score</th>\
            <th class="number">First</th><th class="number">Second</th></tr></thead><tbody>
            \(rows)</tbody></table></div>

            """)
    }

    private func steps(_ steps: Int?, _ examples: Int?, _ seconds: Double?) -> String {
        guard let steps else { return "never" }
        let rest = [examples.map { Figures.plural($0, "example") }, seconds.map(Figures.duration)].compactMap { $0 }
        return Figures.plural(steps, "step") + (rest.isEmpty ? "" : " (\(rest.joined(separator: ", ")))")
    }

    /// What became of the task that the checkpoint was trained for.
    var forgetting: Markup {
        guard !comparison.forgetting.isEmpty else { return .empty }
        let rows = comparison.forgetting.map { item -> Markup in
            let figures = ScoreFigures(metric: item.metric)
            return """
                <tr><th scope="row">\(item.arm)</th><td>\(share(item.fraction))</td><td class="number">\(item.seed)</td>\
                <td>\(item.metric)</td><td class="number">\(figures.value(item.before))</td>\
                <td class="number">\(figures.value(item.after))</td>\
                <td class="number">\(figures.difference(item.after - item.before))</td></tr>

                """
        }
        return Page.section(
            "What was forgotten", "The score on the checkpoint's own task, before and after.",
            """
            <div class="wide"><table><thead><tr><th>Arm</th><th>Labels</th><th class="number">Seed</th><th>Metric</th>\
            <th class="number">Before</th><th class="number">After</th><th class="number">Change</th></tr></thead><tbody>
            \(rows)</tbody></table></div>

            """)
    }

    /// Every run, with a link to its own report.
    var runs: Markup {
        guard !comparison.runs.isEmpty else { return .empty }
        let rows = comparison.runs.map { run -> Markup in
            """
            <tr><th scope="row">\(link(run))</th><td>\(run.arm)</td><td class="number">\(run.seed)</td>\
            <td class="number">\(Figures.count(run.labels))</td><td class="number">\(Figures.count(run.steps))</td>\
            <td class="number">\(run.bestStep.map(Figures.count) ?? "–")</td>\
            <td class="number">\((timing?.seconds(of: run)).map(Figures.duration) ?? "–")</td>\
            <td class="number">\(run.score.map(figures.value) ?? run.status.rawValue)</td></tr>

            """
        }
        return Page.section(
            "Runs", "",
            """
            <div class="wide"><table><thead><tr><th>Run</th><th>Arm</th><th class="number">Seed</th>\
            <th class="number">Labels</th><th class="number">Steps</th><th class="number">Best at</th>\
            <th class="number">Time</th>\
            <th class="number">\(comparison.metric.name)</th></tr></thead><tbody>
            \(rows)</tbody></table></div>

            """)
    }

    /// A folder within the comparison's own; anything else is text.
    private func link(_ run: Comparison.Run) -> Markup {
        let parts = run.folder.split(separator: "/", omittingEmptySubsequences: false)
        let isBelow = !parts.contains { $0.isEmpty || $0 == "." || $0 == ".." }
        guard run.status == .done, isBelow else { return "\(run.folder)" }
        let path = parts.map { ComparisonReport.percentEncoded(String($0)) }.joined(separator: "/")
        return "<a href=\"\(path)/report.html\">\(run.folder)</a>"
    }

    /// All but RFC 3986's unreserved characters.
    static func percentEncoded(_ text: String) -> String {
        let digits = Array("0123456789ABCDEF")
        return text.utf8.reduce(into: "") { result, byte in
            let scalar = UnicodeScalar(byte)
            if byte < 0x80, scalar.properties.isAlphabetic || "0123456789-._~".unicodeScalars.contains(scalar) {
                result.unicodeScalars.append(scalar)
            } else {
                result += "%\(digits[Int(byte >> 4)])\(digits[Int(byte & 15)])"
            }
        }
    }

    /// What was settled before the first run.
    var settings: Markup {
        let comparison = comparison
        let budget =
            switch comparison.budget.kind {
            case .steps: comparison.budget.steps.map { Figures.plural($0, "step") } ?? "each recipe's own length"
            case .time: comparison.budget.minutes.map { "\(Figures.rate($0)) min a run" } ?? "time"
            }
        let pairs = [
            ("Metric", "\(comparison.metric.data) \(comparison.metric.name)"),
            ("Better is", comparison.metric.goal == .lower ? "less" : "more"),
            ("Seeds", comparison.seeds.map(String.init).joined(separator: ", ")),
            ("Labels", comparison.fractions.map { "\(Figures.rate($0 * 100)) %" }.joined(separator: ", ")),
            ("Split", comparison.splitsBySeed ? "anew for each seed" : "the same for all seeds"),
            ("Budget", budget), ("Interval", Figures.percent(comparison.confidence, decimals: 0)),
            ("Draws", Figures.count(comparison.draws)),
        ]
        return Page.section(
            "Settled beforehand", "Written to comparison.json before the first run.",
            "<div class=\"origin\">\(Page.definitions(pairs))</div>\n\(armTable)\(recipes)")
    }

    private var armTable: Markup {
        let rows = comparison.arms.map { arm -> Markup in
            let origin =
                switch arm.rateFrom {
                case .recipe: "from the recipe"
                case .search: "found by lr-find"
                case .comparison: "from the recipe's comparison"
                }
            return """
                <tr><th scope="row"><span class="key \(style(ofArm: arm.name))">\(arm.name)</span></th>\
                <td>\(arm.checkpoint?.path ?? "fresh weights")</td><td class="hash">\(arm.checkpoint?.hash ?? "")</td>\
                <td class="number">\(Figures.rate(arm.learningRate))</td><td>\(origin)</td></tr>

                """
        }
        return """
            <div class="wide"><table><thead><tr><th>Arm</th><th>Begins from</th><th>SHA-256</th>\
            <th class="number">Learning rate</th><th></th></tr></thead><tbody>
            \(rows)</tbody></table></div>

            """
    }

    private var recipes: Markup {
        let recipes = comparison.arms.map { arm -> Markup in
            "<details><summary>Recipe of \(arm.name)</summary><pre>\(arm.recipe.serialized(pretty: true))</pre></details>\n"
        }
        return "\(recipes)"
    }
}
