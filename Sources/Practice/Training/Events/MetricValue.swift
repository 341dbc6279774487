/// One number that an evaluation gave.
package struct MetricValue: Sendable, Hashable {
    /// As in the columns of `metrics.csv`: `val_accuracy`, `test_f1`.
    package let name: String
    package let value: Double

    package init(name: String, value: Double) {
        self.name = name
        self.value = value
    }
}

extension [MetricValue] {
    /// The score that early stopping or a schedule watches, among what an evaluation gave.
    /// - Parameter key: of the recipe, that of the one who watches.
    /// - Throws: `EarlyStoppingError.unknownMonitor` where it is not there.
    package func value(of monitor: String, for key: String) throws(EarlyStoppingError) -> Double {
        guard let metric = first(where: { $0.name == monitor }) else {
            throw .unknownMonitor(monitor, key: key, known: map(\.name))
        }
        return metric.value
    }
}
