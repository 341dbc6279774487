import JSON
import OrderedCollections
import Training

/// Everything a stopped run goes on from.
struct Snapshot {
    /// How far the logs had come.
    struct Logs: Hashable {
        /// Sizes in bytes.
        var metrics: Int
        var timing: Int
        var events: Int
        var tensorBoard = 0
        /// The number of the last event.
        var eventCount: Int
        /// Whether steps were events too.
        var includesSteps: Bool
    }

    var identity: RunIdentity
    var logs: Logs
    /// Whether the step's evaluation was the best of the run so far.
    var isBest: Bool
    var state: TrainingState
}

extension Snapshot.Logs {
    var json: JSON {
        [
            "metrics": .integer(metrics), "timing": .integer(timing), "events": .integer(events),
            "tensorboard": .integer(tensorBoard), "event_count": .integer(eventCount),
            "includes_steps": .bool(includesSteps),
        ]
    }

    init(_ fields: SnapshotFields) throws {
        self.init(
            metrics: try fields.count("metrics"), timing: try fields.count("timing"),
            events: try fields.count("events"), tensorBoard: fields["tensorboard"]?.int ?? 0,
            eventCount: try fields.count("event_count"),
            includesSteps: fields["includes_steps"]?.bool ?? false)
    }
}
