/// A metric of every example by itself.
package enum ExampleScores {
    /// - Returns: one value for each example, whose mean is the metric over all of them; nil for a metric that is no such mean
    ///   (F1, AUC, …).
    package static func of(_ metric: MetricConfiguration, _ output: KeptPredictions.Output) -> [Double]? {
        guard let score = score(metric, output.format) else { return nil }
        let (width, targetWidth) = (output.shape.count, output.targetShape.count)
        let rows = max(width / output.format.width, 1)
        let count = width > 0 ? output.predictions.count / width : 0
        return output.predictions.withUnsafeBufferPointer { predictions in
            output.targets.withUnsafeBufferPointer { targets in
                (0..<count).map { example in
                    let batch = MetricBatch(
                        predictions: predictions.baseAddress! + example * width,
                        targets: targets.baseAddress! + example * targetWidth, rows: rows, format: output.format)
                    return (0..<rows).reduce(0) { $0 + score(batch, $1) } / Double(rows)
                }
            }
        }
    }

    /// Of one row.
    private static func score(_ metric: MetricConfiguration, _ format: PredictionFormat) -> (
        (MetricBatch, Int) -> Double
    )? {
        switch (metric.kind, format.targets) {
        case (.accuracy, .binary):
            return mean { batch, row, column in
                batch.answer(row, column) == batch.isPositive(row, column) ? 1 : 0
            }
        case (.accuracy, .classIndex), (.accuracy, .oneHot):
            return { MetricBatch.largest($0.scores($1)) == $0.targetClass($1) ? 1 : 0 }
        case (.topKAccuracy, .classIndex), (.topKAccuracy, .oneHot):
            return { batch, row in
                var counts = TopKCounts(k: metric.k)
                counts.add(batch.row(row))
                return counts.value
            }
        case (.mae, _): return mean { abs(error($0, $1, $2)) }
        case (.mse, _):
            return mean { batch, row, column in
                let error = error(batch, row, column)
                return error * error
            }
        default: return nil
        }
    }

    private static func error(_ batch: MetricBatch, _ row: Int, _ column: Int) -> Double {
        Double(batch.predictions[row * batch.width + column]) - Double(batch.target(row, column))
    }

    /// Over the numbers of a row.
    private static func mean(_ value: @escaping (MetricBatch, Int, Int) -> Double) -> (MetricBatch, Int) -> Double {
        { batch, row in (0..<batch.width).reduce(0) { $0 + value(batch, row, $1) } / Double(batch.width) }
    }
}

extension MetricBatch {
    /// One row of it alone.
    fileprivate func row(_ row: Int) -> MetricBatch {
        MetricBatch(
            predictions: predictions + row * width, targets: targets + row * format.targetWidth, rows: 1,
            format: format)
    }
}
