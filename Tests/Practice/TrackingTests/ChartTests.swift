import Testing

@testable import Tracking

@Suite struct ChartTests {
    @Test func putsTicksWherePeopleDo() {
        let scale = AxisScale(values: [0.03, 0.47], range: (100, 0))
        #expect(scale.ticks.map(scale.label) == ["0", "0.1", "0.2", "0.3", "0.4", "0.5"])
        #expect(scale.position(0) == 100)
        #expect(scale.position(scale.domain.upperBound) == 0)
        let epochs = AxisScale(values: [1, 10], range: (0, 90), isTight: true, tickCount: 8)
        #expect(epochs.ticks == [2, 4, 6, 8, 10])
        #expect(epochs.position(1) == 0)
    }

    @Test(arguments: [[], [3], [0, 0, 0], [.nan, .infinity], [-1e300, 1e300], [1e-300, 2e-300]])
    func survivesOddValues(values: [Double]) {
        for kind in [AxisScale.Kind.linear, AxisScale.suitableKind(values)] {
            let scale = AxisScale(values: values, range: (0, 100), kind: kind)
            #expect(!scale.ticks.isEmpty && scale.ticks.count < 40)
            for value in values where value.isFinite { #expect((0...100).contains(scale.position(value))) }
        }
    }

    @Test func choosesALogarithmForWideSpans() {
        let scale = AxisScale(values: [0.001, 10], range: (0, 1), kind: AxisScale.suitableKind([0.001, 10]))
        #expect(scale.kind == .logarithmic)
        #expect(scale.ticks == [0.001, 0.01, 0.1, 1, 10])
        #expect(AxisScale.suitableKind([0, 10]) == .linear)
    }

    @Test func keepsEverySpike() {
        var points = (0..<10_000).map { CurvePoint(x: Double($0), y: 0) }
        points[1234].y = 9
        points[7777].y = -9
        points[5000].y = .nan
        let reduced = Decimation.reduced(points, columns: 100)
        #expect(reduced.count <= 400)
        #expect(reduced.contains(points[1234]) && reduced.contains(points[7777]))
        #expect(reduced.first == points.first && reduced.last == points.last)
        #expect(zip(reduced, reduced.dropFirst()).allSatisfy { $0.x < $1.x })
    }

    @Test func breaksCurvesAtNaN() {
        let points = [1.0, 2, .nan, 4, 5].enumerated().map { CurvePoint(x: Double($0), y: $1) }
        let chart = LineChart(
            title: "t", xName: "epoch", series: [LineChart.Series(name: "n", style: "train", points: points)])
        let path = chart.markup.source.split(separator: "class=\"curve train\" d=\"")[1].prefix { $0 != "\"" }
        #expect(path.count { $0 == "M" } == 2)
        #expect(path.count { $0 == "L" } == 2)
    }

    @Test func escapesByType() {
        let name = "<b>&\"'\u{1}"
        let markup: Markup = "<i title=\"\(name)\">\(name)\("<br/>" as Markup)\(2.26)\(3.0)</i>"
        let escaped = "&lt;b&gt;&amp;&quot;&#39;␁"
        #expect(markup.source == "<i title=\"\(escaped)\">\(escaped)<br/>2.33</i>")
    }
}
