import Foundation
import Testing

@testable import Statistics

/// Values of scipy, statsmodels and a NumPy bootstrap with the same draws, as `Fixtures/reference_statistics.py` wrote them.
@Suite struct GoldenTests {
    struct Golden: Decodable {
        struct Quantile: Decodable { let p: Double, x: Double }
        struct T: Decodable { let p: Double, degrees: Double, x: Double }
        struct Beta: Decodable { let x: Double, a: Double, b: Double, value: Double }
        struct Power: Decodable { let degrees: Double, effect: Double, seeds: Double, value: Double }
        struct Pair: Decodable { let first: Int, second: Int, exact: Double, mid: Double }

        let normal: [Quantile]
        let t: [T]
        let tTail: [T]
        let beta: [Beta]
        let power: [Power]
        let mcnemar: [Pair]
        let bootstraps: [Bootstrap]
    }

    struct Bootstrap: Decodable, CustomTestStringConvertible {
        let name: String
        let seed: UInt64
        let confidence: Double
        let differences: [[Double]]
        let means: [Double]
        let percentiles: [Double]
        let interval: [Double]
        let mean: Double
        let variance: [Double]

        var testDescription: String { name }
    }

    static let golden: Golden = {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        let data = try! Data(contentsOf: folder.appendingPathComponent("Fixtures/statistics.json"))
        return try! JSONDecoder().decode(Golden.self, from: data)
    }()

    private func near(_ value: Double, _ expected: Double, _ tolerance: Double) -> Bool {
        abs(value - expected) <= tolerance * max(1, abs(expected))
    }

    @Test func normalQuantiles() {
        for row in Self.golden.normal {
            #expect(near(Normal.quantile(row.p), row.x, 1e-12))
            #expect(near(Normal.cumulative(row.x), row.p, 1e-12))
        }
    }

    @Test func studentsQuantilesAndTails() {
        for row in Self.golden.t {
            #expect(near(StudentT(degrees: row.degrees).quantile(row.p), row.x, 1e-8), "\(row)")
        }
        for row in Self.golden.tTail {
            #expect(near(StudentT(degrees: row.degrees).cumulative(row.x), row.p, 1e-10), "\(row)")
        }
    }

    @Test func incompleteBetas() {
        for row in Self.golden.beta { #expect(near(incompleteBeta(row.x, row.a, row.b), row.value, 1e-10), "\(row)") }
    }

    @Test func powersOfThePairedT() {
        for row in Self.golden.power {
            let t = StudentT(degrees: row.degrees)
            let power = t.power(critical: t.quantile(0.975), shift: row.effect * row.seeds.squareRoot())
            #expect(near(power, row.value, 1e-6), "\(row), here \(power)")
        }
    }

    @Test func mcNemarEqualsStatsmodels() {
        for row in Self.golden.mcnemar {
            #expect(near(McNemar.exact(firstOnly: row.first, secondOnly: row.second), row.exact, 1e-8), "\(row)")
            #expect(near(McNemar.midP(firstOnly: row.first, secondOnly: row.second), row.mid, 1e-8), "\(row)")
        }
    }

    @Test(arguments: golden.bootstraps) func theSameDrawsGiveTheSameMeans(_ recorded: Bootstrap) {
        let bootstrap = HierarchicalBootstrap(
            seed: recorded.seed, draws: recorded.means.count, confidence: recorded.confidence)
        for (mean, expected) in zip(bootstrap.means(of: recorded.differences), recorded.means) {
            #expect(abs(mean - expected) < 1e-12)
        }
        let result = bootstrap(recorded.differences)
        #expect(near(result.mean, recorded.mean, 1e-12))
        #expect(near(result.percentiles.low, recorded.percentiles[0], 1e-12))
        #expect(near(result.percentiles.high, recorded.percentiles[1], 1e-12))
        #expect(near(result.variance.ofSeeds, recorded.variance[0], 1e-12))
        #expect(near(result.variance.ofExamples, recorded.variance[1], 1e-12))
        #expect(near(result.interval.low, recorded.interval[0], 1e-7))
        #expect(near(result.interval.high, recorded.interval[1], 1e-7))
    }
}
