import JSON
import Tensors
import Testing

@testable import Tracking

/// `comparison.json` as it is written and read back.
@Suite struct ComparisonTests {
    static let fixture = String(#filePath.dropLast("ComparisonTests.swift".count)) + "Fixtures"

    @Test func everyFieldComesBack() throws {
        let json = try JSON(parsing: readText(ComparisonTests.fixture + "/comparison.json"))
        let comparison = try Comparison(json: json)
        #expect(comparison.json == json)
        #expect(try Comparison(json: JSON(parsing: comparison.json.serialized(pretty: true))) == comparison)
        #expect(comparison.status == .done && comparison.runs.count == 50 && comparison.comparisons.count == 5)
        #expect(comparison.arms.map(\.name) == ["fine-tuned", "from-scratch"])
        #expect(comparison.arms[1].rateFrom == .search && comparison.arms[1].recipe["seed"] == 42)
        let failed = comparison.runs.filter { $0.status == .failed }
        #expect(failed.map(\.folder) == ["from-scratch/0.01-s4"] && failed[0].score == nil && failed[0].curve.isEmpty)
        #expect(comparison.comparisons[0].seeds == [1, 2, 3, 5])
        #expect(comparison.comparisons[0].mcNemar?.seeds.map(\.seed) == [1, 2, 3, 5])
        #expect(comparison.metric == .init(name: "accuracy", goal: .higher, data: "test"))
        #expect(comparison.efficiency.map(\.relation) == [.about, .about, .moreThan])
    }

    @Test func whatIsAbsentStaysSo() throws {
        var comparison = Comparison(
            name: "x", metric: .init(name: "loss", goal: .lower, data: "validation"), seeds: [3], fractions: [1],
            splitsBySeed: true, budget: .init(kind: .time, steps: nil, minutes: 2.5), confidence: 0.9, draws: 100,
            classes: [],
            arms: [.init(name: "a", recipe: ["seed": 1], checkpoint: nil, learningRate: 0.1, rateFrom: .comparison)])
        comparison.comparisons = [
            .init(
                first: "a", second: "b", fraction: 1, seeds: [3], firstMean: .nan, secondMean: 1, difference: .nan,
                interval: nil, examples: 0, mcNemar: nil, wins: 0, losses: 0, ties: 1, stepsToReach: nil,
                verdict: .tooFewRuns, moreRuns: nil, sentence: "one seed tells nothing")
        ]
        let back = try Comparison(json: JSON(parsing: comparison.json.serialized(pretty: true)))
        #expect(back.json == comparison.json)
        #expect(back.comparisons[0].firstMean.isNaN && back.comparisons[0].interval == nil)
    }

    @Test func damageIsNamed() throws {
        var json = try JSON(parsing: readText(ComparisonTests.fixture + "/comparison.json"))
        json["metric"]?["data"] = nil
        let error = #expect(throws: RunRecordError.self) { try Comparison(json: json) }
        #expect(error?.key == "metric.data")
        json["version"] = 2
        #expect(throws: RunRecordError.self) { try Comparison(json: json) }
    }
}
