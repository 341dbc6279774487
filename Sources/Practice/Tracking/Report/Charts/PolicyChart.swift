import Glibc

/// The model as a strip of layers, input at the left, a row for each phase: what was frozen, what trained, what is new.
/// A layer's width grows with the logarithm of its parameters.
struct PolicyChart {
    let layers: [RunRecord.LayerRecord]
    let phaseNames: [String]

    private static let width = 1000.0
    private static let rowHeight = 26.0
    private static let labelLimit = 24
    private static let slant = 0.5736

    private var gutter: Double {
        min(140, Double(phaseNames.map(SafeText.width).max() ?? 0) * 7.2 + 14)
    }

    private var hasLabels: Bool { layers.count <= PolicyChart.labelLimit }

    private var labelDepth: Double {
        guard hasLabels else { return 4 }
        return Double(layers.map { min(SafeText.width($0.path), 22) }.max() ?? 0) * 6.4 * PolicyChart.slant + 18
    }

    var markup: Markup {
        let height = Double(phaseNames.count) * PolicyChart.rowHeight + labelDepth
        let rows = phaseNames.indices.reduce(into: Markup.empty) { $0 += row($1) }
        return """
            <figure class="policy"><svg viewBox="0 0 \(PolicyChart.width) \(height)" role="img" \
            aria-label="Which layers trained in which phase">
            \(rows)\(labels)
            </svg><figcaption><span class="legend"><span class="key frozen">frozen</span>\
            <span class="key trained">trains</span><span class="key new">new, trains</span>\
            <span class="key plain">no parameters</span></span></figcaption></figure>

            """
    }

    /// Left edge and width of each layer.
    var stretches: [(x: Double, width: Double)] {
        let weights = layers.map { $0.parameters == 0 ? 0.7 : 1 + 0.35 * log10(Double($0.parameters) + 1) }
        let scale = (PolicyChart.width - gutter - 60) / max(weights.reduce(0, +), 1e-9)
        var x = gutter
        return weights.map { weight in
            defer { x += weight * scale }
            return (x, weight * scale)
        }
    }

    private func row(_ phase: Int) -> Markup {
        let y = Double(phase) * PolicyChart.rowHeight
        let blocks = zip(layers, stretches).reduce(into: Markup.empty) { result, item in
            let (layer, place) = item
            let treatment = phase < layer.phases.count ? layer.phases[phase] : nil
            let gap = place.width > 6 ? 2.0 : 0.5
            result += """
                <rect class="\(PolicyChart.style(layer, treatment))" x="\(place.x)" y="\(y + 2)" width="\(max(0.5, place.width - gap))" \
                height="\(PolicyChart.rowHeight - 6)" rx="\(place.width > 6 ? 3.0 : 0.0)"><title>\(tip(layer, treatment))</title></rect>

                """
        }
        let name = SafeText.prefix(phaseNames[phase], columns: 18)
        return "<text class=\"rowname\" x=\"0\" y=\"\(y + PolicyChart.rowHeight / 2 + 3.5)\">\(name)</text>\n\(blocks)"
    }

    private var labels: Markup {
        guard hasLabels else { return .empty }
        let y = Double(phaseNames.count) * PolicyChart.rowHeight + 8
        return zip(layers, stretches).reduce(into: Markup.empty) { result, item in
            let (layer, place) = item
            let name = layer.path.count <= 22 ? layer.path : SafeText.prefix(layer.path, columns: 21) + "…"
            result += """
                <text class="layer" transform="translate(\(place.x + min(place.width / 2, 30) - 4) \(y)) rotate(35)">\(name)</text>

                """
        }
    }

    static func style(_ layer: RunRecord.LayerRecord, _ treatment: RunRecord.Treatment?) -> String {
        if layer.parameters == 0 { return "plain" }
        guard let treatment, treatment.trainable > 0 else { return "frozen" }
        return (layer.isNew ? "new" : "trained") + (treatment.trainable < layer.parameters ? " part" : "")
    }

    private func tip(_ layer: RunRecord.LayerRecord, _ treatment: RunRecord.Treatment?) -> String {
        let name = "\(layer.path) (\(layer.className))"
        guard layer.parameters > 0 else { return name }
        let parts =
            "\(Figures.count(treatment?.trainable ?? 0)) of \(Figures.plural(layer.parameters, "parameter")) train"
        return "\(name): \(parts)" + (treatment?.learningRate.map { " at \(Figures.rate($0))" } ?? "")
    }
}
