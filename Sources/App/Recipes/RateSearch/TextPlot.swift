import Tracking

/// A curve drawn with characters, one point a column.
struct TextPlot {
    private let points: [(x: Double, y: Double)]
    private let mark: Double?
    private let width: Int
    private let height: Int

    /// - Parameters:
    ///   - points: in the order of x.
    ///   - mark: an x whose point is drawn as `o`.
    init(_ points: [(x: Double, y: Double)], mark: Double? = nil, width: Int = 64, height: Int = 12) {
        self.points = points.filter { $0.x.isFinite && $0.y.isFinite }
        self.mark = mark
        self.width = width
        self.height = height
    }

    /// The rows from the highest value down, with values at the left; empty without points.
    func lines() -> [String] {
        guard let first = points.first, let last = points.last else { return [] }
        let values = points.map(\.y)
        let (low, high) = (values.min()!, values.max()!)
        func place(_ value: Double, _ from: Double, _ to: Double, _ count: Int) -> Int {
            to > from ? min(max(Int(((value - from) / (to - from) * Double(count - 1)).rounded()), 0), count - 1) : 0
        }
        var cells = [[Character]](repeating: Array(repeating: " ", count: width), count: height)
        for point in points {
            cells[height - 1 - place(point.y, low, high, height)][place(point.x, first.x, last.x, width)] = "*"
        }
        if let mark, let nearest = points.min(by: { abs($0.x - mark) < abs($1.x - mark) }) {
            let row = height - 1 - place(nearest.y, low, high, height)
            cells[row][place(nearest.x, first.x, last.x, width)] = "o"
        }
        let labels = (0..<height).map { row -> String in
            guard row == 0 || row == height - 1 else { return "" }
            return Figures.score(row == 0 ? high : low)
        }
        let margin = labels.map(\.count).max() ?? 0
        return zip(labels, cells).map { label, row in
            let line = String(repeating: " ", count: margin - label.count) + label + " |" + String(row)
            return String(line.reversed().drop { $0 == " " }.reversed())
        } + [String(repeating: " ", count: margin + 1) + "+" + String(repeating: "-", count: width)]
    }
}
