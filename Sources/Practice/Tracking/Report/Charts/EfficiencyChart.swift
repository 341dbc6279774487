import Glibc

/// Scores over numbers of labels, on a logarithmic axis: a line for each arm's mean, a band for the range of its seeds.
struct EfficiencyChart {
    struct Point {
        var labels: Double
        var mean: Double
        var low: Double
        var high: Double
    }

    struct Series {
        var name: String
        var style: String
        var points: [Point]
    }

    var title: String
    var series: [Series]
    var label: (Double) -> String

    private static let size = (width: 1148.0, height: 340.0)
    private static let plot = (left: 62.0, right: 1130.0, top: 14.0, bottom: 296.0)

    private var x: AxisScale {
        let plot = EfficiencyChart.plot
        return AxisScale(
            values: series.flatMap { $0.points.map(\.labels) }, range: (plot.left + 14, plot.right - 14),
            kind: .logarithmic)
    }

    private var y: AxisScale {
        let plot = EfficiencyChart.plot
        return AxisScale(
            values: series.flatMap { $0.points.flatMap { [$0.low, $0.high] } }, range: (plot.bottom, plot.top))
    }

    var markup: Markup {
        let (width, height) = EfficiencyChart.size
        let keys = series.map { "<span class=\"key \($0.style)\">\($0.name)</span>" as Markup }
        return """
            <figure class="chart row"><figcaption><b>\(title.prefix(1).uppercased() + title.dropFirst())</b>\
            <span class="legend">\(keys)</span></figcaption>
            <svg viewBox="0 0 \(width) \(height)" role="img" aria-label="\(title) over labels">
            \(grid)\(series.map(band))\(series.map(line))
            </svg></figure>

            """
    }

    private var grid: Markup {
        let (x, y, plot) = (x, y, EfficiencyChart.plot)
        var result = y.ticks.reduce(into: Markup.empty) { result, tick in
            let at = y.position(tick)
            result += """
                <path class="grid" d="M\(plot.left) \(at)H\(plot.right)"/><text class="y" x="\(plot.left - 7)" y="\(at + 3.5)">\(y.label(tick))</text>

                """
        }
        // The numbers of labels that there are say more than round ones.
        var last = -Double.infinity
        for count in Set(series.flatMap { $0.points.map(\.labels) }).sorted() where x.position(count) - last > 44 {
            last = x.position(count)
            result += "<text class=\"x\" x=\"\(last)\" y=\"\(plot.bottom + 17)\">\(Figures.count(Int(count)))</text>\n"
        }
        result += """
            <path class="axis" d="M\(plot.left) \(plot.bottom)H\(plot.right)"/>
            <text class="x name" x="\((plot.left + plot.right) / 2)" y="\(plot.bottom + 36)">labels, logarithmic</text>

            """
        return result
    }

    private func band(_ series: Series) -> Markup {
        let (x, y) = (x, y)
        let upper = series.points.map { "\(x.position($0.labels)) \(y.position($0.high))" as Markup }
        let lower = series.points.reversed().map { "\(x.position($0.labels)) \(y.position($0.low))" as Markup }
        let path = (upper + lower).map(\.source).joined(separator: "L")
        return "<path class=\"span \(series.style)\" d=\"M\(path)Z\"/>\n"
    }

    private func line(_ series: Series) -> Markup {
        let (x, y) = (x, y)
        let points = series.points.map { "\(x.position($0.labels)) \(y.position($0.mean))" as Markup }
        let dots = series.points.map { point -> Markup in
            """
            <circle class="dot \(series.style)" cx="\(x.position(point.labels))" cy="\(y.position(point.mean))" r="4">\
            <title>\(series.name), \(Figures.plural(Int(point.labels), "label")): \(label(point.mean)) \
            (\(label(point.low)) to \(label(point.high)))</title></circle>

            """
        }
        return "<path class=\"curve \(series.style)\" d=\"M\(points.map(\.source).joined(separator: "L"))\"/>\n\(dots)"
    }
}
