import Testing

@testable import Statistics

@Suite struct OutcomeTests {
    @Test func pairsAreCounted() {
        let outcome = PairedOutcome(
            first: [true, true, false, false, true], second: [true, false, true, false, false])
        #expect(outcome == PairedOutcome(both: 1, firstOnly: 2, secondOnly: 1, neither: 1))
        #expect(outcome.count == 5)
    }

    /// An example counts once, for the model that is right more often.
    @Test func runsAreCountedByExample() {
        let first = [[true, true, false, false], [true, false, false, true], [true, true, false, false]]
        let second = [[true, false, true, false], [true, false, true, true], [true, false, false, false]]
        let outcome = PairedOutcome(first: first, second: second)
        #expect(outcome == PairedOutcome(both: 1, firstOnly: 1, secondOnly: 1, neither: 1))
    }

    @Test(arguments: [(0, 0, 1.0), (5, 5, 1.0), (0, 5, 0.0625), (2, 10, 158.0 / 4096), (1, 0, 1.0)])
    func mcNemarIsExact(_ one: Int, _ other: Int, _ expected: Double) {
        #expect(abs(McNemar.exact(firstOnly: one, secondOnly: other) - expected) < 1e-9)
        #expect(McNemar.midP(firstOnly: one, secondOnly: other) <= McNemar.exact(firstOnly: one, secondOnly: other))
    }

    @Test func stepsToReach() {
        let curve = [(10, 0.5), (20, Double.nan), (30, 0.8), (40, 0.7), (50, 0.9)].map { (step: $0.0, score: $0.1) }
        #expect(StepsToReach.first(in: curve, reaching: 0.7) == 30)
        #expect(StepsToReach.first(in: curve, reaching: 0.95) == nil)
        #expect(StepsToReach.first(in: curve, reaching: 0.5, higherIsBetter: false) == 10)
        #expect(StepsToReach.first(in: [], reaching: 0) == nil)
    }

    @Test func labelsThatAreWorthAsMuch() throws {
        let curve = [(1000, 0.9), (100, 0.7), (10, 0.5)].map { (labels: $0.0, score: $0.1) }
        #expect(DataEquivalence(curve, reaching: 0.95) == .moreThan(1000))
        #expect(DataEquivalence(curve, reaching: 0.4) == .lessThan(10))
        #expect(DataEquivalence(curve, reaching: 0.5) == .about(10))
        #expect(DataEquivalence(curve, reaching: 0.7) == .about(100))
        #expect(DataEquivalence(curve, reaching: .nan) == nil)
        #expect(DataEquivalence([], reaching: 1) == nil)
        guard case .about(let between) = try #require(DataEquivalence(curve, reaching: 0.8)) else {
            Issue.record("0.8 lies between 100 and 1000 labels")
            return
        }
        #expect(abs(between - 316.2277660168379) < 1e-9)
        let losses = [(10, 2.0), (100, 1.0)].map { (labels: $0.0, score: $0.1) }
        #expect(DataEquivalence(losses, reaching: 2.5, higherIsBetter: false) == .lessThan(10))
        #expect(DataEquivalence(losses, reaching: 0.5, higherIsBetter: false) == .moreThan(100))
        // Up, down and up again: the first time counts.
        let uneven = [(10, 0.2), (100, 0.6), (1000, 0.4), (10_000, 0.8)].map { (labels: $0.0, score: $0.1) }
        #expect(DataEquivalence(uneven, reaching: 0.6) == .about(100))
    }
}

@Suite struct VerdictTests {
    private func result(_ differences: [[Double]]) -> BootstrapInterval {
        HierarchicalBootstrap(seed: 1, draws: 500)(differences)
    }

    /// Seeds whose examples agree: one number each.
    private func result(_ seeds: Double...) -> BootstrapInterval { result(seeds.map { [$0] }) }

    @Test func clearDifferencesAreSeen() {
        let clear = result(0.10, 0.11, 0.12)
        #expect(Verdict(clear) == .better)
        #expect(Verdict(clear, higherIsBetter: false) == .worse)
        #expect(Verdict(result(-0.10, -0.11, -0.12)) == .worse)
        #expect(Verdict(result(0.1, 0.1, 0.1)) == .better)
    }

    @Test func theSameArmTwiceIsNoEvidence() {
        #expect(Verdict(result([[0, 0, 0], [0, 0, 0], [0, 0, 0]])) == .noEvidence)
        #expect(Verdict(result(0.01, -0.02, 0.015, -0.006)) == .noEvidence)
    }

    @Test func oneOrTwoSeedsDecideNothing() {
        #expect(Verdict(result(0.5)) == .tooFewRuns(more: 2))
        #expect(Verdict(result([[1, 1, 1, 1, 0, 1, 1]])) == .tooFewRuns(more: 2))
        #expect(Verdict(result(0.5, 0.5)) == .tooFewRuns(more: 1))
        #expect(Verdict(result(0, 0)) == .tooFewRuns(more: 1))
    }

    @Test func whatMoreRunsWouldDecideIsSaid() throws {
        let hint = result(0.00, 0.02, 0.01)
        let verdict = Verdict(hint)
        let more = try #require(verdict.moreRuns)
        #expect(verdict.name == "too few runs")
        // An effect of one standard deviation takes 10 pairs for a power of 80 % (any table of the paired t test).
        #expect(more == 7)
    }

    /// More seeds do not make up for a small test set.
    @Test func noiseOfExamplesStays() {
        let rows = (0..<4).map { seed in (0..<12).map { $0 % 2 == 0 ? 1.1 + 0.001 * Double(seed) : -1.0 } }
        #expect(Verdict(result(rows)) == .noEvidence)
    }

    /// A model that answers one class, each time another one, on as many examples of each: all seeds have the same mean.
    @Test func equalMeansByBalanceAreNoCertainty() {
        let rows = (0..<6).map { seed in (0..<30).map { Double($0 % 3 == seed % 3 ? 0 : 1) } }
        let found = result(rows)
        #expect(found.variance.ofSeeds > 0 && found.interval.width > 0.005 && found.interval.width < 0.1)
    }

    /// A score that is no mean over examples: mean ± t(7) · s / √8, but for what the draws say of its shape.
    @Test func oneNumberPerSeedGivesAboutStudentsInterval() {
        let found = result(1, 2.2, 3.1, 4, 5.3, 6.2, 6.9, 8.3).interval
        let half = 2.364624251592785 * (6.2114285714285714 / 8).squareRoot()
        #expect(abs(found.width - 2 * half) < 0.1 * half)
        #expect(abs((found.low + found.high) / 2 - 4.625) < 0.1 * half)
    }

    @Test func aSeedChoosesTheDraws() {
        let rows = [[0.1, 0.4, -0.2], [0.3, 0, 0.1], [0.2, 0.2, -0.3]]
        let first = HierarchicalBootstrap(seed: 5)(rows)
        #expect(HierarchicalBootstrap(seed: 5)(rows) == first)
        #expect(HierarchicalBootstrap(seed: 6).means(of: rows) != HierarchicalBootstrap(seed: 5).means(of: rows))
        #expect(HierarchicalBootstrap(seed: 5, confidence: 0.8)(rows).interval.width < first.interval.width)
    }
}
