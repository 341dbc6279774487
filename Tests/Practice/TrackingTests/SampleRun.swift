import Data
import Glibc
import OrderedCollections
import Tracking
import Training

/// Runs that never were, the same every time.
enum SampleRun {
    static let environment = Environment(
        cpu: "Intel(R) Xeon(R) Platinum 8481C CPU @ 2.70GHz", cpuFeatures: ["avx2", "avx512f", "amx_bf16"],
        memoryBytes: 16_000_000_000, system: "Debian GNU/Linux 12 (bookworm)", kernel: "Linux 6.1.0", threads: 2,
        precision: "float32", versions: ["finetune": "0.1.0", "openblas": "0.3.21", "onednn": "2.6.3"])

    static let classNames = ["Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"]

    /// Two phases of four and six epochs; best at epoch 8.
    static func evaluations() -> [EvaluationReport] {
        (1...10).map { epoch in
            let isHead = epoch <= 4
            let trainLoss = 0.6 * exp(-0.35 * Double(epoch)) + 0.02
            let distance = Double(epoch) - 8
            return EvaluationReport(
                step: epoch * 211, epoch: epoch, phase: isHead ? "head" : "all", trainLoss: trainLoss,
                validationLoss: 0.07 + 0.004 * distance * distance,
                metrics: [MetricValue(name: "val_accuracy", value: 0.981 - 0.001 * distance * distance)],
                learningRate: (isHead ? 1e-3 : 3e-4) * (1 - Double((epoch - 1) % 6) / 6), improved: epoch <= 8,
                seconds: isHead ? 0.37 : 5.1, examplesPerSecond: isHead ? 72973 : 5294, dataWaitSeconds: 0.01,
                peakMemoryBytes: 312_000_000)
        }
    }

    static func record() -> RunRecord {
        var record = RunRecord(
            name: "fashion-transfer-full", seed: 42,
            examples: RunRecord.Examples(train: 27000, validation: 3000, test: 5000), environment: environment)
        record.status = .completed
        record.reason = .earlyStopping
        record.phases = phases()
        let rows = evaluations()
        record.best = RunRecord.Moment(rows[7])
        record.final = RunRecord.Moment(rows[9])
        record.test = [MetricValue(name: "loss", value: 0.0612), MetricValue(name: "accuracy", value: 0.9812)]
        record.classNames = classNames
        record.hashes = [
            "recipe": String(repeating: "0f", count: 32), "checkpoint": String(repeating: "a1", count: 32),
            "frozen.start": String(repeating: "7c", count: 32), "frozen.end": String(repeating: "7c", count: 32),
        ]
        record.layers = layers()
        record.confusion = ConfusionTable(
            classNames: classNames,
            counts: [
                [983, 0, 12, 1, 4], [0, 997, 0, 3, 0], [8, 0, 961, 0, 31], [0, 4, 1, 995, 0], [2, 0, 28, 0, 970],
            ])
        return record
    }

    private static func phases() -> [RunRecord.PhaseRecord] {
        let recorder = RunRecorder()
        for event in events() { _ = recorder.handle(event) }
        return recorder.phases
    }

    /// The run as its observers saw it, without single steps.
    static func events() -> [TrainingEvent] {
        let rows = evaluations()
        func start(_ name: String, _ index: Int, epochs: Int, trainable: Int) -> TrainingEvent {
            .phaseStarted(
                PhaseStart(
                    name: name, index: index, phases: 2, epochs: epochs, stepsPerEpoch: 211, steps: epochs * 211,
                    trainableParameters: trainable, frozenParameters: 600_165 - trainable, trainExamples: 27000,
                    validationExamples: 3000))
        }
        func end(_ name: String, _ reason: StopReason, best: EvaluationReport) -> TrainingEvent {
            .phaseEnded(
                PhaseEnd(
                    name: name, reason: reason, bestEpoch: best.epoch, bestStep: best.step,
                    bestScore: best.validationLoss, monitor: "val_loss"))
        }
        return [start("head", 0, epochs: 4, trainable: 590_597)] + rows[..<4].map(TrainingEvent.evaluated)
            + [end("head", .completed, best: rows[3]), start("all", 1, epochs: 20, trainable: 600_165)]
            + rows[4...].map(TrainingEvent.evaluated) + [end("all", .earlyStopping, best: rows[7])]
    }

    private static func layers() -> [RunRecord.LayerRecord] {
        func layer(
            _ path: String, _ name: String, _ shape: [Int], _ parameters: Int, isNew: Bool = false, _ rate: Double
        )
            -> RunRecord.LayerRecord
        {
            let head = RunRecord.Treatment(
                trainable: isNew ? parameters : 0, learningRate: isNew && parameters > 0 ? 1e-3 : nil)
            let all = RunRecord.Treatment(trainable: parameters, learningRate: parameters > 0 ? rate : nil)
            return RunRecord.LayerRecord(
                path: path, className: name, outputShape: shape, parameters: parameters, isNew: isNew,
                phases: [head, all])
        }
        return [
            layer("conv2d", "Conv2D", [26, 26, 32], 320, 1.5e-5),
            layer("activation", "Activation", [26, 26, 32], 0, 0),
            layer("conv2d_1", "Conv2D", [24, 24, 32], 9248, 1.9e-4),
            layer("max_pooling2d", "MaxPooling2D", [12, 12, 32], 0, 0),
            layer("dropout", "Dropout", [12, 12, 32], 0, 0),
            layer("flatten", "Flatten", [4608], 0, 0),
            layer("head.dense", "Dense", [128], 589_952, isNew: true, 2.4e-4),
            layer("head.dropout", "Dropout", [128], 0, isNew: true, 0),
            layer("head.dense_1", "Dense", [5], 645, isNew: true, 3e-4),
        ]
    }

    static func description() -> RunDescription {
        let paths = ["conv2d.kernel", "conv2d.bias", "conv2d_1.kernel", "conv2d_1.bias"]
        var ledger = paths.map {
            RunDescription.LedgerRow(outcome: "loaded", stored: $0 + ":0", path: $0, shape: [3, 3, 1, 32])
        }
        for path in ["head.dense.kernel", "head.dense.bias", "head.dense_1.kernel", "head.dense_1.bias"] {
            ledger.append(RunDescription.LedgerRow(outcome: "fresh", stored: nil, path: path, shape: [128]))
        }
        for name in ["dense/kernel:0", "dense/bias:0"] {
            ledger.append(RunDescription.LedgerRow(outcome: "unused", stored: name, path: nil, shape: [128]))
        }
        return RunDescription(
            record: record(), evaluations: evaluations(), ledger: ledger,
            recipe: "{\n  \"name\": \"fashion-transfer-full\"\n}\n",
            times: RunTimes(total: 33.4, startUp: 0.41, started: "2026-11-21T09:30:00.000Z"),
            predictions: predictions())
    }

    /// Too sure of itself, as networks are; mistakes with small pictures of numbers.
    static func predictions(classNames: [String] = SampleRun.classNames) -> PredictionSummary {
        let bins = (0..<CalibrationBins.count).map { place in
            let confidence = (Double(place) + 0.6) / Double(CalibrationBins.count)
            let examples = place < 4 ? 0 : 6 << (place / 2)
            return PredictionSummary.Bin(
                examples: examples, confidence: examples > 0 ? confidence : 0,
                accuracy: examples > 0 ? confidence * confidence : 0)
        }
        let mistakes = (0..<24).map { index in
            let pixels = (0..<784).map { Float(($0 * (index + 3) / 28 + $0 % 28) % 56) }
            return PredictionSummary.Mistake(
                index: index * 37, name: "example \(index * 37)", actual: classNames[index % classNames.count],
                predicted: classNames[(index + 1) % classNames.count], confidence: 0.9999 - Double(index) * 0.004,
                picture: (try? Thumbnail(pixels, shape: [28, 28, 1]))?.png)
        }
        return PredictionSummary(data: "test", bins: bins, mistakeCount: 94, mistakes: mistakes)
    }

    /// Forty classes, ten thousand evaluations, a hundred layers.
    static func large() -> RunDescription {
        var run = description()
        run.evaluations = (1...10_000).map { step in
            let x = Double(step)
            let noise = 0.05 * sin(x * 12.9898) * cos(x * 78.233)
            let loss = 3 * exp(-x / 1500) + 0.2 + noise
            return EvaluationReport(
                step: step * 10, epoch: step / 100, phase: "all", trainLoss: step == 5000 ? .nan : loss,
                validationLoss: loss + x / 40_000,
                metrics: [
                    MetricValue(name: "val_accuracy", value: 1 - loss / 4),
                    MetricValue(name: "val_f1", value: 0.9 - loss / 4),
                ], learningRate: 1e-3 * (1 + cos(.pi * x / 10_000)) / 2, improved: false, seconds: 0.1,
                examplesPerSecond: 5000, dataWaitSeconds: 0.001, peakMemoryBytes: 2_400_000_000)
        }
        let names = (0..<40).map { "species \($0 % 7 == 3 ? "with quite a long name " : "")\($0)" }
        run.record.confusion = ConfusionTable(
            classNames: names,
            counts: (0..<40).map { actual in
                (0..<40).map { predicted in
                    actual == predicted
                        ? 80 + actual : (actual * 7 + predicted * 13) % 17 == 0 ? (actual + predicted) % 9 : 0
                }
            })
        run.record.best = RunRecord.Moment(run.evaluations[6999])
        run.record.final = RunRecord.Moment(run.evaluations[9999])
        run.record.layers = (0..<100).map { index in
            let parameters = index % 3 == 2 ? 0 : 64 << (index / 8)
            let rate = pow(0.97, Double(100 - index)) * 1e-3
            return RunRecord.LayerRecord(
                path: index > 97 ? "head.dense_\(index)" : "conv_\(index)",
                className: index % 3 == 1 ? "BatchNormalization" : "Conv2D",
                outputShape: [7, 7, 64], parameters: parameters, isNew: index > 97,
                phases: [
                    RunRecord.Treatment(trainable: index > 97 ? parameters : 0, learningRate: index > 97 ? 1e-3 : nil),
                    RunRecord.Treatment(trainable: index > 50 ? parameters / (index % 3 + 1) : 0, learningRate: rate),
                ])
        }
        run.predictions = predictions(classNames: names)
        run.record.warnings = [
            "12 examples occur in the training and in the test set", "pixels reach 255 where the checkpoint expects 1",
        ]
        return run
    }

    /// Every name an attack.
    static func hostile() -> RunDescription {
        let name = "</title><script>alert('x')</script> & \"q\" \u{1B}[31m\u{0}\u{202E}end"
        var run = description()
        run.record.name = name
        run.record.layers[0].path = name
        run.record.layers[1].className = name
        run.record.phases[0].name = name
        run.record.warnings = [name]
        run.record.hashes[name] = name
        run.record.environment.cpu = name
        run.record.confusion = ConfusionTable(classNames: [name, "b"], counts: [[3, 1], [2, 4]])
        run.evaluations = run.evaluations.map { report in
            EvaluationReport(
                step: report.step, epoch: report.epoch, phase: name, trainLoss: report.trainLoss,
                validationLoss: report.validationLoss, metrics: [MetricValue(name: name, value: 1)],
                learningRate: report.learningRate, improved: false, seconds: 1, examplesPerSecond: 1,
                dataWaitSeconds: 0, peakMemoryBytes: 1)
        }
        run.ledger[0].stored = name
        run.ledger[0].reason = name
        run.recipe = name
        run.predictions?.data = name
        for index in 0..<3 {
            run.predictions?.mistakes[index].name = name
            run.predictions?.mistakes[index].actual = name
            run.predictions?.mistakes[index].predicted = name
        }
        return run
    }
}
