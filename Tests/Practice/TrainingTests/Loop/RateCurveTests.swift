import Glibc
import Testing

@testable import Training

@Suite struct RateCurveTests {
    private func curve(_ losses: [Double]) -> RateCurve {
        var curve = RateCurve()
        for (index, loss) in losses.enumerated() where !curve.hasDiverged {
            curve.add(rate: 1e-5 * pow(10, Double(index) / 20), loss: loss)
        }
        return curve
    }

    /// The weighted mean of losses, by hand: 0.98 of the past, corrected.
    @Test func smoothingIsAnUnbiasedMean() {
        let curve = curve([2, 1])
        #expect(curve.points[0].smoothed == 2)
        #expect(abs(curve.points[1].smoothed - 0.0592 / 0.0396) < 1e-12)
    }

    @Test func theSuggestionLiesOnTheWayDown() throws {
        // Flat, then down, then up and away.
        let losses = (0..<120).map { step -> Double in
            if step < 50 { return 2 }
            if step < 80 { return 2 - Double(step - 50) / 20 }
            return 0.5 + pow(1.3, Double(step - 80))
        }
        let curve = curve(losses)
        let suggestion = try #require(curve.suggestion)
        let lowest = try #require(curve.lowest)
        #expect(suggestion > 1e-5 * pow(10, 50.0 / 20) && suggestion < lowest)
        #expect(curve.hasDiverged && curve.points.count < 120)
    }

    @Test func aLossThatOnlyRisesSuggestsNothing() {
        #expect(curve((0..<30).map { 1 + Double($0) / 10 }).suggestion == nil)
        #expect(RateCurve().suggestion == nil)
    }

    /// Small batches: the first losses alone fall faster than those that training makes fall.
    @Test(arguments: 0..<20) func noiseIsNoFall(_ seed: Int) throws {
        var state = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 &+ 1
        func noise() -> Double {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Double(state >> 40) / Double(1 << 24) - 0.5
        }
        let flat = (0..<100).map { _ in 1.3 + 0.2 * noise() }
        if let found = curve(flat).suggestion { #expect(found > 1e-5 * pow(10, 9.5 / 20)) }
        let falling = flat.enumerated().map { step, loss in step < 60 ? loss : loss - Double(step - 60) / 40 }
        #expect(try #require(curve(falling).suggestion) > 1e-5 * pow(10, 50.0 / 20))
    }
}

@Suite struct RateSearchTests {
    @Test func aSearchLeavesNothingBehind() throws {
        let phases = [try SmallTraining.phase("first", .steps(9), freezing: ["base"], evaluateEvery: .steps(4))]
        let plain = try SmallTraining()
        _ = try plain.trainer.run(phases)
        let searched = try SmallTraining()
        let before = searched.weights
        let curve = try searched.trainer.searchRate(phases, at: 0, over: RateRange(lowest: 1e-6, highest: 1, steps: 20))
        #expect(searched.weights == before && searched.record.events.isEmpty)
        #expect(curve.points.count > 3)
        #expect(abs(curve.points[0].rate - 1e-6) < 1e-18)
        // The losses are those of training: at the smallest rates hardly anything moves.
        #expect(curve.points[1].loss != curve.points[0].loss)
        _ = try searched.trainer.run(phases)
        #expect(searched.weights == plain.weights)
    }

    @Test func aLossThatIsNotFiniteEndsIt() throws {
        let phases = [try SmallTraining.phase("first", .steps(9), evaluateEvery: .steps(4))]
        let training = try SmallTraining()
        let before = training.weights
        let curve = try training.trainer.searchRate(
            phases, at: 0, over: RateRange(lowest: 1, highest: 1e30, steps: 40))
        #expect(curve.hasDiverged && curve.points.count < 40)
        #expect(training.weights == before)
    }
}
