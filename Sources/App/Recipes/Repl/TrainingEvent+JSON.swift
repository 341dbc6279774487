import JSON
import OrderedCollections
import Tracking
import Training

/// What a session remembers of what training told, as its file keeps it.
extension TrainingEvent {
    /// Nil for steps and remarks, which are not remembered.
    var json: JSON? {
        switch self {
        case .phaseStarted(let start): ["start": start.json]
        case .evaluated(let report): ["evaluation": report.json]
        case .phaseEnded(let end): ["end": end.json]
        case .warning(let text): ["warning": .string(text)]
        case .message(let text): ["message": .string(text)]
        case .step, .remark: nil
        }
    }

    /// Nil for what none of these events is.
    init?(json: JSON) {
        guard let (kind, value) = json.object?.elements.first else { return nil }
        switch kind {
        case "start":
            guard let start = PhaseStart(json: value) else { return nil }
            self = .phaseStarted(start)
        case "evaluation":
            guard let report = EvaluationReport(json: value) else { return nil }
            self = .evaluated(report)
        case "end":
            guard let end = PhaseEnd(json: value) else { return nil }
            self = .phaseEnded(end)
        case "warning": self = .warning(value.string ?? "")
        case "message": self = .message(value.string ?? "")
        default: return nil
        }
    }
}

extension JSON {
    /// A number, or the text that `finite` writes for one that is none.
    fileprivate var number: Double? { double ?? string.flatMap { Double($0) } }
}

extension PhaseStart {
    fileprivate var json: JSON {
        [
            "name": .string(name),
            "numbers": .array(
                [
                    index, phases, epochs, stepsPerEpoch, steps, trainableParameters, frozenParameters, trainExamples,
                    validationExamples,
                ].map(JSON.integer)),
        ]
    }

    fileprivate init?(json: JSON) {
        guard let name = json["name"]?.string, let numbers = json["numbers"]?.array?.compactMap(\.int),
            numbers.count == 9
        else { return nil }
        self.init(
            name: name, index: numbers[0], phases: numbers[1], epochs: numbers[2], stepsPerEpoch: numbers[3],
            steps: numbers[4], trainableParameters: numbers[5], frozenParameters: numbers[6],
            trainExamples: numbers[7], validationExamples: numbers[8])
    }
}

extension EvaluationReport {
    fileprivate var json: JSON {
        var fields: OrderedDictionary<String, JSON> = [
            "step": .integer(step), "epoch": .integer(epoch), "phase": .string(phase), "train_loss": .finite(trainLoss),
            "metrics": .object(
                OrderedDictionary(metrics.map { ($0.name, .finite($0.value)) }, uniquingKeysWith: { first, _ in first })
            ),
            "rate": .finite(learningRate), "improved": .bool(improved), "seconds": .finite(seconds),
            "speed": .finite(examplesPerSecond), "waited": .finite(dataWaitSeconds),
            "memory": .integer(peakMemoryBytes),
        ]
        if let validationLoss { fields["val_loss"] = .finite(validationLoss) }
        return .object(fields)
    }

    fileprivate init?(json: JSON) {
        guard let step = json["step"]?.int, let epoch = json["epoch"]?.int, let phase = json["phase"]?.string,
            let trainLoss = json["train_loss"]?.number, let rate = json["rate"]?.number
        else { return nil }
        let metrics = (json["metrics"]?.object ?? [:]).map { MetricValue(name: $0.key, value: $0.value.number ?? .nan) }
        self.init(
            step: step, epoch: epoch, phase: phase, trainLoss: trainLoss, validationLoss: json["val_loss"]?.number,
            metrics: metrics, learningRate: rate, improved: json["improved"]?.bool ?? false,
            seconds: json["seconds"]?.number ?? 0, examplesPerSecond: json["speed"]?.number ?? 0,
            dataWaitSeconds: json["waited"]?.number ?? 0, peakMemoryBytes: json["memory"]?.int ?? 0)
    }
}

extension PhaseEnd {
    fileprivate var json: JSON {
        [
            "name": .string(name), "reason": .string(reason.rawValue),
            "best_epoch": bestEpoch.map(JSON.integer) ?? .null, "best_step": bestStep.map(JSON.integer) ?? .null,
            "best_score": bestScore.map { .finite($0) } ?? .null, "monitor": monitor.map(JSON.string) ?? .null,
        ]
    }

    fileprivate init?(json: JSON) {
        guard let name = json["name"]?.string, let reason = json["reason"]?.string.flatMap(StopReason.init) else {
            return nil
        }
        self.init(
            name: name, reason: reason, bestEpoch: json["best_epoch"]?.int, bestStep: json["best_step"]?.int,
            bestScore: json["best_score"]?.number, monitor: json["monitor"]?.string)
    }
}
