/// Numbers as dots along a line, a row for each group, with its mean and an interval.
struct DotChart {
    struct Dot {
        var name: String
        var value: Double
    }

    struct Row {
        var name: String
        /// Smaller, below the name.
        var note: String
        var style: String
        var dots: [Dot]
        var mean: Double
        var interval: (low: Double, high: Double)?
    }

    /// What the axis measures.
    var title: String
    var rows: [Row]
    /// What values are multiplied by on the axis: 100 for percent.
    var factor = 1.0
    /// Where a line stands that the rest is read against.
    var zero: Double?
    var label: (Double) -> String

    private static let width = 1000.0
    private static let rowHeight = 40.0
    private static let margin = 12.0
    /// Of the means' numbers, at the right.
    private static let labelWidth = 125.0

    private var gutter: Double {
        let widest = rows.map { max(SafeText.width($0.name), SafeText.width($0.note)) }.max() ?? 0
        return min(300, Double(widest) * 7.2 + 20)
    }

    private var scale: AxisScale {
        let values = rows.flatMap { row in
            row.dots.map(\.value) + [row.mean] + (row.interval.map { [$0.low, $0.high] } ?? [])
        }
        return AxisScale(
            values: (values + (zero.map { [$0] } ?? [])).map { $0 * factor },
            range: (gutter, DotChart.width - DotChart.labelWidth), tickCount: 8)
    }

    private func position(_ value: Double) -> Double { scale.position(value * factor) }

    var markup: Markup {
        let bottom = DotChart.margin + Double(rows.count) * DotChart.rowHeight
        let height = bottom + 44
        let marks = rows.enumerated().reduce(into: Markup.empty) { $0 += row($1.element, at: $1.offset) }
        return """
            <figure class="chart row dots"><svg viewBox="0 0 \(DotChart.width) \(height)" role="img" aria-label="\(title)">
            \(grid(bottom))\(marks)
            </svg></figure>

            """
    }

    private func grid(_ bottom: Double) -> Markup {
        let x = scale
        var result = x.ticks.reduce(into: Markup.empty) { result, tick in
            let at = x.position(tick)
            result += """
                <path class="grid" d="M\(at) \(DotChart.margin)V\(bottom)"/><text class="x" x="\(at)" y="\(bottom + 18)">\(x.label(tick))</text>

                """
        }
        if let zero {
            let at = position(zero)
            result += "<path class=\"axis\" d=\"M\(at) \(DotChart.margin - 6)V\(bottom + 4)\"/>\n"
        }
        let middle = (gutter + DotChart.width - DotChart.labelWidth) / 2
        return result + "<text class=\"x name\" x=\"\(middle)\" y=\"\(bottom + 37)\">\(title)</text>\n"
    }

    private func row(_ row: Row, at place: Int) -> Markup {
        let y = DotChart.margin + (Double(place) + 0.5) * DotChart.rowHeight
        let room = Int(gutter / 7)
        let name = SafeText.width(row.name) <= room ? row.name : SafeText.prefix(row.name, columns: room - 1) + "…"
        var result: Markup =
            row.note.isEmpty
            ? "<text class=\"rowname\" x=\"0\" y=\"\(y + 4.5)\">\(name)<title>\(row.name)</title></text>\n"
            : """
            <text class="rowname" x="0" y="\(y - 2)">\(name)<title>\(row.name)</title></text>\
            <text x="0" y="\(y + 13)">\(row.note)</text>

            """
        if let interval = row.interval, interval.low.isFinite, interval.high.isFinite {
            let (low, high) = (position(interval.low), position(interval.high))
            result += """
                <rect class="span \(row.style)" x="\(low)" y="\(y - 9)" width="\(max(1, high - low))" height="18" rx="4">\
                <title>\(label(interval.low)) to \(label(interval.high))</title></rect>

                """
        }
        for dot in row.dots where dot.value.isFinite {
            result += """
                <circle class="dot \(row.style)" cx="\(position(dot.value))" cy="\(y)" r="4.5"><title>\(dot.name)</title></circle>

                """
        }
        guard row.mean.isFinite else { return result }
        let mean = position(row.mean)
        result += """
            <path class="meanmark" d="M\(mean) \(y - 12)V\(y + 12)"/>\
            <text class="meanlabel" x="\(DotChart.width)" y="\(y + 4.5)">\(label(row.mean))</text>

            """
        return result
    }
}
