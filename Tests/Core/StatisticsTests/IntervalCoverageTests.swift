import Foundation
import Testing

@testable import Statistics

/// Whether 95 % intervals contain what they should in 95 of 100 comparisons.
@Suite struct IntervalCoverageTests {
    /// With `FINETUNE_NULLS` (scripts/nightly interval-coverage) as many comparisons a setting, held to 93 to 97 % and
    /// printed; without, a quarter of the settings with few comparisons, held to that and three standard errors of a share of so few.
    @Test func intervalsCoverTheTruth() throws {
        let asked = ProcessInfo.processInfo.environment["FINETUNE_NULLS"].flatMap { Int($0) }
        let comparisons = asked ?? 250
        let settings = NullExperiment.all(examples: asked == nil ? 60 : 200)
        let slack = asked == nil ? 3 * (0.95 * 0.05 / Double(comparisons)).squareRoot() : 0
        for (place, setting) in settings.enumerated() where asked != nil || place % 4 == 0 {
            let share = setting.coverage(comparisons: comparisons, draws: asked == nil ? 200 : 400)
            #expect(
                share.interval >= 0.93 - slack && share.interval <= 0.97 + slack,
                "\(setting): \(100 * share.interval) %")
            guard asked != nil else { continue }
            print(
                "coverage | \(setting) | \(String(format: "%.1f | %.1f", 100 * share.interval, 100 * share.percentiles))"
            )
        }
    }

    /// What the correction is for: percentiles alone are far too narrow where three seeds are all that varies.
    @Test func plainPercentilesCoverTooLittle() {
        let setting = NullExperiment(kind: .numbers, seeds: 3, examples: 60, ofSeed: 1, ofExample: 0, ofBoth: 0)
        let share = setting.coverage(comparisons: 300, draws: 300)
        #expect(share.percentiles < 0.85)
        #expect(share.interval > 0.90)
    }
}
