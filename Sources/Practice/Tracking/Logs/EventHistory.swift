import JSON
import Training

/// Reads the logs of a stopped run back as the events that made them.
package enum EventHistory {
    /// What a recorder and a progress line remember: phases, evaluations and warnings, in order. Steps and messages are
    /// left out.
    /// - Throws: `MetricsTableError`, `EventHistoryError` for a log that is damaged, or `SystemError`.
    package static func read(in directory: RunDirectory) throws -> [TrainingEvent] {
        try parse(
            events: readText(directory.path(of: .events)), metrics: readText(directory.path(of: .metrics)),
            timing: readText(directory.path(of: .timing)))
    }

    static func parse(events: String, metrics: String, timing: String) throws -> [TrainingEvent] {
        var evaluations = try MetricsTable.parse(metrics: metrics, timing: timing)[...]
        var history: [TrainingEvent] = []
        for (index, line) in events.split(separator: "\n").enumerated() {
            let json = try JSON(parsing: String(line))
            func damage(_ key: String) -> EventHistoryError { EventHistoryError(line: index + 1, key: key) }
            switch json["event"]?.string {
            case "phase-started": history.append(.phaseStarted(try start(json, damage)))
            case "evaluated":
                guard let report = evaluations.popFirst() else { throw damage("event") }
                history.append(.evaluated(report))
            case "phase-ended": history.append(.phaseEnded(try end(json, damage)))
            case "warning": history.append(.warning(json["text"]?.string ?? ""))
            default: break
            }
        }
        return history
    }

    /// What `PhaseStart.fields` wrote.
    package static func start(_ json: JSON, _ damage: (String) -> any Error) throws -> PhaseStart {
        func count(_ key: String) throws -> Int {
            guard let value = json[key]?.int else { throw damage(key) }
            return value
        }
        guard let name = json["phase"]?.string else { throw damage("phase") }
        return PhaseStart(
            name: name, index: try count("index"), phases: try count("phases"), epochs: try count("epochs"),
            stepsPerEpoch: try count("steps_per_epoch"), steps: try count("steps"),
            trainableParameters: try count("trainable_parameters"),
            frozenParameters: try count("frozen_parameters"), trainExamples: try count("train_examples"),
            validationExamples: try count("validation_examples"))
    }

    /// What `PhaseEnd.fields` wrote.
    package static func end(_ json: JSON, _ damage: (String) -> any Error) throws -> PhaseEnd {
        guard let name = json["phase"]?.string else { throw damage("phase") }
        guard let reason = json["reason"]?.string.flatMap(StopReason.init) else { throw damage("reason") }
        return PhaseEnd(
            name: name, reason: reason, bestEpoch: json["best_epoch"]?.int, bestStep: json["best_step"]?.int,
            bestScore: json["best_score"]?.number, monitor: json["monitor"]?.string)
    }
}

package struct EventHistoryError: Error, CustomStringConvertible, Equatable {
    package let line: Int
    package let key: String
    package var description: String { "events.jsonl is damaged: line \(line) has no usable \"\(key)\"" }
}
