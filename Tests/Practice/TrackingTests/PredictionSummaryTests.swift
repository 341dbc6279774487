import JSON
import Testing

@testable import Tracking

@Suite struct PredictionSummaryTests {
    /// Four examples of three classes; two wrong, one of them sure.
    private func summary(_ scores: [Float], width: Int = 3, areLogits: Bool = false, targets: [Int])
        -> PredictionSummary
    {
        PredictionSummary(
            data: "test", scores: scores, width: width, areLogits: areLogits, targets: targets,
            indices: targets.indices.map { 100 + $0 }, classNames: ["a", "b", "c"], name: { "example \($0)" })
    }

    @Test func tellsSureMistakesFirst() {
        let summary = summary(
            [0.7, 0.2, 0.1, 0.05, 0.9, 0.05, 0.3, 0.3, 0.4, 0.0, 0.01, 0.99], targets: [0, 0, 1, 2])
        #expect(summary.examples == 4 && summary.mistakeCount == 2)
        #expect(summary.mistakes.map(\.index) == [101, 102])
        #expect(summary.mistakes.map(\.actual) == ["a", "b"])
        #expect(summary.mistakes.map(\.predicted) == ["b", "c"])
        #expect(abs(summary.mistakes[0].confidence - 0.9) < 1e-6)
        #expect(summary.accuracy == 0.5)
        #expect(abs(summary.confidence - (0.7 + 0.9 + 0.4 + 0.99) / 4) < 1e-6)
        // Each in a stretch of its own: the mean distance.
        #expect(abs(summary.calibrationError - (0.3 + 0.9 + 0.4 + 0.01) / 4) < 1e-6)
    }

    @Test func equalConfidenceGoesByNumber() {
        let summary = summary([1, 0, 0, 1, 0, 0], targets: [1, 1])
        #expect(summary.mistakes.map(\.index) == [100, 101])
    }

    @Test func logitsBecomeProbabilities() {
        let logits = summary([2, 0, 0], areLogits: true, targets: [0])
        let share = 7.389056 / (7.389056 + 2)
        #expect(abs(logits.confidence - share) < 1e-6)
        let yes = summary([1.5, -0.5], width: 1, areLogits: true, targets: [1, 1])
        #expect(yes.mistakes.map(\.predicted) == ["a"])
        #expect(abs(yes.mistakes[0].confidence - 1 / (1 + 0.60653066)) < 1e-6)
        #expect(yes.accuracy == 0.5)
    }

    @Test func whatIsNoNumberIsNoConfidence() {
        let summary = summary([.nan, .nan, .nan], targets: [0])
        #expect(summary.examples == 1 && summary.confidence == 0)
    }

    @Test func readsItsOwnFile() throws {
        let summary = SampleRun.predictions()
        let text = summary.json.serialized(pretty: true)
        #expect(try PredictionSummary(json: JSON(parsing: text)) == summary)
        let png = Base64.encoded(try #require(summary.mistakes[0].picture))
        let damaged = text.replacing(png, with: "a*b=")
        #expect(throws: PredictionSummaryError(key: "png")) { try PredictionSummary(json: JSON(parsing: damaged)) }
    }

    /// RFC 4648, section 10.
    @Test func base64IsThatOfTheStandard() {
        let vectors = ["": "", "f": "Zg==", "fo": "Zm8=", "foo": "Zm9v", "foob": "Zm9vYg==", "fooba": "Zm9vYmE="]
        for (text, encoded) in vectors {
            #expect(Base64.encoded(Array(text.utf8)) == encoded)
            #expect(Base64.decoded(encoded) == Array(text.utf8))
        }
        for damaged in ["Zg=", "Z===", "Zg==Zg==", "Zh==", "Zm9\"", "===="] { #expect(Base64.decoded(damaged) == nil) }
        let all = (0...255).map { UInt8($0) }
        #expect(Base64.decoded(Base64.encoded(all)) == all)
    }
}
