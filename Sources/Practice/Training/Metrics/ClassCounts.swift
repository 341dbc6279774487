/// Right and wrong per class: what accuracy, precision, recall and F1 come from.
struct ClassCounts {
    let format: PredictionFormat
    /// One matrix over all classes; for several binary questions a two-class matrix each.
    private(set) var matrices: [ConfusionMatrix]

    init(format: PredictionFormat) {
        self.format = format
        let binary = format.targets == .binary
        matrices = Array(
            repeating: ConfusionMatrix(classes: binary ? 2 : format.width), count: binary ? format.width : 1)
    }

    /// Whether the output answers several questions at once.
    var isMultiLabel: Bool { format.targets == .binary && format.width > 1 }

    mutating func add(_ batch: MetricBatch) {
        for row in 0..<batch.rows {
            guard format.targets == .binary else {
                matrices[0].add(target: batch.targetClass(row), prediction: MetricBatch.largest(batch.scores(row)))
                continue
            }
            for column in 0..<format.width {
                let answer = batch.answer(row, column)
                matrices[column].add(
                    target: batch.isPositive(row, column) ? 1 : 0, prediction: answer.map { $0 ? 1 : 0 })
            }
        }
    }

    /// Over all answers.
    var accuracy: Double { matrices.reduce(0) { $0 + $1.accuracy } / Double(matrices.count) }

    /// One per class; for several questions one per question, about its yes.
    var reports: [ClassReport] {
        guard isMultiLabel else { return (0..<matrices[0].classes).map { ClassReport(index: $0, matrices[0], of: $0) } }
        return matrices.enumerated().map { ClassReport(index: $0, $1, of: 1) }
    }

    /// The mean of `value` over the classes that occur among the targets; NaN where none does. On purpose not quite
    /// scikit-learn's `average="macro"`, which also counts, with 0, classes that were only predicted: there a single stray
    /// answer moves the mean by a class's share. With `labels=` the targets' classes it is the same.
    func macro(_ value: (ClassReport) -> Double) -> Double {
        let present = reports.filter { $0.support > 0 }
        return present.reduce(0) { $0 + value($1) } / Double(present.count)
    }
}

/// How one class fared.
package struct ClassReport: Hashable, Sendable {
    package let index: Int
    /// Examples of the class.
    package let support: Int
    package let precision: Double
    package let recall: Double
    package let f1: Double
    /// One against the rest; nil where it was not asked for, NaN where the class has no examples or no counterexamples.
    package internal(set) var auc: Double?

    init(index: Int, _ matrix: ConfusionMatrix, of position: Int) {
        self.index = index
        support = matrix.support(position)
        precision = matrix.precision(position)
        recall = matrix.recall(position)
        f1 = matrix.f1(position)
    }
}
