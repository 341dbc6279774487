import Glibc
import Tracking
import Training

/// Writes a snapshot when one is due.
final class SnapshotKeeper: StateKeeper {
    private let folder: SnapshotFolder
    private let interval: RecipeInterval
    private let identity: () throws -> RunIdentity
    private let events: EventLog
    private let metrics: MetricsLog
    private let clock: () -> Double
    private var last: Double
    /// The step of the newest snapshot; nil before the first.
    private(set) var lastStep: Int?

    /// - Parameters:
    ///   - identity: asked for with the first snapshot: hashing may take until then.
    ///   - lastStep: of the snapshot that a stopped run goes on from.
    init(
        _ folder: SnapshotFolder, every interval: RecipeInterval, events: EventLog, metrics: MetricsLog, lastStep: Int?,
        clock: @escaping () -> Double = monotonicSeconds, identity: @escaping () throws -> RunIdentity
    ) {
        self.folder = folder
        self.interval = interval
        self.events = events
        self.metrics = metrics
        self.lastStep = lastStep
        self.clock = clock
        self.identity = identity
        last = clock()
    }

    func consider(_ moment: TrainingMoment, state: () -> TrainingState) throws {
        guard moment.isInterrupted || isDue(moment) else { return }
        // What the snapshot counts on must last before it does.
        let sizes = try metrics.flush()
        let logs = Snapshot.Logs(
            metrics: sizes.metrics, timing: sizes.timing, events: try events.flush(), eventCount: events.count,
            includesSteps: events.includesSteps)
        try folder.write(
            Snapshot(identity: try identity(), logs: logs, isBest: moment.isBest, state: state()))
        last = clock()
        lastStep = moment.position.step
    }

    private func isDue(_ moment: TrainingMoment) -> Bool {
        let position = moment.position
        switch interval {
        case .steps(let steps): return position.step % steps == 0
        case .minutes(let minutes): return clock() - last >= minutes * 60
        case .epochs(let epochs):
            if let whole = Int(exactly: epochs) { return position.cursor == 0 && position.epoch % whole == 0 }
            let steps = (epochs * Double(moment.stepsPerEpoch)).rounded()
            return position.step % max(1, Int(exactly: steps) ?? Int.max) == 0
        }
    }
}
