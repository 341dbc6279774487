/// A reliability diagram: for each stretch of confidence the share of right answers as a bar, against the diagonal on which
/// both are equal; below, how many examples there are.
struct ReliabilityChart {
    let bins: [PredictionSummary.Bin]

    private static let size = (width: 560.0, height: 400.0)
    private static let plot = (left: 52.0, right: 546.0, top: 14.0, bottom: 280.0)
    /// The strip of counts.
    private static let strip = (top: 306.0, bottom: 360.0)

    var markup: Markup {
        let (width, height) = ReliabilityChart.size
        return """
            <figure class="chart reliability"><figcaption><b>Reliability</b><span class="legend">\
            <span class="key accuracy">right answers</span><span class="key over">too sure</span><span class="key under">not sure enough</span></span></figcaption>
            <svg viewBox="0 0 \(width) \(height)" role="img" aria-label="Accuracy by confidence">
            \(grid)\(bars)\(diagonal)\(counts)
            </svg></figure>

            """
    }

    private func x(_ confidence: Double) -> Double {
        let plot = ReliabilityChart.plot
        return plot.left + confidence * (plot.right - plot.left)
    }

    private func y(_ accuracy: Double) -> Double {
        let plot = ReliabilityChart.plot
        return plot.bottom - min(max(accuracy, 0), 1) * (plot.bottom - plot.top)
    }

    private var grid: Markup {
        let (plot, strip) = (ReliabilityChart.plot, ReliabilityChart.strip)
        var result = Markup.empty
        for tenth in stride(from: 0, through: 10, by: 2) {
            let share = Double(tenth) / 10
            let label = Figures.fixed(share, 1)
            result += """
                <path class="grid" d="M\(plot.left) \(y(share))H\(plot.right)"/>\
                <text class="y" x="\(plot.left - 7)" y="\(y(share) + 3.5)">\(label)</text>\
                <text class="x" x="\(x(share))" y="\(strip.bottom + 16)">\(label)</text>

                """
        }
        let middle = (plot.left + plot.right) / 2
        result += """
            <path class="axis" d="M\(plot.left) \(plot.bottom)H\(plot.right)M\(plot.left) \(strip.bottom)H\(plot.right)"/>
            <text class="x name" x="\(middle)" y="\(strip.bottom + 33)">confidence</text>
            <text class="name" transform="translate(12 \((plot.top + plot.bottom) / 2)) rotate(-90)">accuracy</text>
            <text class="name" transform="translate(12 \((strip.top + strip.bottom) / 2)) rotate(-90)">examples</text>

            """
        return result
    }

    private var bars: Markup {
        let width = 1 / Double(max(1, bins.count))
        return bins.enumerated().reduce(into: Markup.empty) { result, item in
            let (place, bin) = (item.offset, item.element)
            guard bin.examples > 0 else { return }
            let left = x(Double(place) * width) + 1
            let span = x(Double(place + 1) * width) - 1 - left
            let (accuracy, confidence) = (y(bin.accuracy), y(bin.confidence))
            // What is common to both, and above it the one that is larger.
            let common = max(accuracy, confidence)
            let tip =
                "\(Figures.plural(bin.examples, "example")): confidence \(Figures.percent(bin.confidence)), "
                + "right \(Figures.percent(bin.accuracy))"
            result += """
                <g><title>\(tip)</title><rect class="accuracy" x="\(left)" y="\(common)" width="\(span)" \
                height="\(ReliabilityChart.plot.bottom - common)"/>\
                <rect class="\(confidence < accuracy ? "over" : "under")" x="\(left)" \
                y="\(min(accuracy, confidence))" width="\(span)" height="\(abs(accuracy - confidence))"/></g>

                """
        }
    }

    private var diagonal: Markup { "<path class=\"diagonal\" d=\"M\(x(0)) \(y(0))L\(x(1)) \(y(1))\"/>\n" }

    private var counts: Markup {
        let strip = ReliabilityChart.strip
        let most = Double(max(1, bins.map(\.examples).max() ?? 1))
        let width = 1 / Double(max(1, bins.count))
        return bins.enumerated().reduce(into: Markup.empty) { result, item in
            guard item.element.examples > 0 else { return }
            let left = x(Double(item.offset) * width) + 1
            let height = max(1, Double(item.element.examples) / most * (strip.bottom - strip.top))
            result += """
                <rect class="count" x="\(left)" y="\(strip.bottom - height)" \
                width="\(x(Double(item.offset + 1) * width) - 1 - left)" height="\(height)"/>

                """
        }
    }
}
