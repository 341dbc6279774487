import Glibc

/// Rows of predictions and targets, read as a format says.
struct MetricBatch {
    let predictions: UnsafePointer<Float>
    let targets: UnsafePointer<Float>
    let rows: Int
    let format: PredictionFormat

    var width: Int { format.width }

    func scores(_ row: Int) -> UnsafeBufferPointer<Float> {
        UnsafeBufferPointer(start: predictions + row * width, count: width)
    }

    /// The class that is right. - Precondition: the format is one class out of `width`.
    func targetClass(_ row: Int) -> Int {
        guard format.targets == .classIndex else {
            return MetricBatch.largest(UnsafeBufferPointer(start: targets + row * width, count: width)) ?? 0
        }
        let index = Int(targets[row])
        precondition(index >= 0 && index < width, "class \(index) of a model with \(width) classes")
        return index
    }

    func target(_ row: Int, _ column: Int) -> Float { targets[row * width + column] }

    func isPositive(_ row: Int, _ column: Int) -> Bool { target(row, column) > 0.5 }

    /// The first of the largest; nil where one is NaN: such a row predicts nothing.
    static func largest(_ values: UnsafeBufferPointer<Float>) -> Int? {
        var best = 0
        for i in values.indices {
            if values[i].isNaN { return nil }
            if values[i] > values[best] { best = i }
        }
        return best
    }

    /// The answer to a binary question, yes above a probability of one half; nil for NaN.
    func answer(_ row: Int, _ column: Int) -> Bool? {
        let score = predictions[row * width + column]
        if score.isNaN { return nil }
        return score > (format.scores == .logits ? 0 : 0.5)
    }

    /// The class that a row answers, and the probability given to it; nil for a row with NaN. Of one yes or no: 1 or 0.
    func classAnswer(_ row: Int) -> (number: Int, confidence: Double)? {
        var shares = [Double](repeating: 0, count: width)
        probabilities(row, into: &shares)
        if format.targets == .binary {
            return answer(row, 0).map { $0 ? (1, shares[0]) : (0, 1 - shares[0]) }
        }
        return MetricBatch.largest(scores(row)).map { ($0, shares[$0]) }
    }

    /// The row's probabilities, written to `destination` (width).
    func probabilities(_ row: Int, into destination: inout [Double]) {
        let values = scores(row)
        for i in values.indices { destination[i] = Double(values[i]) }
        guard format.scores == .logits else { return }
        if format.targets == .binary {
            for i in values.indices { destination[i] = 1 / (1 + exp(-destination[i])) }
            return
        }
        let largest = destination.max() ?? 0
        for i in values.indices { destination[i] = exp(destination[i] - largest) }
        let sum = destination.reduce(0, +)
        for i in values.indices { destination[i] /= sum }
    }
}
