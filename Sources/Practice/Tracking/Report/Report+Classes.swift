extension Report {
    /// Per-class scores, the confusion matrix and the worst mistakes.
    var classes: Markup {
        guard let table = run.record.confusion, table.total > 0 else { return .empty }
        let set = run.record.examples.test > 0 ? "test" : "validation"
        let layout = table.classNames.count <= 12 ? "beside" : "below"
        return section(
            "Classes", "On \(Figures.plural(table.total, "\(set) example")).",
            """
            <div class="classes \(layout)"><div>\(scoreTable(table))\(mistakeTable(table))</div>
            \(ConfusionChart(table: table).markup)</div>

            """)
    }

    private func scoreTable(_ table: ConfusionTable) -> Markup {
        let rows = table.scores.map { score -> Markup in
            """
            <tr><th scope="row">\(score.name)</th><td class="number">\(Figures.count(score.support))</td>\
            \(share(score.precision))\(share(score.recall))\(share(score.f1))</tr>

            """
        }
        return """
            <table class="scores"><thead><tr><th>Class</th><th class="number">Examples</th><th>Precision</th>\
            <th>Recall</th><th>F1</th></tr></thead><tbody>
            \(rows)</tbody></table>

            """
    }

    /// A number over a bar of its size.
    private func share(_ value: Double?) -> Markup {
        guard let value else { return "<td class=\"share\">–</td>" }
        let width = Markup(verbatim: Figures.fixed(value * 100, 1))
        return "<td class=\"share\"><span style=\"--share:\(width)%\">\(Figures.fixed(value, 3))</span></td>"
    }

    private func mistakeTable(_ table: ConfusionTable) -> Markup {
        let mistakes = table.mistakes(limit: 5)
        guard !mistakes.isEmpty else { return .empty }
        let rows = mistakes.map { mistake -> Markup in
            let total = table.counts[mistake.actual].reduce(0, +)
            return """
                <tr><td>\(table.classNames[mistake.actual])</td><td>\(table.classNames[mistake.predicted])</td>\
                <td class="number">\(Figures.count(mistake.count))</td>\
                <td class="number">\(Figures.percent(Double(mistake.count) / Double(total), decimals: 1))</td></tr>

                """
        }
        return """
            <h3>Most frequent mistakes</h3>
            <table><thead><tr><th>Actual</th><th>Taken for</th><th class="number">Examples</th>\
            <th class="number">Of the class</th></tr></thead><tbody>
            \(rows)</tbody></table>

            """
    }
}
