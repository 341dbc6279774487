import Glibc

/// How two models fared on the same examples.
package struct PairedOutcome: Hashable, Sendable {
    package var both = 0
    package var firstOnly = 0
    package var secondOnly = 0
    package var neither = 0

    package init(both: Int = 0, firstOnly: Int = 0, secondOnly: Int = 0, neither: Int = 0) {
        (self.both, self.firstOnly, self.secondOnly, self.neither) = (both, firstOnly, secondOnly, neither)
    }

    /// Counts whether each example was right in the first and in the second model.
    /// - Precondition: both are of the same examples in the same order.
    package init(first: [Bool], second: [Bool]) {
        precondition(first.count == second.count, "\(first.count) examples paired with \(second.count)")
        for (one, other) in zip(first, second) {
            switch (one, other) {
            case (true, true): both += 1
            case (true, false): firstOnly += 1
            case (false, true): secondOnly += 1
            case (false, false): neither += 1
            }
        }
    }

    /// Over several runs of each model: an example counts for the model that got it right in more runs, and for none where
    /// both did equally often (`both` where the first was right in at least half of its runs, else `neither`). Each
    /// example is counted once: runs see the same examples, so adding up their counts would count one coincidence as
    /// often as there are runs.
    /// - Precondition: as many runs of the first as of the second, all of the same examples.
    package init(first: [[Bool]], second: [[Bool]]) {
        precondition(first.count == second.count, "\(first.count) runs paired with \(second.count)")
        for example in 0..<(first.first?.count ?? 0) {
            let one = first.count { $0[example] }
            let other = second.count { $0[example] }
            if one > other {
                firstOnly += 1
            } else if one < other {
                secondOnly += 1
            } else if 2 * one >= first.count {
                both += 1
            } else {
                neither += 1
            }
        }
    }

    package var count: Int { both + firstOnly + secondOnly + neither }
}

/// McNemar's test of two models on the same examples (Psychometrika 12, 1947): were both as good, an example that only one
/// gets right would be either's with probability one half.
package enum McNemar {
    /// The exact two-sided p: twice the smaller tail of a fair coin's `firstOnly + secondOnly` throws, 1 at most; 1 where
    /// the models never disagree. As `statsmodels.stats.contingency_tables.mcnemar(exact=True)`.
    package static func exact(firstOnly: Int, secondOnly: Int) -> Double {
        let total = firstOnly + secondOnly
        guard total > 0 else { return 1 }
        let smaller = min(firstOnly, secondOnly)
        return min(1, 2 * (0...smaller).reduce(0) { $0 + probability($1, of: total) })
    }

    /// The mid-p value: the exact one less the probability of what was observed (Fagerland, Lydersen and Laake, BMC Medical
    /// Research Methodology 13:91, 2013), which is less conservative where few examples decide. Never above `exact`.
    package static func midP(firstOnly: Int, secondOnly: Int) -> Double {
        let total = firstOnly + secondOnly
        guard total > 0 else { return 1 }
        let smaller = min(firstOnly, secondOnly)
        let tail = (0...smaller).reduce(0) { $0 + probability($1, of: total) }
        return min(1, 2 * tail - probability(smaller, of: total))
    }

    /// The probability of `heads` in `total` throws of a fair coin.
    private static func probability(_ heads: Int, of total: Int) -> Double {
        exp(
            lgamma(Double(total + 1)) - lgamma(Double(heads + 1)) - lgamma(Double(total - heads + 1))
                - Double(total) * log(2))
    }
}
