/// What class each example's scores answer.
package enum ClassAnswers {
    /// - Parameters:
    ///   - scores: (examples, width) row-major: of each class, or of the second of two where the width is 1.
    ///   - areLogits: whether they come before softmax or, where the width is 1, sigmoid.
    /// - Returns: for each example the class and the probability given to it; nil for one with NaN.
    package static func of(_ scores: [Float], width: Int, areLogits: Bool) -> [(number: Int, confidence: Double)?] {
        let format = PredictionFormat(
            width: width, targets: .classIndex, scores: areLogits ? .logits : .probabilities)
        return scores.withUnsafeBufferPointer { values in
            guard let start = values.baseAddress else { return [] }
            // No target is read.
            let batch = MetricBatch(
                predictions: start, targets: start, rows: values.count / width, format: format)
            return (0..<batch.rows).map(batch.classAnswer)
        }
    }
}
