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
