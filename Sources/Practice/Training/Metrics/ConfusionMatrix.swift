/// How often a class was taken for which.
package struct ConfusionMatrix: Hashable, Sendable {
    package let classes: Int
    /// (target, prediction), row-major.
    package private(set) var counts: [Int]
    /// Per target, rows whose prediction is NaN: wrong, but taken for no class.
    package private(set) var undecided: [Int]

    package init(classes: Int) {
        self.classes = classes
        counts = Array(repeating: 0, count: classes * classes)
        undecided = Array(repeating: 0, count: classes)
    }

    package mutating func add(target: Int, prediction: Int?) {
        if let prediction { counts[target * classes + prediction] += 1 } else { undecided[target] += 1 }
    }

    package subscript(target target: Int, prediction prediction: Int) -> Int { counts[target * classes + prediction] }

    /// Examples whose target is the class.
    package func support(_ index: Int) -> Int {
        (0..<classes).reduce(undecided[index]) { $0 + self[target: index, prediction: $1] }
    }

    package func predicted(_ index: Int) -> Int {
        (0..<classes).reduce(0) { $0 + self[target: $1, prediction: index] }
    }

    package func hits(_ index: Int) -> Int { self[target: index, prediction: index] }

    /// Of those taken for the class, the share that is; 0 where none was, as in scikit-learn.
    package func precision(_ index: Int) -> Double { ConfusionMatrix.share(hits(index), of: predicted(index)) }

    /// Of those that are the class, the share that was found; 0 where none is.
    package func recall(_ index: Int) -> Double { ConfusionMatrix.share(hits(index), of: support(index)) }

    /// The harmonic mean of precision and recall: 2 hits / (support + predicted).
    package func f1(_ index: Int) -> Double {
        ConfusionMatrix.share(2 * hits(index), of: support(index) + predicted(index))
    }

    /// The share of all examples that were right; NaN without examples.
    package var accuracy: Double {
        let total = counts.reduce(0, +) + undecided.reduce(0, +)
        return Double((0..<classes).reduce(0) { $0 + hits($1) }) / Double(total)
    }

    private static func share(_ part: Int, of whole: Int) -> Double {
        whole == 0 ? 0 : Double(part) / Double(whole)
    }
}
