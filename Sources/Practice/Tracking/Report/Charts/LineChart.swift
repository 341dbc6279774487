/// Curves over the course of a run, as an SVG that takes the width it is given.
struct LineChart {
    struct Series {
        var name: String
        /// Classes such as `train`, `validation`, `rate`, which carry the colours.
        var style: String
        var points: [CurvePoint]
        /// Whether it is one of many: without a word in the legend and without dots.
        var isQuiet = false
    }

    /// Where a curve comes to a goal.
    struct Reached {
        var name: String
        var style: String
        var x: Double
    }

    /// A stretch of x under a name: a phase.
    struct Band {
        var name: String
        var range: ClosedRange<Double>
    }

    var title: String
    var xName: String
    var series: [Series]
    var bands: [Band] = []
    /// Where the weights that were kept come from, on the curve they were chosen by.
    var best: CurvePoint?
    /// Where training stopped.
    var stop: Double?
    /// A value that curves are to reach, and where they do.
    var goal: Double?
    var reached: [Reached] = []
    /// Whether it has a row of the page to itself.
    var isWide = false

    private var size: (width: Double, height: Double) { isWide ? (1148, 220) : (560, 270) }
    private var plot: (left: Double, right: Double, top: Double, bottom: Double) {
        (52, size.width - 14, 22, size.height - 38)
    }
    private static let dotLimit = 40

    var markup: Markup {
        """
        <figure class="chart\(isWide ? " row" : "")"><figcaption><b>\(title)</b>\(legend)</figcaption>
        <svg viewBox="0 0 \(size.width) \(size.height)" role="img" aria-label="\(title)">
        \(phases)\(grid)\(marksBehind)\(goalMarks)\(series.map(curve))\(markOfBest)
        </svg></figure>

        """
    }

    private var xScale: AxisScale {
        let ends = bands.flatMap { [$0.range.lowerBound, $0.range.upperBound] }
        return AxisScale(
            values: series.flatMap { $0.points.map(\.x) } + ends,
            range: (plot.left, plot.right), isTight: true, tickCount: 8)
    }

    private var yScale: AxisScale {
        let values = series.flatMap { $0.points.map(\.y) } + (goal.map { [$0] } ?? [])
        return AxisScale(
            values: values, range: (plot.bottom, plot.top), kind: AxisScale.suitableKind(values))
    }

    private var legend: Markup {
        let curves = series.filter { !$0.isQuiet }.map { "<span class=\"key \($0.style)\">\($0.name)</span>" as Markup }
        let best: Markup = self.best == nil ? .empty : "<span class=\"key best\">best</span>"
        let stop: Markup = self.stop == nil ? .empty : "<span class=\"key stop\">stop</span>"
        return "<span class=\"legend\">\(curves)\(best)\(stop)</span>"
    }

    private var phases: Markup {
        guard bands.count > 1 else { return .empty }
        let x = xScale
        let (top, bottom) = (plot.top, plot.bottom)
        return bands.enumerated().reduce(into: Markup.empty) { result, item in
            let (from, to) = (x.position(item.element.range.lowerBound), x.position(item.element.range.upperBound))
            let name = clipped(item.element.name, width: to - from)
            result += """
                <rect class="band\(item.offset % 2)" x="\(from)" y="\(top)" width="\(max(0, to - from))" height="\(bottom - top)"/>
                <text class="phase" x="\((from + to) / 2)" y="\(top - 7)">\(name)</text>

                """
        }
    }

    private var grid: Markup {
        let (x, y) = (xScale, yScale)
        let (left, right, bottom) = (plot.left, plot.right, plot.bottom)
        var result = y.ticks.reduce(into: Markup.empty) { result, tick in
            let at = y.position(tick)
            result += """
                <path class="grid" d="M\(left) \(at)H\(right)"/><text class="y" x="\(left - 7)" y="\(at + 3.5)">\(y.label(tick))</text>

                """
        }
        for tick in x.ticks where tick == tick.rounded() {
            result +=
                "<text class=\"x\" x=\"\(x.position(tick))\" y=\"\(bottom + 16)\">\(tick < 10_000 ? "\(Int(tick))" : Figures.short(tick))</text>\n"
        }
        let note = y.kind == .logarithmic ? ", logarithmic" : ""
        result += "<path class=\"axis\" d=\"M\(left) \(bottom)H\(right)\"/>\n"
        result += "<text class=\"x name\" x=\"\((left + right) / 2)\" y=\"\(bottom + 33)\">\(xName + note)</text>\n"
        return result
    }

    private var marksBehind: Markup {
        let x = xScale
        let (top, bottom) = (plot.top, plot.bottom)
        var result = Markup.empty
        if let best { result += "<path class=\"bestline\" d=\"M\(x.position(best.x)) \(top)V\(bottom)\"/>\n" }
        if let stop {
            let at = x.position(stop)
            result += "<path class=\"stopline\" d=\"M\(at) \(top)V\(bottom)\"/>\n"
            result += "<rect class=\"stopmark\" x=\"\(at - 4)\" y=\"\(bottom - 4)\" width=\"8\" height=\"8\"/>\n"
        }
        return result
    }

    /// The goal as a line across, with a mark where each curve comes to it.
    private var goalMarks: Markup {
        guard let goal, goal.isFinite else { return .empty }
        let (x, y) = (xScale, yScale.position(goal))
        let bottom = plot.bottom
        let line: Markup = "<path class=\"goal\" d=\"M\(plot.left) \(y)H\(plot.right)\"/>\n"
        return line
            + reached.reduce(into: Markup.empty) { result, mark in
                let at = x.position(mark.x)
                result += """
                    <g><title>\(mark.name): \(xName) \(Figures.count(Int(mark.x)))</title>\
                    <path class="reached \(mark.style)" d="M\(at) \(y)V\(bottom)"/>\
                    <circle class="reachedmark \(mark.style)" cx="\(at)" cy="\(y)" r="4.5"/></g>

                    """
            }
    }

    private var markOfBest: Markup {
        guard let best, best.y.isFinite else { return .empty }
        let (x, y) = (xScale.position(best.x), yScale.position(best.y))
        let isRight = x > (plot.left + plot.right) / 2
        let above = y > plot.top + 30
        return """
            <circle class="bestmark" cx="\(x)" cy="\(y)" r="4.5"/>
            <text class="bestlabel" text-anchor="\(isRight ? "end" : "start")" x="\(x + (isRight ? -8 : 8))" y="\(above ? y - 9 : y + 18)">\(Figures.score(best.y))</text>

            """
    }

    /// A gap wherever a value is not finite.
    private func curve(_ series: Series) -> Markup {
        let columns = Int(plot.right - plot.left)
        let points = Decimation.reduced(series.points, columns: columns)
        let (x, y) = (xScale, yScale)
        var path = ""
        var isDrawing = false
        for point in points {
            guard point.y.isFinite, y.kind == .linear || point.y > 0 else {
                isDrawing = false
                continue
            }
            let step: Markup = "\(isDrawing ? "L" : "M")\(x.position(point.x)) \(y.position(point.y))"
            path += step.source
            isDrawing = true
        }
        // What was thinned out swings within a pixel.
        let weight = points.count < series.points.count ? " dense" : ""
        let line: Markup = "<path class=\"curve \(series.style + weight)\" d=\"\(path)\"/>\n"
        guard points.count <= LineChart.dotLimit, !series.isQuiet else { return line }
        let dots = points.filter(\.y.isFinite).map { point -> Markup in
            """
            <circle class="dot \(series.style)" cx="\(x.position(point.x))" cy="\(y.position(point.y))" r="2.5">\
            <title>\(series.name), \(xName) \(Figures.count(Int(point.x))): \(Figures.score(point.y))</title></circle>

            """
        }
        return "\(line)\(dots)"
    }

    private func clipped(_ name: String, width: Double) -> String {
        let room = Int(width / 6.5)
        return room < 2 ? "" : name.count <= room ? name : SafeText.prefix(name, columns: room - 1) + "…"
    }
}
