import Foundation
import Tensors
import Testing
import Tracking

@testable import Recipes
@testable import Training

/// When a keeper that is left to itself writes.
@Suite struct SnapshotKeeperTests {
    /// A clock that the test moves.
    private final class Clock: @unchecked Sendable {
        var now = 0.0
        /// Seconds that pass between two looks at it: what a snapshot takes.
        var pace = 0.0
        func look() -> Double {
            defer { now += pace }
            return now
        }
    }

    private func keeper(_ folder: String, _ interval: RecipeInterval, _ clock: Clock) throws -> SnapshotKeeper {
        let directory = try RunDirectory.create(at: folder)
        return SnapshotKeeper(
            directory, every: interval, events: try EventLog(directory: directory),
            metrics: try MetricsLog(directory: directory, metricNames: []), lastStep: nil, clock: { clock.look() },
            identity: { RunIdentity(["threads": "1"]) })
    }

    private func moment(step: Int, endsEpoch: Bool = true, isInterrupted: Bool = false) -> TrainingMoment {
        var position = TrainingPosition()
        position.step = step
        position.cursor = endsEpoch ? 0 : 3
        return TrainingMoment(position: position, stepsPerEpoch: 10, isBest: false, isInterrupted: isInterrupted)
    }

    private func state(_ step: Int) -> TrainingState {
        var position = TrainingPosition()
        position.step = step
        return TrainingState(
            position: position, weights: ["w": [1]], memory: nil, results: [], champion: nil, anchors: [:])
    }

    @Test func itWritesAfterEpochsAtMostEveryTenSeconds() throws {
        try withTemporaryFolder { folder in
            let clock = Clock()
            let keeper = try keeper(folder + "/run", .auto, clock)
            var written: [Int] = []
            for (step, time, endsEpoch) in [
                (1, 5.0, true), (2, 11.0, false), (3, 12.0, true), (4, 21.0, true), (5, 22.5, true), (6, 600.0, false),
                (7, 630.0, false),
            ] {
                clock.now = time
                try keeper.consider(moment(step: step, endsEpoch: endsEpoch)) {
                    written.append(step)
                    return state(step)
                }
            }
            // The seventh lies within an epoch, ten minutes after the last.
            #expect(written == [3, 5, 7] && keeper.lastStep == 7)
            try keeper.consider(moment(step: 8, endsEpoch: false, isInterrupted: true)) { state(8) }
            #expect(keeper.lastStep == 8)
        }
    }

    @Test func slowSnapshotsAreSeldom() throws {
        try withTemporaryFolder { folder in
            let clock = Clock()
            let keeper = try keeper(folder + "/run", .auto, clock)
            clock.now = 20
            clock.pace = 2
            try keeper.consider(moment(step: 1)) { state(1) }
            #expect(keeper.lastStep == 1)
            clock.pace = 0
            // It took some seconds: twenty times as many pass before the next.
            let end = clock.now
            clock.now = end + 35
            try keeper.consider(moment(step: 2)) { state(2) }
            #expect(keeper.lastStep == 1)
            clock.now = end + 100
            try keeper.consider(moment(step: 3)) { state(3) }
            #expect(keeper.lastStep == 3)
        }
    }

    @Test func whatARecipeAsksForIsDone() throws {
        try withTemporaryFolder { folder in
            let keeper = try keeper(folder + "/run", .epochs(1), Clock())
            for step in 1...3 { try keeper.consider(moment(step: step)) { state(step) } }
            #expect(keeper.lastStep == 3)
        }
        #expect(try read(recipe(rest: #""epochs": 1, "snapshot_every": "auto""#)).snapshotEvery == .auto)
        #expect(try read(recipe(rest: #""epochs": 1, "snapshot_every": "2 epochs""#)).snapshotEvery == .epochs(2))
        #expect(!problems(recipe(rest: #""epochs": 1, "evaluate_every": "auto""#)).isEmpty)
    }
}

@Suite struct ThreadChoiceTests {
    @Test func theNumberFollowsFromTheWork() {
        #expect(ThreadChoice.threads(flops: 100, cores: 8) == 1)
        #expect(ThreadChoice.threads(flops: ThreadChoice.worthwhile - 1, cores: 8) == 1)
        #expect(ThreadChoice.threads(flops: ThreadChoice.worthwhile, cores: 8) == 8)
        #expect(ThreadChoice.threads(flops: .max, cores: 1) == 1)
    }
}
