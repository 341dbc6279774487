/// How often each class was taken for each.
package struct ConfusionTable: Sendable, Hashable {
    package let classNames: [String]
    /// `counts[actual][predicted]`
    package let counts: [[Int]]

    package init(classNames: [String], counts: [[Int]]) {
        let sides = counts.map(\.count) + [counts.count]
        precondition(sides.allSatisfy { $0 == classNames.count }, "a confusion table is square, a side per class")
        self.classNames = classNames
        self.counts = counts
    }

    /// What a class is recognised by. A share of nothing is nil: a class that never occurs has no recall.
    package struct ClassScore: Sendable, Hashable {
        package let name: String
        /// Examples that are of this class.
        package let support: Int
        package let precision: Double?
        package let recall: Double?
        /// 2 · precision · recall / (precision + recall), as 2 · hits / (support + predicted).
        package let f1: Double?
    }

    /// Two classes that are taken for one another.
    package struct Mistake: Sendable, Hashable {
        package let actual: Int
        package let predicted: Int
        package let count: Int
    }

    package var total: Int { counts.reduce(0) { $0 + $1.reduce(0, +) } }

    package var scores: [ClassScore] {
        classNames.indices.map { index in
            let hits = counts[index][index]
            let support = counts[index].reduce(0, +)
            let predicted = counts.reduce(0) { $0 + $1[index] }
            func share(_ part: Int, of whole: Int) -> Double? { whole > 0 ? Double(part) / Double(whole) : nil }
            return ClassScore(
                name: classNames[index], support: support, precision: share(hits, of: predicted),
                recall: share(hits, of: support), f1: share(2 * hits, of: support + predicted))
        }
    }

    /// The most frequent mistakes, the worst first.
    package func mistakes(limit: Int) -> [Mistake] {
        var mistakes: [Mistake] = []
        for (actual, row) in counts.enumerated() {
            for (predicted, count) in row.enumerated() where actual != predicted && count > 0 {
                mistakes.append(Mistake(actual: actual, predicted: predicted, count: count))
            }
        }
        mistakes.sort { ($1.count, $0.actual, $0.predicted) < ($0.count, $1.actual, $1.predicted) }
        return Array(mistakes.prefix(limit))
    }
}
