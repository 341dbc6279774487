import Glibc

/// When a curve first reached a score.
package enum StepsToReach {
    /// The first step whose score is at least (for a loss or an error: at most) `score`; nil where none is. What lies between
    /// two evaluations was not seen and is not guessed. NaN reaches nothing.
    /// - Parameter curve: steps in ascending order with the score after each.
    package static func first(
        in curve: [(step: Int, score: Double)], reaching score: Double, higherIsBetter: Bool = true
    ) -> Int? {
        curve.first { higherIsBetter ? $0.score >= score : $0.score <= score }?.step
    }
}

/// With how many labels one way of training reaches what another reached with fewer.
package enum DataEquivalence: Hashable, Sendable {
    /// About this many labels.
    case about(Double)
    /// Not even the largest number tried.
    case moreThan(Int)
    /// The smallest number tried was enough.
    case lessThan(Int)

    /// Where a curve of scores over labels first reaches `score`: between two numbers of labels that were tried linear in
    /// the logarithm of the labels, since scores grow about evenly with every doubling. Of several crossings it is the first,
    /// which speaks for the curve. Scores that are NaN are left out.
    /// - Parameter curve: numbers of labels, above 0, with their mean scores, in any order.
    /// - Returns: Nil for a curve without scores or a score that is NaN.
    package init?(_ curve: [(labels: Int, score: Double)], reaching score: Double, higherIsBetter: Bool = true) {
        let sign = higherIsBetter ? 1.0 : -1
        let goal = sign * score
        let points = curve.filter { !$0.score.isNaN }.map { ($0.labels, sign * $0.score) }.sorted { $0.0 < $1.0 }
        guard let first = points.first, let last = points.last, !goal.isNaN else { return nil }
        if first.1 > goal {
            self = .lessThan(first.0)
            return
        }
        if first.1 == goal {
            self = .about(Double(first.0))
            return
        }
        for (low, high) in zip(points, points.dropFirst()) where high.1 >= goal {
            let share = (goal - low.1) / (high.1 - low.1)
            let (from, to) = (log(Double(low.0)), log(Double(high.0)))
            self = .about(share == 1 ? Double(high.0) : exp(from + share * (to - from)))
            return
        }
        self = .moreThan(last.0)
    }
}
