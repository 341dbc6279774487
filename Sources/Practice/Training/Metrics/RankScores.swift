/// The area under the ROC curve, exact: the probability that a positive example is ranked above a negative one, ties
/// counting one half (Mann and Whitney's U over the number of pairs). Keeps every score.
struct RankScores {
    let format: PredictionFormat
    /// (rows, width)
    private var scores: [Double] = []
    /// Per row the class, or per row and column whether it is one.
    private var classes: [Int] = []

    init(format: PredictionFormat) { self.format = format }

    mutating func add(_ batch: MetricBatch) {
        var row = [Double](repeating: 0, count: format.width)
        for index in 0..<batch.rows {
            batch.probabilities(index, into: &row)
            scores += row
            if format.targets == .binary {
                classes += (0..<format.width).map { batch.isPositive(index, $0) ? 1 : 0 }
            } else {
                classes.append(batch.targetClass(index))
            }
        }
    }

    /// One per output.
    var perOutput: [Double] { (0..<format.width).map(area) }

    /// The mean over the outputs that have both kinds of examples; NaN where none has.
    var macro: Double {
        let defined = perOutput.enumerated().filter { kinds($0.offset).positives > 0 && kinds($0.offset).negatives > 0 }
        return defined.reduce(0) { $0 + $1.element } / Double(defined.count)
    }

    private var rows: Int { scores.count / format.width }

    private func isPositive(_ row: Int, _ column: Int) -> Bool {
        format.targets == .binary ? classes[row * format.width + column] == 1 : classes[row] == column
    }

    private func kinds(_ column: Int) -> (positives: Int, negatives: Int) {
        let positives = (0..<rows).reduce(0) { isPositive($1, column) ? $0 + 1 : $0 }
        return (positives, rows - positives)
    }

    private func area(_ column: Int) -> Double {
        let (positives, negatives) = kinds(column)
        let values = (0..<rows).map { scores[$0 * format.width + column] }
        guard positives > 0, negatives > 0, !values.contains(where: \.isNaN) else { return .nan }
        let order = (0..<rows).sorted { values[$0] < values[$1] }
        var rankSum = 0.0
        var start = 0
        while start < rows {
            var end = start + 1
            while end < rows && values[order[end]] == values[order[start]] { end += 1 }
            // Ranks count from 1; equal values share the mean of theirs.
            let rank = Double(start + end + 1) / 2
            for i in start..<end where isPositive(order[i], column) { rankSum += rank }
            start = end
        }
        let u = rankSum - Double(positives) * Double(positives + 1) / 2
        return u / (Double(positives) * Double(negatives))
    }
}
