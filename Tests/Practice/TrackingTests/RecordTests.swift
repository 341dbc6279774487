import JSON
import Testing
import Training

@testable import Tracking

@Suite struct RecordTests {
    @Test func roundTripsThroughJSON() throws {
        var record = SampleRun.record()
        record.warnings = ["one"]
        record.methods = ["mixup with alpha 0.2"]
        record.final?.trainLoss = .infinity
        record.seed = .max
        let text = record.json.serialized(pretty: true)
        let read = try RunRecord(json: try JSON(parsing: text))
        #expect(read == record)
        #expect(read.json.serialized(pretty: true) == text)
    }

    @Test func roundTripsARunThatHasOnlyBegun() throws {
        let record = RunRecord(
            name: "x", seed: 1, examples: .init(train: 1, validation: 0, test: 0), environment: SampleRun.environment)
        #expect(try RunRecord(json: record.json) == record)
        #expect(record.json["reason"] == .null)
    }

    @Test func keepsTheKeysThatOthersRead() {
        let json = SampleRun.record().json
        #expect(json["test"]?["accuracy"]?.double == 0.9812)
        #expect(json["best"]?["val_accuracy"]?.double == 0.981)
        #expect(json["status"] == "completed")
        #expect(json["reason"] == "early-stopping")
        #expect(
            json.object.map { Array($0.keys) } == [
                "name", "status", "reason", "error", "seed", "best", "final", "test", "examples", "class_names",
                "phases",
                "hashes", "machine", "cpu_features", "threads", "precision", "versions", "warnings", "methods",
                "layers",
                "confusion",
            ])
    }

    @Test func namesWhatIsDamaged() {
        var json = SampleRun.record().json
        json["threads"] = "two"
        let error = #expect(throws: RunRecordError.self) { try RunRecord(json: json) }
        #expect(error?.description == "the run's record is damaged: \"threads\" should be an integer")
        json = SampleRun.record().json
        json["confusion"] = [[1, 2]]
        #expect(throws: RunRecordError.self) { try RunRecord(json: json) }
    }

    @Test func gathersPhasesFromEvents() {
        let recorder = RunRecorder()
        for event in SampleRun.events() + [.warning("w")] { _ = recorder.handle(event) }
        var record = RunRecord(
            name: "x", seed: 1, examples: .init(train: 1, validation: 0, test: 0), environment: SampleRun.environment)
        recorder.complete(&record, bestStep: 8 * 211)
        #expect(record.phases.map(\.name) == ["head", "all"])
        #expect(record.phases.map(\.lastEpoch) == [4, 10])
        #expect(record.phases[1].plannedEpochs == 20)
        #expect(record.reason == .earlyStopping)
        #expect(record.best?.epoch == 8)
        #expect(record.final?.epoch == 10)
        #expect(record.warnings == ["w"])
    }

    /// Two classes in three: class b is never predicted, class c never occurs.
    @Test func scoresClasses() {
        let table = ConfusionTable(classNames: ["a", "b", "c"], counts: [[6, 0, 2], [4, 0, 0], [0, 0, 0]])
        let scores = table.scores
        #expect(scores.map(\.support) == [8, 4, 0])
        #expect(scores.map(\.precision) == [0.6, nil, 0])
        #expect(scores.map(\.recall) == [0.75, 0, nil])
        #expect(scores.map(\.f1) == [12.0 / 18, 0, 0])
        #expect(
            table.mistakes(limit: 5) == [
                ConfusionTable.Mistake(actual: 1, predicted: 0, count: 4),
                ConfusionTable.Mistake(actual: 0, predicted: 2, count: 2),
            ])
    }

    @Test func describesThisMachine() {
        let environment = Environment.current(
            cpu: "c", cpuFeatures: ["f"], threads: 2, precision: "float32", libraries: ["lib": "1"])
        #expect(environment.memoryBytes > 1 << 28)
        #expect(environment.kernel.hasPrefix("Linux "))
        #expect(environment.versions == ["finetune": finetuneVersion, "lib": "1"])
    }
}
