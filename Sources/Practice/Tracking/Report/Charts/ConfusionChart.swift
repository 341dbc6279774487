import Glibc

/// A confusion table as a heat map: a row per class that was, a column per class that was said; colour is the share of
/// the row. Right answers and mistakes have colours of their own, and mistakes are shown by the square root of their
/// share, since few are many.
struct ConfusionChart {
    let table: ConfusionTable
    private static let longestLabel = 16

    private var count: Int { table.classNames.count }

    private var cell: Double {
        switch count {
        case ...6: 58
        case ...12: 42
        case ...20: 32
        case ...40: 21
        default: max(6, 860 / Double(count))
        }
    }

    /// Names do not fit rows of fewer pixels; the list of mistakes then names them.
    private var hasLabels: Bool { cell >= 9 }
    private var fontSize: Double { min(13, max(8, cell * 0.42)) }
    private var labelSize: Double { min(13, max(8, cell * 0.55)) }

    private var labels: [String] {
        table.classNames.map {
            // The end of a long name often tells it from its neighbours.
            $0.count <= ConfusionChart.longestLabel
                ? $0 : $0.prefix(ConfusionChart.longestLabel / 2) + "…" + $0.suffix(ConfusionChart.longestLabel / 2 - 1)
        }
    }

    private var gutter: Double {
        guard hasLabels else { return 24 }
        return Double(labels.map(SafeText.width).max() ?? 1) * labelSize * 0.6 + 30
    }

    var markup: Markup {
        let side = cell * Double(count)
        let (width, height) = (gutter + side + 8, gutter + side + 8)
        return """
            <figure class="confusion\(count > 12 ? " many" : "")"><svg viewBox="0 0 \(width) \(height)" style="max-width:\(width)px" role="img" \
            aria-label="Confusion matrix" font-size="\(labelSize)">
            <text class="name" x="\(gutter + side / 2)" y="12">predicted</text>
            <text class="name" transform="translate(12 \(gutter + side / 2)) rotate(-90)">actual</text>
            <rect class="back" x="\(gutter)" y="\(gutter)" width="\(side)" height="\(side)"/>
            \(cells)\(lines)\(names)
            </svg></figure>

            """
    }

    private var cells: Markup {
        table.counts.enumerated().reduce(into: Markup.empty) { result, item in
            let total = item.element.reduce(0, +)
            for (column, count) in item.element.enumerated() where count > 0 {
                result += self.cell(item.offset, column, count, share: Double(count) / Double(total))
            }
        }
    }

    private func cell(_ row: Int, _ column: Int, _ count: Int, share: Double) -> Markup {
        let (x, y) = (gutter + Double(column) * cell, gutter + Double(row) * cell)
        let isRight = row == column
        let strength = isRight ? 0.08 + 0.92 * share * share : 0.06 + 0.94 * sqrt(share)
        let digits = "\(count)"
        let size = min(fontSize, cell / Double(digits.count) * 1.25)
        let text: Markup =
            size < 5
            ? .empty
            : """
            <text class="\(strength > 0.55 ? "on" : "off")" x="\(x + cell / 2)" y="\(y + cell / 2 + size * 0.35)" \
            font-size="\(size)">\(digits)</text>
            """
        let tip =
            "\(table.classNames[row]) taken for \(table.classNames[column]): \(digits) (\(Figures.percent(share)))"
        return """
            <g><title>\(tip)</title><rect class="\(isRight ? "right" : "wrong")" x="\(x)" y="\(y)" width="\(cell)" \
            height="\(cell)" fill-opacity="\(Markup(verbatim: Figures.fixed(strength, 2)))"/>\(text)</g>

            """
    }

    private var lines: Markup {
        let side = cell * Double(count)
        let path = (0...count).reduce(into: Markup.empty) { path, index in
            let offset = gutter + Double(index) * cell
            path += "M\(gutter) \(offset)h\(side)M\(offset) \(gutter)v\(side)"
        }
        return "<path class=\"lines\" d=\"\(path)\"/>\n"
    }

    private var names: Markup {
        guard hasLabels else { return .empty }
        return labels.enumerated().reduce(into: Markup.empty) { result, item in
            let middle = gutter + (Double(item.offset) + 0.5) * cell
            let edge = gutter - 6
            result += """
                <text class="row" x="\(edge)" y="\(middle + labelSize * 0.35)">\(item.element)</text>\
                <text class="column" transform="translate(\(middle + labelSize * 0.35) \(edge)) rotate(-90)">\(item.element)</text>

                """
        }
    }
}
