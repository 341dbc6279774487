import Foundation
import Layers
import Testing

@testable import Training

@Suite struct PlateauReductionTests {
    struct Case: CustomTestStringConvertible {
        let name: String
        var configuration: PlateauConfiguration
        let scores: [Double]
        /// After each evaluation.
        let shares: [Double]
        var testDescription: String { name }
    }

    static let cases: [Case] = [
        Case(
            name: "patience of two", configuration: PlateauConfiguration(factor: 0.5, patience: 2),
            scores: [1, 0.9, 0.95, 0.92, 0.91, 0.93, 0.8, 0.81], shares: [1, 1, 1, 0.5, 0.5, 0.25, 0.25, 0.25]),
        Case(
            name: "none is one", configuration: PlateauConfiguration(factor: 0.1, patience: 0),
            scores: [1, 1, 0.9], shares: [1, 0.1, 0.1]),
        Case(
            name: "higher is better",
            configuration: PlateauConfiguration(monitor: "val_accuracy", factor: 0.5, patience: 1),
            scores: [0.5, 0.6, 0.55, 0.7], shares: [1, 1, 0.5, 0.5]),
        Case(
            name: "an improvement must exceed the delta",
            configuration: PlateauConfiguration(factor: 0.5, patience: 1, minDelta: 0.1),
            scores: [1, 0.95, 0.85, 0.75], shares: [1, 0.5, 0.5, 0.25]),
        Case(
            name: "cooldown", configuration: PlateauConfiguration(factor: 0.5, patience: 1, cooldown: 2),
            // The fall, two evaluations of which one counts again at the end of the cooldown, as in Keras.
            scores: [1, 2, 2, 2, 2, 2], shares: [1, 0.5, 0.5, 0.25, 0.25, 0.125]),
        Case(
            name: "least rate", configuration: PlateauConfiguration(factor: 0.1, patience: 1, minRate: 0.004),
            scores: [1, 1, 1, 1, 1], shares: [1, 0.1, 0.04, 0.04, 0.04]),
        Case(
            name: "NaN is no improvement", configuration: PlateauConfiguration(factor: 0.5, patience: 2),
            scores: [.nan, .nan, 3, .infinity, 2.5, .nan], shares: [1, 0.5, 0.5, 0.5, 0.5, 0.5]),
    ]

    @Test(arguments: cases) func lowersTheRate(_ item: Case) throws {
        var plateau = PlateauReduction(item.configuration, peakRate: 0.1)
        for (index, score) in item.scores.enumerated() {
            plateau.record(score)
            #expect(abs(plateau.state.share - item.shares[index]) < 1e-12, "after \(index + 1)")
            // The state is all there is.
            let saved = try JSONDecoder().decode(
                PlateauReduction.State.self, from: JSONEncoder().encode(plateau.state))
            plateau = PlateauReduction(item.configuration, peakRate: 0.1, state: saved)
        }
    }

    @Test func aPhaseGoesByIt() throws {
        let rows = TableTraining.rows(16)
        let training = try TableTraining(rows, batchSize: 8, validation: rows)
        // Nothing improves by as much as 100.
        let plateau = PlateauConfiguration(factor: 0.5, patience: 2, minDelta: 100)
        let schedule = ScheduleConfiguration(.reduceOnPlateau(plateau), warmup: .steps(1))
        _ = try training.trainer.run([TableTraining.phase(.epochs(6), schedule: schedule)])
        let rates = training.record.steps.map { $0.learningRate * 10 }
        let expected = [0.5, 1, 1, 1, 1, 1, 0.5, 0.5, 0.5, 0.5, 0.25, 0.25]
        for (found, rate) in zip(rates, expected) { #expect(abs(found - rate) < 1e-9, "\(rates)") }
        #expect(training.record.messages.count == 2)
        #expect(training.record.messages[0].hasPrefix("step 6: val_loss has not improved for 2 evaluations"))
    }

    @Test func aContinuingPhaseGoesOnWithIt() throws {
        let rows = TableTraining.rows(16)
        let plateau = PlateauConfiguration(factor: 0.5, patience: 2, minDelta: 100)
        func rates(_ lengths: [Int]) throws -> [Double] {
            let training = try TableTraining(rows, batchSize: 8, validation: rows)
            _ = try training.trainer.run(
                lengths.enumerated().map { index, steps in
                    var phase = try TableTraining.phase(
                        .steps(steps), schedule: ScheduleConfiguration(.reduceOnPlateau(plateau)), name: "p\(index)")
                    phase.continues = index > 0
                    return phase
                })
            return training.record.steps.map(\.learningRate)
        }
        let whole = try rates([16])
        #expect(try rates([8, 8]) == whole)
        #expect(Set(whole).count == 4)
    }

    @Test func numbersThatMakeNoSenseAreRefused() {
        for plateau in [
            PlateauConfiguration(factor: 1), PlateauConfiguration(factor: 0), PlateauConfiguration(patience: -1),
            PlateauConfiguration(minDelta: .nan), PlateauConfiguration(minRate: -1), PlateauConfiguration(cooldown: -1),
        ] {
            #expect(throws: ScheduleError.self) { try ScheduleConfiguration(.reduceOnPlateau(plateau)).validate() }
        }
    }
}
