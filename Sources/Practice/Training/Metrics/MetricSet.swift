/// Several metrics over the examples of one data set, each example counted once, whatever the batches: nothing is an
/// average of batch averages. Sums are kept in `Double`, in the order of the rows.
package struct MetricSet {
    package let configurations: [MetricConfiguration]
    package let format: PredictionFormat
    private var counts: ClassCounts?
    private var ranks: RankScores?
    private var bins: CalibrationBins?
    private var errors: ErrorSums?
    /// One per configuration; nil for those that are no top-k accuracy.
    private var topK: [TopKCounts?]

    /// - Throws: `MetricError` for a metric that does not fit the targets.
    package init(_ configurations: [MetricConfiguration], format: PredictionFormat) throws(MetricError) {
        for kind in configurations.map(\.kind) {
            if kind.needsClasses && !format.isClasses { throw .needsClasses(kind) }
            if !kind.needsClasses && format.targets == .classIndex { throw .needsNumbers(kind) }
            if kind == .topKAccuracy && format.targets == .binary { throw .needsOneOfMany(kind) }
        }
        self.configurations = configurations
        self.format = format
        topK = []
        reset()
    }

    /// Forgets all examples.
    package mutating func reset() {
        let kinds = Set(configurations.map(\.kind))
        counts = format.isClasses ? ClassCounts(format: format) : nil
        ranks = kinds.contains(.auc) ? RankScores(format: format) : nil
        bins = kinds.contains(.calibrationError) ? CalibrationBins() : nil
        errors = kinds.contains { !$0.needsClasses } ? ErrorSums(width: format.width) : nil
        topK = configurations.map { $0.kind == .topKAccuracy ? TopKCounts(k: $0.k) : nil }
    }

    /// - Parameters:
    ///   - predictions: (rows, `format.width`), row-major.
    ///   - targets: (rows, `format.targetWidth`).
    ///   - rows: those that count; padding comes after them.
    package mutating func add(predictions: UnsafePointer<Float>, targets: UnsafePointer<Float>, rows: Int) {
        let batch = MetricBatch(predictions: predictions, targets: targets, rows: rows, format: format)
        counts?.add(batch)
        ranks?.add(batch)
        bins?.add(batch)
        errors?.add(batch)
        for index in topK.indices { topK[index]?.add(batch) }
    }

    /// One value per configuration, in order.
    /// - Parameter prefix: put before each name: `val_`, `test_`.
    package func values(prefix: String = "") -> [MetricValue] {
        configurations.enumerated().map { index, configuration in
            MetricValue(name: prefix + configuration.name, value: value(of: configuration.kind, at: index))
        }
    }

    /// Per class; empty for numbers.
    package var classReports: [ClassReport] {
        var reports = counts?.reports ?? []
        guard let areas = ranks?.perOutput else { return reports }
        // Both classes of a single yes or no have the same area.
        for index in reports.indices { reports[index].auc = areas[areas.count == 1 ? 0 : index] }
        return reports
    }

    /// Nil for numbers and for several questions at once.
    package var confusionMatrix: ConfusionMatrix? {
        guard let counts, !counts.isMultiLabel else { return nil }
        return counts.matrices[0]
    }

    private func value(of kind: MetricKind, at index: Int) -> Double {
        switch kind {
        case .accuracy: counts?.accuracy ?? .nan
        case .topKAccuracy: topK[index]?.value ?? .nan
        case .precision: counts?.macro(\.precision) ?? .nan
        case .recall: counts?.macro(\.recall) ?? .nan
        case .f1: counts?.macro(\.f1) ?? .nan
        case .auc: ranks?.macro ?? .nan
        case .mae: errors?.meanAbsolute ?? .nan
        case .mse: errors?.meanSquared ?? .nan
        case .rmse: errors?.rootMeanSquared ?? .nan
        case .r2: errors?.determination ?? .nan
        case .calibrationError: bins?.error ?? .nan
        }
    }
}
