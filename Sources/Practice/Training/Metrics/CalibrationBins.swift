/// The expected calibration error: how far confidence is from accuracy, over 15 equal bins of confidence, each
/// weighted by its examples (Guo et al., "On calibration of modern neural networks", ICML 2017). A yes or no has the
/// confidence of the answer given.
package struct CalibrationBins {
    package static let count = 15
    /// Of each bin: the sum of confidences, right answers, answers.
    package private(set) var confidence = [Double](repeating: 0, count: count)
    package private(set) var hits = [Int](repeating: 0, count: count)
    package private(set) var examples = [Int](repeating: 0, count: count)

    package init() {}

    mutating func add(_ batch: MetricBatch) {
        var row = [Double](repeating: 0, count: batch.width)
        for index in 0..<batch.rows {
            batch.probabilities(index, into: &row)
            if batch.format.targets == .binary {
                for column in 0..<batch.width {
                    let right = batch.answer(index, column) == batch.isPositive(index, column)
                    add(max(row[column], 1 - row[column]), right)
                }
            } else {
                let predicted = MetricBatch.largest(batch.scores(index))
                add(predicted.map { row[$0] } ?? .nan, predicted == batch.targetClass(index))
            }
        }
    }

    /// An answer, with the probability that was given to it.
    package mutating func add(_ value: Double, _ right: Bool) {
        // NaN lands in the first bin and makes the whole error NaN, as it should.
        let bin = value.isNaN ? 0 : Int((min(max(value, 0), 1) * Double(Self.count)).rounded(.up)) - 1
        confidence[max(bin, 0)] += value
        hits[max(bin, 0)] += right ? 1 : 0
        examples[max(bin, 0)] += 1
    }

    /// NaN without examples.
    var error: Double {
        let gaps = (0..<Self.count).reduce(0) { $0 + abs(confidence[$1] - Double(hits[$1])) }
        return gaps / Double(examples.reduce(0, +))
    }
}
