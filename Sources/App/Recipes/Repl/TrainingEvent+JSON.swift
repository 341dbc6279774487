import JSON
import OrderedCollections
import Tracking
import Training

/// What a session remembers of what training told, as its file keeps it.
extension TrainingEvent {
    /// Nil for steps and remarks, which are not remembered.
    var json: JSON? {
        switch self {
        case .phaseStarted(let start): ["start": .object(start.fields)]
        case .evaluated(let report): ["evaluation": report.json]
        case .phaseEnded(let end): ["end": .object(end.fields)]
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
            guard let start = try? EventHistory.start(value, SnapshotDamage.init) else { return nil }
            self = .phaseStarted(start)
        case "evaluation":
            guard let report = EvaluationReport(json: value) else { return nil }
            self = .evaluated(report)
        case "end":
            guard let end = try? EventHistory.end(value, SnapshotDamage.init) else { return nil }
            self = .phaseEnded(end)
        case "warning": self = .warning(value.string ?? "")
        case "message": self = .message(value.string ?? "")
        default: return nil
        }
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
