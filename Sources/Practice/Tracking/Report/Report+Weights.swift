extension Report {
    private static let outcomes = [
        ("loaded", "by name"), ("renamed", "found under another name"), ("reshaped", "under another shape"),
        ("fresh", "not in the file, newly initialised"), ("unused", "in the file, not in the model"),
    ]

    /// What happened to each tensor when the checkpoint was loaded.
    var weights: Markup {
        guard !run.ledger.isEmpty else { return .empty }
        let counts = Report.outcomes.map { outcome, meaning in
            (outcome: outcome, meaning: meaning, count: run.ledger.count { $0.outcome == outcome })
        }.filter { $0.count > 0 }
        let bars = counts.map { "<i class=\"\($0.outcome)\" style=\"flex-grow:\($0.count)\"></i>" as Markup }
        let keys = counts.map { item -> Markup in
            "<span class=\"key \(item.outcome)\"><b>\(Figures.count(item.count))</b> \(item.outcome) (\(item.meaning))</span>"
        }
        return section(
            "Weights", "What became of \(Figures.plural(run.ledger.count, "tensor")) when the checkpoint was loaded.",
            """
            <div class="stack">\(bars)</div><p class="legend">\(keys)</p>
            <details><summary>Every tensor</summary>\(ledgerTable)</details>

            """)
    }

    private var ledgerTable: Markup {
        let rows = run.ledger.map { entry -> Markup in
            """
            <tr><td><span class="pill \(entry.outcome)">\(entry.outcome)</span></td><td>\(entry.path ?? "–")</td>\
            <td>\(entry.stored ?? "–")</td><td class="shape">\(shape(entry.shape))</td><td>\(entry.reason)</td></tr>

            """
        }
        return """
            <div class="wide"><table><thead><tr><th>Outcome</th><th>Tensor</th><th>Stored as</th><th>Shape</th>\
            <th></th></tr></thead><tbody>
            \(rows)</tbody></table></div>
            """
    }
}
