import Glibc
import Tensors
import Tracking
import Training

/// Writes a snapshot when one is due.
final class SnapshotKeeper: StateKeeper {
    private let directory: RunDirectory
    private let folder: SnapshotFolder
    private let interval: RecipeInterval
    private let identity: () throws -> RunIdentity
    private let events: EventLog
    private let metrics: MetricsLog
    private let board: TensorBoardLog?
    private let clock: () -> Double
    private var last: Double
    /// Seconds that the newest took to write.
    private var cost = 0.0
    /// Whether what the run wrote before its first step is sure to outlive a loss of power.
    private var hasLastingBeginning = false
    /// The step of the newest snapshot; nil before the first.
    private(set) var lastStep: Int?

    /// Left to itself, a keeper writes after an epoch, but not within so many seconds of the one before; within an epoch
    /// only after `longest` seconds; and for at most `share` of the time.
    private static let (shortest, longest, share) = (10.0, 600.0, 0.05)

    /// - Parameters:
    ///   - directory: the run's folder.
    ///   - identity: asked for with the first snapshot: hashing may take until then.
    ///   - lastStep: of the snapshot that a stopped run goes on from.
    init(
        _ directory: RunDirectory, every interval: RecipeInterval, events: EventLog, metrics: MetricsLog,
        board: TensorBoardLog? = nil, lastStep: Int?,
        clock: @escaping () -> Double = monotonicSeconds, identity: @escaping () throws -> RunIdentity
    ) {
        self.directory = directory
        folder = SnapshotFolder(path: directory.snapshots)
        self.interval = interval
        self.events = events
        self.metrics = metrics
        self.board = board
        self.lastStep = lastStep
        self.clock = clock
        self.identity = identity
        last = clock()
    }

    func consider(_ moment: TrainingMoment, state: () -> TrainingState) throws {
        guard moment.isInterrupted || isDue(moment) else { return }
        let began = clock()
        // What the snapshot counts on must last before it does.
        if !hasLastingBeginning { try directory.makeLast() }
        hasLastingBeginning = true
        let sizes = try metrics.flush()
        let logs = Snapshot.Logs(
            metrics: sizes.metrics, timing: sizes.timing, events: try events.flush(),
            tensorBoard: try board?.flush() ?? 0, eventCount: events.count, includesSteps: events.includesSteps)
        try folder.write(
            Snapshot(identity: try identity(), logs: logs, isBest: moment.isBest, state: state()))
        last = clock()
        cost = last - began
        lastStep = moment.position.step
    }

    private func isDue(_ moment: TrainingMoment) -> Bool {
        let position = moment.position
        switch interval {
        case .steps(let steps): return position.step % steps == 0
        case .minutes(let minutes): return clock() - last >= minutes * 60
        case .auto:
            let pause = position.cursor == 0 ? SnapshotKeeper.shortest : SnapshotKeeper.longest
            return clock() - last >= max(pause, cost / SnapshotKeeper.share)
        case .epochs(let epochs):
            if let whole = Int(exactly: epochs) { return position.cursor == 0 && position.epoch % whole == 0 }
            let steps = (epochs * Double(moment.stepsPerEpoch)).rounded()
            return position.step % max(1, Int(exactly: steps) ?? Int.max) == 0
        }
    }
}
