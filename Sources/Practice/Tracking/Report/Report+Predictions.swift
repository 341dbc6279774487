extension Report {
    /// How far confidence can be trusted, and the mistakes that the model was surest of.
    var predictions: Markup {
        guard let summary = run.predictions, summary.examples > 0 else { return absence }
        return calibration(summary) + mistakes(summary)
    }

    /// Why a run that tells classes apart shows neither.
    private var absence: Markup {
        guard run.record.confusion != nil, run.record.status != .running else { return .empty }
        let file = RunDirectory.File.predictionSummary.rawValue
        return section(
            "Calibration and mistakes", "", "<p class=\"lead\">Not shown: this run&#39;s folder has no \(file).</p>\n")
    }

    private func calibration(_ summary: PredictionSummary) -> Markup {
        let gap = summary.confidence - summary.accuracy
        let leaning =
            abs(gap) < 0.005
            ? "On the whole it is as sure as it is right"
            : "On the whole it is \(gap > 0 ? "too sure" : "not sure enough") of itself"
        let sentence =
            "\(leaning): mean confidence \(Figures.percent(summary.confidence)), "
            + "\(Figures.percent(summary.accuracy)) right, on \(Figures.plural(summary.examples, "\(summary.data) example"))."
        let error = Figures.percent(summary.calibrationError)
        return section(
            "Calibration", sentence,
            """
            <div class="charts">\(ReliabilityChart(bins: summary.bins).markup)<div>\
            <div class="tile plain"><b>\(error)</b><span>expected calibration error: the distance between confidence and \
            accuracy, each of \(summary.bins.count) stretches weighted by its examples</span></div>
            \(binTable(summary))</div></div>

            """)
    }

    private func binTable(_ summary: PredictionSummary) -> Markup {
        let count = summary.bins.count
        let rows = summary.bins.enumerated().filter { $0.element.examples > 0 }.map { item -> Markup in
            let (place, bin) = (item.offset, item.element)
            let from = Figures.fixed(Double(place) / Double(count), 2)
            let to = Figures.fixed(Double(place + 1) / Double(count), 2)
            return """
                <tr><th scope="row">\(from) – \(to)</th><td class="number">\(Figures.count(bin.examples))</td>\
                <td class="number">\(Figures.percent(bin.confidence, decimals: 1))</td>\
                <td class="number">\(Figures.percent(bin.accuracy, decimals: 1))</td></tr>

                """
        }
        return """
            <details open="open"><summary>Every stretch</summary><table><thead><tr><th>Confidence</th>\
            <th class="number">Examples</th><th class="number">Mean</th><th class="number">Right</th></tr></thead><tbody>
            \(rows)</tbody></table></details>

            """
    }

    private func mistakes(_ summary: PredictionSummary) -> Markup {
        guard !summary.mistakes.isEmpty else { return .empty }
        let hasPictures = summary.mistakes.contains { $0.picture != nil }
        let count = summary.mistakes.count
        let lead =
            count < summary.mistakeCount
            ? "The \(count) of \(Figures.plural(summary.mistakeCount, "mistake")) that the model was surest of."
            : "All \(Figures.plural(count, "mistake")), first those that the model was surest of."
        return section(
            "Most confident mistakes", lead,
            hasPictures ? gallery(summary.mistakes) : table(of: summary.mistakes))
    }

    private func gallery(_ mistakes: [PredictionSummary.Mistake]) -> Markup {
        let items = mistakes.map { mistake -> Markup in
            let picture: Markup =
                mistake.picture.map { png in
                    let source = Markup(verbatim: "data:image/png;base64," + Base64.encoded(png))
                    return "<img src=\"\(source)\" alt=\"\(mistake.name)\" title=\"\(mistake.name)\"/>"
                } ?? .empty
            return """
                <figure class="mistake">\(picture)<figcaption><b>\(mistake.predicted)</b>\
                <span>\(Figures.percent(mistake.confidence, decimals: 1))</span>\
                <span class="actual">is \(mistake.actual)</span></figcaption></figure>

                """
        }
        return "<div class=\"mistakes\">\n\(items)</div>\n"
    }

    private func table(of mistakes: [PredictionSummary.Mistake]) -> Markup {
        let rows = mistakes.map { mistake -> Markup in
            """
            <tr><th scope="row">\(mistake.name)</th><td>\(mistake.actual)</td><td>\(mistake.predicted)</td>\
            <td class="number">\(Figures.percent(mistake.confidence, decimals: 1))</td></tr>

            """
        }
        return """
            <div class="wide"><table><thead><tr><th>Example</th><th>Actual</th><th>Taken for</th>\
            <th class="number">Confidence</th></tr></thead><tbody>
            \(rows)</tbody></table></div>

            """
    }
}
