import Foundation
import Testing

@testable import Training

@Suite struct EarlyStoppingTests {
    private func run(_ configuration: EarlyStoppingConfiguration, _ scores: [Double]) -> (EarlyStopping, [Bool], Int?) {
        var stopping = EarlyStopping(configuration)
        var improved: [Bool] = []
        var stoppedAt: Int?
        for (index, score) in scores.enumerated() {
            improved.append(stopping.record(score, step: (index + 1) * 10, epoch: index + 1))
            if stopping.shouldStop && stoppedAt == nil { stoppedAt = index }
        }
        return (stopping, improved, stoppedAt)
    }

    @Test func waitsForPatienceEvaluationsSinceTheBest() throws {
        let (stopping, improved, stopped) = run(try EarlyStoppingConfiguration(patience: 2), [3, 2, 2.5, 1.9, 2, 1.9])
        #expect(improved == [true, true, false, true, false, false])
        #expect(stopped == 5)
        #expect(stopping.state.bestEpoch == 4 && stopping.state.bestStep == 40 && stopping.state.bestScore == 1.9)
    }

    @Test func patienceOfNothingStopsAtTheFirstThatIsNoBetterAsInKeras() throws {
        #expect(run(try EarlyStoppingConfiguration(patience: 0), [3, 2, 2]).2 == 2)
        #expect(run(try EarlyStoppingConfiguration(patience: nil), [3, 3, 3, 3, 3]).2 == nil)
    }

    @Test func onlyMoreThanTheDeltaCounts() throws {
        let lower = try EarlyStoppingConfiguration(minDelta: 0.5)
        #expect(run(lower, [3, 2.5, 2.4]).1 == [true, false, true])
        let higher = try EarlyStoppingConfiguration(monitor: "val_accuracy", minDelta: 0.25)
        #expect(run(higher, [0.5, 0.75, 0.8]).1 == [true, false, true])
    }

    @Test func whatIsNotFiniteNeverWins() throws {
        let (stopping, improved, _) = run(try EarlyStoppingConfiguration(), [.nan, -.infinity, 2, .nan, 1])
        #expect(improved == [false, false, true, false, true])
        #expect(stopping.state.bestScore == 1)
        let never = run(try EarlyStoppingConfiguration(patience: 2), [.nan, .nan])
        #expect(never.2 == 1)
        #expect(never.0.state.bestStep == nil)
        #expect(never.0.reason() == "val_loss was never finite, for 2 evaluations (2 epochs)")
    }

    @Test func directionFollowsTheName() {
        for name in ["val_loss", "loss", "val_head_mae", "rmse", "test_calibration_error", "val_mse"] {
            #expect(ScoreDirection(monitoring: name) == .lower, "\(name)")
        }
        for name in ["val_accuracy", "val_auc", "r2", "val_f1", "top_k_accuracy"] {
            #expect(ScoreDirection(monitoring: name) == .higher, "\(name)")
        }
    }

    @Test func stateSurvivesAResume() throws {
        let configuration = try EarlyStoppingConfiguration(patience: 2)
        let (before, _, _) = run(configuration, [2, 3])
        let bytes = try JSONEncoder().encode(before.state)
        var after = EarlyStopping(
            configuration, state: try JSONDecoder().decode(EarlyStopping.State.self, from: bytes))
        #expect(after == before)
        #expect(after.record(2.5, step: 30, epoch: 3) == false && after.shouldStop)
    }

    @Test func reasonSaysWhatWhenAndWhere() throws {
        let (stopping, _, _) = run(try EarlyStoppingConfiguration(patience: 3), [0.25, 0.3, 0.3, 0.3])
        #expect(
            stopping.reason(evaluationsPerEpoch: 2)
                == "val_loss has not improved for 3 evaluations (1.5 epochs); its best was 0.25 at epoch 1, step 10")
    }

    @Test func aMonitorThatIsNotThereIsAnError() throws {
        #expect(try [MetricValue(name: "val_loss", value: 2)].value(of: "val_loss", for: "schedule") == 2)
        let error = #expect(throws: EarlyStoppingError.self) {
            try [MetricValue(name: "train_loss", value: 2)].value(of: "val_loss", for: "early_stopping")
        }
        #expect(
            "\(error!)" == "early_stopping watches val_loss, but an evaluation gives only train_loss; "
                + "add data.validation, or monitor one of these")
        #expect(throws: EarlyStoppingError.outOfRange("patience", "-1")) {
            try EarlyStoppingConfiguration(patience: -1)
        }
        #expect(throws: EarlyStoppingError.self) { try EarlyStoppingConfiguration(minDelta: .nan) }
    }
}
