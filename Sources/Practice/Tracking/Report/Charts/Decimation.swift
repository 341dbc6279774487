/// A point of a curve, in the data's own units.
struct CurvePoint: Hashable {
    var x: Double
    var y: Double
}

enum Decimation {
    /// At most four points for each of `columns` equal stretches of x: the first, the last, the lowest and the highest,
    /// so that no spike is lost. Points must be in order of x; those that are not finite come first in their stretch.
    static func reduced(_ points: [CurvePoint], columns: Int) -> [CurvePoint] {
        guard points.count > columns * 4, let first = points.first?.x, let last = points.last?.x, last > first else {
            return points
        }
        var result: [CurvePoint] = []
        var start = 0
        while start < points.count {
            let column = stretch(points[start].x, first, last, columns)
            var end = start
            while end < points.count, stretch(points[end].x, first, last, columns) == column { end += 1 }
            result += extremes(points[start..<end])
            start = end
        }
        return result
    }

    private static func stretch(_ x: Double, _ first: Double, _ last: Double, _ columns: Int) -> Int {
        min(columns - 1, Int((x - first) / (last - first) * Double(columns)))
    }

    private static func extremes(_ points: ArraySlice<CurvePoint>) -> [CurvePoint] {
        var kept: Set = [points.startIndex, points.endIndex - 1]
        let finite = points.indices.filter { points[$0].y.isFinite }
        if let low = finite.min(by: { points[$0].y < points[$1].y }) { kept.insert(low) }
        if let high = finite.max(by: { points[$0].y < points[$1].y }) { kept.insert(high) }
        return kept.sorted().map { points[$0] }
    }
}
