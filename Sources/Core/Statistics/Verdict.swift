/// What a comparison of a first with a second model says.
package enum Verdict: Hashable, Sendable {
    case better
    case worse
    /// The interval contains 0, and more runs within reach would probably not change that.
    case noEvidence
    /// The interval contains 0 or there are fewer than three seeds, but about `more` runs of each might decide.
    case tooFewRuns(more: Int)

    /// Below this many seeds nothing is decided: their spread is all that says what another seed would do.
    package static let fewestSeeds = 3
    /// More seeds than this are not asked for.
    package static let mostSeeds = 20

    /// - Parameters:
    ///   - result: of the differences first − second.
    ///   - higherIsBetter: false for a loss or an error.
    package init(_ result: BootstrapInterval, higherIsBetter: Bool = true) {
        let variance = result.variance
        let enough = variance.seeds >= Verdict.fewestSeeds
        if enough && result.mean != 0 && !result.interval.contains(0) {
            self = (result.mean > 0) == higherIsBetter ? .better : .worse
            return
        }
        let fewest = Verdict.fewestSeeds - variance.seeds
        let needed = Verdict.seedsNeeded(variance).map { $0 - variance.seeds }
        if let more = needed.map({ max($0, fewest) }) ?? (enough ? nil : fewest), more > 0 {
            self = .tooFewRuns(more: more)
        } else {
            self = .noEvidence
        }
    }

    /// The fewest seeds, above those there are and up to `mostSeeds`, with which a difference as observed would be seen with
    /// probability `power`: a two-sided paired t test at `significance` whose standard error is √(seeds' variance / seeds +
    /// examples' part), since more seeds leave the noise of the test set as it is. Nil where no such number is enough, where
    /// there is no difference, or where one seed says nothing about the spread of seeds.
    package static func seedsNeeded(
        _ variance: CrossedVariance, power: Double = 0.8, significance: Double = 0.05
    ) -> Int? {
        guard variance.seeds > 1, variance.mean != 0, variance.seeds < mostSeeds else { return nil }
        return (variance.seeds + 1...mostSeeds).first { seeds in
            let seedPart = variance.ofSeeds * Double(variance.seeds) / Double(seeds)
            let error = (seedPart + variance.ofExamples).squareRoot()
            guard error > 0 else { return true }
            let t = StudentT(degrees: Double(seeds - 1))
            return t.power(critical: t.quantile(1 - significance / 2), shift: abs(variance.mean) / error) >= power
        }
    }

    /// As `comparison.json` has it.
    package var name: String {
        switch self {
        case .better: "better"
        case .worse: "worse"
        case .noEvidence: "no evidence"
        case .tooFewRuns: "too few runs"
        }
    }

    /// The runs that are missing; nil where none are.
    package var moreRuns: Int? {
        if case .tooFewRuns(let more) = self { more } else { nil }
    }
}
