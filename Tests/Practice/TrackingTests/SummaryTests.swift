import Testing
import Training

@testable import Tracking

@Suite struct SummaryTests {
    private let plain = Terminal(
        isInteractive: false, usesColor: false, usesUnicode: true, width: { 80 }, write: { _ in })

    @Test func fillsFiveLines() {
        #expect(
            RunSummary(SampleRun.description(), directory: "runs/x", terminal: plain).text == """
                Result   test accuracy 0.9812, loss 0.0612 (5,000 examples)
                Best     epoch 8 of 10 (phase all): val_accuracy 0.9810, val_loss 0.0700
                Stopped  early: val_loss no longer got better, 33.4 s, peak memory 312 MB
                Model    runs/x/model.h5; the report is runs/x/report.html
                Next     After epoch 8 the training loss fell on while the validation loss rose from 0.0700 to 0.0860: \
                more weight decay, dropout or augmentation, or fewer trainable layers.

                """)
    }

    @Test func saysHowLongStepsWaitedForData() {
        var run = SampleRun.description()
        run.evaluations = run.evaluations.map { report in
            EvaluationReport(
                step: report.step, epoch: report.epoch, phase: report.phase, trainLoss: report.trainLoss,
                validationLoss: report.validationLoss, metrics: report.metrics, learningRate: report.learningRate,
                improved: report.improved, seconds: 2, examplesPerSecond: 1, dataWaitSeconds: 0.5,
                peakMemoryBytes: 1_000_000)
        }
        let waited = Double(run.evaluations.count) * 0.5
        let text = RunSummary(run, directory: "r", terminal: plain).text
        #expect(text.contains("33.4 s, \(Figures.duration(waited)) of it waiting for data, peak memory"))
    }

    @Test func saysWhatFailed() {
        var run = RunDescription(record: SampleRun.record(), evaluations: [])
        run.record.status = .failed
        run.record.error = "the disk is full"
        run.record.best = nil
        run.record.reason = nil
        let lines = RunSummary(run, directory: "r", terminal: plain).text.split(separator: "\n")
        #expect(lines[0] == "Result   failed: the disk is full")
        #expect(!lines.contains { $0.hasPrefix("Model") })
    }

    @Test func saysTheTrainingLossWhereNothingElseWasMeasured() {
        var run = SampleRun.description()
        run.record.test = []
        run.record.best?.validationLoss = nil
        run.record.best?.metrics = []
        run.record.best?.trainLoss = 0.0724
        let text = RunSummary(run, directory: "r", terminal: plain).text
        #expect(
            text.hasPrefix("Result   training loss 0.0724; no validation or test data to tell more\nBest     epoch"))
    }

    @Test func asksForMoreEpochsWhereTheLastWasBest() {
        var run = SampleRun.description()
        run.record.reason = .completed
        run.record.best = run.record.final
        #expect(
            Advice.sentences(for: run).first
                == "val_loss was still getting better at the last epoch: try 40 epochs instead of 20 in phase \"all\".")
    }

    @Test func asksToUnfreeze() {
        var run = SampleRun.description()
        run.record.phases = [run.record.phases[0]]
        run.record.layers = run.record.layers.map { layer in
            var layer = layer
            layer.phases = [layer.phases[0]]
            return layer
        }
        run.record.best = run.record.final
        #expect(Advice.sentences(for: run).first?.hasPrefix("9,568 parameters never trained: ") == true)
    }

    @Test func asksForALowerRateAfterNaN() {
        var run = SampleRun.description()
        run.record.reason = .notFinite
        #expect(Advice.sentences(for: run).first?.hasPrefix("A value stopped being finite") == true)
    }

    @Test func saysSomethingToTryWhereNothingStandsOut() {
        var run = SampleRun.description()
        run.record.best = run.record.final
        run.record.reason = .earlyStopping
        run.record.confusion = nil
        run.record.layers = []
        run.evaluations = run.evaluations.suffix(1)
        let lines = RunSummary(run, directory: "r", terminal: plain).text.split(separator: "\n")
        #expect(lines.count == 5)
        #expect(lines[1].hasPrefix("Best     epoch 10 of 10"))
        #expect(
            lines[4]
                == "Next     Nothing stands out: another seed shows how much of the result is chance (--set seed=\(run.record.seed + 1)); finetune runs shows both."
        )
    }
}
