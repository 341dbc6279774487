import Foundation
import JSON
import Layers
import OrderedCollections
import Tensors
import Testing
import Tracking
import Training

@testable import Recipes

/// What a session's folder keeps, and the phases of an opened recipe.
@Suite struct ReplSessionTests {
    private static func state(_ step: Int, _ values: [String: [Float]]) -> TrainingState {
        var position = TrainingPosition()
        position.step = step
        position.phase = 0
        return TrainingState(
            position: position,
            weights: Dictionary(uniqueKeysWithValues: values.map { (ParameterPath($0), TensorData($1)) }),
            memory: nil, results: [], champion: nil, anchors: [:])
    }

    private static func moment(_ command: String, _ state: StoredState? = nil) -> Moment {
        var moment = Moment(draft: Draft(top: ["name": "x"]), state: state, command: command)
        moment.events = [
            .evaluated(
                EvaluationReport(
                    step: 3, epoch: 1, phase: "a", trainLoss: .infinity, validationLoss: 0.5,
                    metrics: [MetricValue(name: "val_accuracy", value: 0.25)], learningRate: 0.1, improved: true,
                    seconds: 1, examplesPerSecond: 2, dataWaitSeconds: 3, peakMemoryBytes: 4)),
            .phaseEnded(
                PhaseEnd(
                    name: "a", reason: .completed, bestEpoch: 1, bestStep: nil, bestScore: nil, monitor: "val_loss")),
            .warning("w"), .message("m"),
        ]
        return moment
    }

    private func withSession(limit: Int = 1 << 30, _ body: (SessionFolder, String) throws -> Void) throws {
        let folder = NSTemporaryDirectory() + "finetune-session-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try body(SessionFolder(try RunDirectory.create(at: folder), limit: limit), folder)
    }

    private func files(_ folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder + "/snapshots").sorted()
    }

    @Test func allMomentsComeBack() throws {
        try withSession { session, folder in
            let frozen = [Float](repeating: 1, count: 1000)
            let first = Self.state(1, ["frozen": frozen, "head": [1, 2]])
            let second = Self.state(2, ["frozen": frozen, "head": [3, 4]])
            let stored = StoredState(first, after: nil)
            var timeline = Timeline(Self.moment("open"))
            timeline.add(Self.moment("train 1", stored))
            timeline.add(Self.moment("rate", stored))
            timeline.add(Self.moment("train 2", StoredState(second, after: first)))
            try timeline.branch("other")
            try timeline.undo(2)
            try session.keep(&timeline)
            // What both have is in one file.
            let small = try FileManager.default.attributesOfItem(atPath: folder + "/snapshots/state-2.safetensors")
            #expect(try #require(small[.size] as? Int) < 1000)
            let again = try session.read()
            #expect(again.current == "other" && again.names == ["main", "other"])
            #expect(again.line.past.map(\.command) == ["open", "train 1"])
            #expect(again.line.future.map(\.command) == ["train 2", "rate"])
            #expect(again.lines["main"]?.past.map(\.command) == ["open", "train 1", "rate", "train 2"])
            #expect(try again.now.state?.value() == first)
            #expect(try again.lines["main"]?.past.last?.state?.value() == second)
            #expect(again.now.events == timeline.now.events && again.states.count == 2)
            #expect(try files(folder).count == 4)
        }
    }

    /// Undone for good, a state's files go; those that another one needs stay.
    @Test func whatIsForgottenGoes() throws {
        try withSession { session, folder in
            let first = Self.state(1, ["frozen": [1, 1, 1], "head": [1, 2]])
            let second = Self.state(2, ["frozen": [1, 1, 1], "head": [3, 4]])
            let third = Self.state(3, ["frozen": [1, 1, 1], "head": [5, 6]])
            var timeline = Timeline(Self.moment("open"))
            timeline.add(Self.moment("train 1", StoredState(first, after: nil)))
            timeline.add(Self.moment("train 2", StoredState(second, after: first)))
            try session.keep(&timeline)
            try timeline.undo(1)
            timeline.add(Self.moment("train 3", StoredState(third, after: first)))
            try session.keep(&timeline)
            #expect(
                try files(folder) == [
                    "state-1.json", "state-1.safetensors", "state-3.json", "state-3.safetensors",
                ])
            #expect(try session.read().now.state?.value() == third)
        }
    }

    @Test func theOldestAreForgottenPastTheBound() throws {
        try withSession(limit: 100) { session, folder in
            var timeline = Timeline(Self.moment("open"))
            var before: TrainingState?
            for step in 1...9 {
                let state = Self.state(step, ["frozen": [1, 2], "head": [Float](repeating: Float(step), count: 8)])
                timeline.add(Self.moment("train \(step)", StoredState(state, after: before)))
                before = state
                try session.keep(&timeline)
            }
            // 32 bytes each.
            #expect(timeline.line.past.map(\.command) == ["train 7", "train 8", "train 9"])
            let again = try session.read()
            #expect(again.line.past.count == 3)
            #expect(try again.line.past[0].state?.value().weights["frozen"] == [1, 2])
            #expect(try files(folder).count == 7, "three states, and the file with what never changed")
        }
    }

    @Test func damageIsSaid() throws {
        try withSession { session, folder in
            var timeline = Timeline(Self.moment("open"))
            timeline.add(Self.moment("train", StoredState(Self.state(1, ["w": [1]]), after: nil)))
            try session.keep(&timeline)
            let path = folder + "/snapshots/state-1.safetensors"
            var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
            bytes[bytes.count - 1] ^= 1
            try bytes.write(to: URL(fileURLWithPath: path))
            #expect(throws: SystemError.self) { try session.read().now.state?.value() }
            try "{}".write(toFile: folder + "/session.json", atomically: false, encoding: .utf8)
            #expect(throws: SnapshotDamage.self) { try session.read() }
        }
    }

    private var queue: PhaseQueue {
        PhaseQueue(phases: [
            ["name": "head", "epochs": 2, "policy": [["freeze": "**"]], "schedule": .null],
            ["name": "all", "steps": 30, "epochs": .null, "restore_best": true],
        ])
    }

    @Test func theQueueGoesOn() throws {
        var queue = self.queue
        #expect(queue.next == 0 && queue.length(of: 0) == ["epochs": 2] && queue.length(of: 1) == ["steps": 30])
        #expect(queue.settings(of: 0) == ["policy": [["freeze": "**"]]] && queue.settings(of: 1) == [:])
        queue.done = [0]
        #expect(queue.next == 1)
        #expect(try queue.index(of: "next") == 1 && queue.index(of: "all") == 1 && queue.index(of: "1") == 0)
        #expect(throws: UsageError.self) { try queue.index(of: "al") }
        queue.current = 1
        #expect(throws: UsageError.self) { try queue.index(of: "next") }
        queue.done = [0, 1]
        #expect(queue.next == nil && PhaseQueue().next == nil && PhaseQueue(json: queue.json) == queue)
        #expect(queue.table(width: nil).contains("freeze **"))
    }
}
