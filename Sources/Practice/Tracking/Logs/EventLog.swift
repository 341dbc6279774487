import JSON
import OrderedCollections
import Training

/// `events.jsonl`: everything that happened, numbered, one object a line. Only `time` differs between equal runs, so
/// speeds and memory are left to `timing.csv`. Steps are written only where asked for: at two milliseconds a step they
/// would be the larger part of the run directory and say little that `metrics.csv` does not.
package final class EventLog: TrainingObserver {
    private let file: AppendingFile
    package let includesSteps: Bool
    private let clock: () -> UTCDate
    /// Events so far: the number of the last.
    package private(set) var count: Int
    private var hasStepped: Bool

    /// - Parameter count: events that are in the file already, where a stopped run goes on; its first step is among them.
    package init(
        directory: RunDirectory, includesSteps: Bool = false, count: Int = 0,
        clock: @escaping () -> UTCDate = UTCDate.now
    ) throws {
        file = try AppendingFile(path: directory.path(of: .events))
        self.includesSteps = includesSteps
        self.count = count
        hasStepped = count > 0
        self.clock = clock
    }

    /// Makes the file last through a loss of power.
    /// - Returns: its size in bytes.
    /// - Throws: `SystemError`.
    package func flush() throws -> Int {
        try file.flush()
        return file.size
    }

    package func handle(_ event: TrainingEvent) throws -> TrainingDirective {
        if case .remark = event { return .continue }
        if case .step(let step) = event, !includesSteps {
            // The first says when everything was ready.
            if !hasStepped { try record("first-step", ["step": .integer(step.step)]) }
            hasStepped = true
            return .continue
        }
        try record(event.kind, event.fields)
        return .continue
    }

    /// Something that did not come from training: the run started, a checkpoint was loaded, the run failed.
    package func record(_ kind: String, _ fields: OrderedDictionary<String, JSON> = [:]) throws {
        count += 1
        var line: OrderedDictionary<String, JSON> = [
            "n": .integer(count), "time": .string(clock().iso8601), "event": .string(kind),
        ]
        line.merge(fields) { $1 }
        try file.append(line: JSON.object(line).serialized())
    }
}

extension JSON {
    /// A number that every JSON reader accepts: what is not finite becomes `"nan"`, `"inf"` or `"-inf"`.
    package static func finite(_ value: Double) -> JSON { value.isFinite ? .number(value) : .string("\(value)") }

    /// Undoes `finite`.
    package var number: Double? {
        if let double { return double }
        guard let text = string, ["nan", "inf", "-inf"].contains(text) else { return nil }
        return Double(text)
    }
}

extension TrainingEvent {
    fileprivate var kind: String {
        switch self {
        case .phaseStarted: "phase-started"
        case .step: "step"
        case .evaluated: "evaluated"
        case .phaseEnded: "phase-ended"
        case .warning: "warning"
        case .message: "message"
        case .remark: "remark"
        }
    }

    fileprivate var fields: OrderedDictionary<String, JSON> {
        switch self {
        case .phaseStarted(let phase): phase.fields
        case .step(let step): step.fields
        case .evaluated(let report): report.fields
        case .phaseEnded(let end): end.fields
        case .warning(let text), .message(let text), .remark(let text): ["text": .string(text)]
        }
    }
}

extension PhaseStart {
    package var fields: OrderedDictionary<String, JSON> {
        [
            "phase": .string(name), "index": .integer(index), "phases": .integer(phases),
            "epochs": .integer(epochs), "steps_per_epoch": .integer(stepsPerEpoch), "steps": .integer(steps),
            "trainable_parameters": .integer(trainableParameters), "frozen_parameters": .integer(frozenParameters),
            "train_examples": .integer(trainExamples), "validation_examples": .integer(validationExamples),
        ]
    }
}

extension StepReport {
    fileprivate var fields: OrderedDictionary<String, JSON> {
        [
            "step": .integer(step), "epoch": .integer(epoch), "loss": .finite(loss),
            "gradient_norm": .finite(gradientNorm), "learning_rate": .finite(learningRate),
        ]
    }
}

extension EvaluationReport {
    fileprivate var fields: OrderedDictionary<String, JSON> {
        var fields: OrderedDictionary<String, JSON> = [
            "step": .integer(step), "epoch": .integer(epoch), "phase": .string(phase), "train_loss": .finite(trainLoss),
        ]
        if let validationLoss { fields["val_loss"] = .finite(validationLoss) }
        for metric in metrics { fields[metric.name] = .finite(metric.value) }
        fields["learning_rate"] = .finite(learningRate)
        fields["improved"] = .bool(improved)
        return fields
    }
}

extension PhaseEnd {
    package var fields: OrderedDictionary<String, JSON> {
        var fields: OrderedDictionary<String, JSON> = [
            "phase": .string(name), "reason": .string(reason.rawValue),
        ]
        if let monitor { fields["monitor"] = .string(monitor) }
        if let bestEpoch { fields["best_epoch"] = .integer(bestEpoch) }
        if let bestStep { fields["best_step"] = .integer(bestStep) }
        if let bestScore { fields["best_score"] = .finite(bestScore) }
        return fields
    }
}
