import Statistics
import Tracking
import Training

/// What one arm scores more than another, seed by seed and, where that is known, example by example.
struct PairedDifferences {
    /// Of each seed, by how much the first is better: of an error, by how much it has less.
    let gains: [Double]
    /// Test examples that are told apart; 0 where only seeds are.
    let examples: Int
    /// Nil where a score is not right or wrong.
    let mcNemar: Comparison.McNemar?
    /// First minus second, of each seed: of every example, or of its score alone.
    private let differences: [[Double]]
    private let isHigherBetter: Bool

    /// - Precondition: both have completed all of `seeds`.
    init(_ first: ArmScores, _ second: ArmScores, _ seeds: [Int], isHigherBetter: Bool) {
        self.isHigherBetter = isHigherBetter
        let scores = seeds.map { (first.runs[$0]?.run.score ?? .nan) - (second.runs[$0]?.run.score ?? .nan) }
        gains = scores.map { isHigherBetter ? $0 : -$0 }
        let rows = PairedDifferences.rows(first, second, seeds)
        let areUsable = rows.map { rows in
            rows.allSatisfy { $0.0.allSatisfy(\.isFinite) && $0.1.allSatisfy(\.isFinite) }
        }
        if let rows, areUsable == true {
            differences = rows.map { zip($0.0, $0.1).map { $0 - $1 } }
            examples = rows.first?.0.count ?? 0
            mcNemar = PairedDifferences.mcNemar(rows, seeds)
        } else {
            differences = scores.map { [$0] }
            examples = 0
            mcNemar = nil
        }
    }

    /// Scores of the same examples for each seed; nil where they are not known or not the same examples.
    private static func rows(_ first: ArmScores, _ second: ArmScores, _ seeds: [Int]) -> [([Double], [Double])]? {
        guard let one = first.examples, let other = second.examples, let indices = first.indices[seeds[0]],
            seeds.allSatisfy({ first.indices[$0] == indices && second.indices[$0] == indices }), !indices.isEmpty
        else { return nil }
        return seeds.map { (one[$0] ?? [], other[$0] ?? []) }
    }

    private static func mcNemar(_ rows: [([Double], [Double])], _ seeds: [Int]) -> Comparison.McNemar? {
        guard rows.allSatisfy({ $0.0.allSatisfy { $0 == 0 || $0 == 1 } && $0.1.allSatisfy { $0 == 0 || $0 == 1 } })
        else { return nil }
        let right = rows.map { ($0.0.map { $0 == 1 }, $0.1.map { $0 == 1 }) }
        let all = PairedOutcome(first: right.map { $0.0 }, second: right.map { $0.1 })
        return Comparison.McNemar(
            firstOnly: all.firstOnly, secondOnly: all.secondOnly,
            p: McNemar.exact(firstOnly: all.firstOnly, secondOnly: all.secondOnly),
            seeds: zip(seeds, right).map { seed, right in
                let outcome = PairedOutcome(first: right.0, second: right.1)
                return .init(
                    seed: seed, firstOnly: outcome.firstOnly, secondOnly: outcome.secondOnly,
                    p: McNemar.exact(firstOnly: outcome.firstOnly, secondOnly: outcome.secondOnly))
            })
    }

    /// - Returns: no interval for a single seed, which says nothing about others, or for scores that are no numbers.
    func verdict(
        _ comparison: Comparison
    ) -> (verdict: Comparison.Verdict, interval: Comparison.Interval?, moreRuns: Int?) {
        guard differences.allSatisfy({ $0.allSatisfy(\.isFinite) }) else { return (.noEvidence, nil, nil) }
        let bootstrap = HierarchicalBootstrap(
            seed: UInt64(comparison.seeds[0]), draws: comparison.draws, confidence: comparison.confidence)
        let result = bootstrap(differences)
        let verdict = Verdict(result, higherIsBetter: isHigherBetter)
        let interval =
            differences.count > 1 ? Comparison.Interval(low: result.interval.low, high: result.interval.high) : nil
        return (Comparison.Verdict(rawValue: verdict.name) ?? .noEvidence, interval, verdict.moreRuns)
    }
}

extension Comparison.Equivalence {
    /// - Parameters:
    ///   - curve: the second's scores by labels, ascending.
    ///   - isHigherBetter: whether a higher score is the better one.
    init?(
        labels: Int, score: Double, first: String, second: String, on curve: [(labels: Int, score: Double)],
        isHigherBetter: Bool
    ) {
        guard let found = DataEquivalence(curve, reaching: score, higherIsBetter: isHigherBetter) else { return nil }
        let (equals, relation): (Int, Relation) =
            switch found {
            case .about(let count): (Comparison.Equivalence.rounded(count), .about)
            case .moreThan(let count): (count, .moreThan)
            case .lessThan(let count): (count, .lessThan)
            }
        self.init(
            first: first, second: second, labels: labels, equals: equals, relation: relation,
            sentence: "with \(Figures.plural(labels, "label")) \(first) equals \(second) with \(relation.rawValue) "
                + Figures.count(equals))
    }

    /// To three digits: more would say more than an interpolation knows.
    private static func rounded(_ count: Double) -> Int {
        var unit = 1.0
        while count / unit >= 1000 { unit *= 10 }
        return Int((count / unit).rounded() * unit)
    }
}
