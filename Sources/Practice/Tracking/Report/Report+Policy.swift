extension Report {
    /// Which layers trained when, and at what rate.
    var policy: Markup {
        let layers = run.record.layers
        guard !layers.isEmpty else { return .empty }
        let chart = PolicyChart(layers: layers, phaseNames: phaseNames)
        let rates = RateChart(layers: layers, phaseNames: phaseNames, places: chart.stretches)
        let isOpen: Markup = layers.count <= 16 ? " open=\"open\"" : ""
        return section(
            "What trained", "Rates are those of the schedule's peak.",
            """
            \(chart.markup)\(rates.markup)
            <details\(isOpen)><summary>\(Figures.plural(layers.count, "layer")), \
            \(Figures.plural(layers.reduce(0) { $0 + $1.parameters }, "parameter"))</summary>\(layerTable)</details>

            """)
    }

    /// As the phases were called; numbers for those that never came.
    private var phaseNames: [String] {
        let count = run.record.layers.map(\.phases.count).max() ?? 0
        return (0..<count).map { $0 < run.record.phases.count ? run.record.phases[$0].name : "phase \($0 + 1)" }
    }

    private var layerTable: Markup {
        let names = phaseNames.map { "<th>\($0)</th>" as Markup }
        let rows = run.record.layers.map { layer -> Markup in
            let cells = layer.phases.map { "<td>\(treatment(layer, $0))</td>" as Markup }
            let parameters = layer.parameters > 0 ? Figures.count(layer.parameters) : "–"
            return """
                <tr><th scope="row">\(layer.path)</th><td>\(layer.className)</td><td class="shape">\(shape(layer.outputShape))</td>\
                <td class="number">\(parameters)</td>\(cells)</tr>

                """
        }
        return """
            <div class="wide"><table><thead><tr><th>Layer</th><th>Class</th><th>Output</th>\
            <th class="number">Parameters</th>\(names)</tr></thead><tbody>
            \(rows)</tbody></table></div>
            """
    }

    private func treatment(_ layer: RunRecord.LayerRecord, _ treatment: RunRecord.Treatment) -> Markup {
        let style = PolicyChart.style(layer, treatment)
        if layer.parameters == 0 { return .empty }
        guard treatment.trainable > 0 else { return "<span class=\"pill frozen\">frozen</span>" }
        let rate = treatment.learningRate.map(Figures.rate) ?? "trains"
        let part = treatment.trainable < layer.parameters ? " in part" : ""
        return "<span class=\"pill \(style)\">\(rate + part)</span>"
    }

    func shape(_ dimensions: [Int]) -> String { dimensions.map(String.init).joined(separator: " × ") }
}
