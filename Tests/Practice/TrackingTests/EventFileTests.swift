import Data
import JSON
import Tensors
import TestSupport
import Testing
import Training

@testable import Tracking

@Suite struct EventFileTests {
    private static let start = UTCDate(millisecondsSince1970: 1_790_000_000_125)
    private static let later = UTCDate(millisecondsSince1970: 1_790_000_001_125)

    /// RFC 3720, appendix B.4, and the check value of the catalogue of CRCs.
    @Test func sumsAreThoseOfTheStandard() {
        #expect(EventRecord.crc32c(Array("123456789".utf8)) == 0xE306_9283)
        #expect(EventRecord.crc32c([UInt8](repeating: 0, count: 32)) == 0x8A91_36AA)
        #expect(EventRecord.crc32c(Array(0..<32)) == 0x46DD_794E)
    }

    /// `Fixtures/make_events.py` writes the same with TensorBoard's own messages.
    @Test func bytesAreThoseOfTensorBoard() throws {
        let recipe: JSON = ["seed": 42, "phases": [["optimizer": ["name": "adam"]]]]
        let parameters = HyperParameters(recipe: recipe)
        let values: [Float] = [-1, 0.5, 1, 2]
        let picture: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 1, 2, 3]
        let seed = HyperParameters(recipe: ["seed": 42])
        let ended = UTCDate(millisecondsSince1970: 1_790_000_002_125)
        let events = [
            SummaryEvent.beginning(at: Self.start),
            SummaryEvent.encoded(
                [
                    .parameters(
                        "experiment", parameters.experiment(metrics: ["accuracy/validation"], at: Self.start)),
                    .parameters("session_start_info", seed.start(at: Self.start)),
                    .text("recipe", "    { \"name\": \"Ü\" }"),
                ], step: 0, at: Self.start),
            SummaryEvent.encoded(
                [
                    .scalar("loss/training", 0.25), .scalar("loss/validation", 0),
                    try #require(.histogram("weights/a.kernel", values)),
                    .images("training examples", [picture, picture], size: ImageSize(height: 2, width: 3)),
                    .parameters("session_end_info", HyperParameters.end(.completed, at: ended)),
                ], step: 300, at: Self.later),
        ]
        let bytes = events.flatMap(EventRecord.framed)
        let path = GoldenArrays.path("Tests/Practice/TrackingTests/Fixtures/events.tfevents")
        let golden = EventFile.read(path)
        #expect(golden.problems == [])
        #expect(EventFile(bytes).outline == golden.outline)
        #expect(bytes == (try readBytes(path)))
    }

    @Test func whatIsNotFiniteHasNoHistogram() throws {
        #expect(Summary.histogram("x", [.nan, .infinity]) == nil)
        #expect(Summary.histogram("x", []) == nil)
        let one = try #require(Summary.histogram("x", [3, 3, .nan]))
        let value = EventFile(EventRecord.framed(SummaryEvent.encoded([one], step: 1, at: Self.start)))
        #expect(value.problems == [])
        #expect(value.events[0].values[0].histogram != nil)
    }

    private func header() -> TensorBoardLog.Header {
        TensorBoardLog.Header(
            recipe: ["seed": 42, "name": "</script><script>"], metricNames: ["val_accuracy"],
            hasValidation: true)
    }

    private func log(_ directory: RunDirectory) throws -> TensorBoardLog {
        try TensorBoardLog(
            directory: directory, header: header(), clock: { Self.start },
            weights: { _ in [.init(path: "head.kernel", values: [0.5, -0.5, 0.25])] },
            pictures: { _, epoch in
                try [0, 1].compactMap { index in
                    try Thumbnail((0..<64).map { Float(($0 + index + epoch) % 7) }, shape: [8, 8, 1])
                }
            })
    }

    @Test func toldOfARunItHoldsItsCurves() throws {
        let folder = TemporaryFolder()
        let directory = try RunDirectory.create(at: folder.path + "/run")
        let log = try log(directory)
        for event in SampleRun.events() { _ = try log.handle(event) }
        try log.end(SampleRun.record())
        let file = EventFile.read(directory.path(of: .tensorBoard))
        #expect(file.problems == [])
        #expect(file.events[0].version == "brain.Event:2")
        let rows = SampleRun.evaluations()
        #expect(file.scalars("loss/training").map(\.step) == rows.map(\.step))
        #expect(file.scalars("loss/validation").map(\.value) == rows.map { Float($0.validationLoss ?? .nan) })
        #expect(file.scalars("accuracy/validation").map(\.value) == rows.map { Float($0.metrics[0].value) })
        #expect(file.scalars("learning_rate").count == rows.count)
        #expect(file.scalars("accuracy/test").map(\.value) == [0.9812])
        #expect(file.values("weights/head.kernel").count == rows.count)
        // Once for each phase.
        #expect(file.values("training examples").map { $0.strings.count } == [4, 4])
        #expect(file.values("confusion matrix").first?.strings.last?.starts(with: [0x89, 0x50, 0x4E, 0x47]) == true)
        #expect(file.values("recipe").first?.plugin == "text")
        for tag in ["experiment", "session_start_info", "session_end_info"] {
            #expect(file.values("_hparams_/" + tag).map(\.plugin) == ["hparams"])
        }
        #expect(file.events.allSatisfy { $0.wallTime == 1_790_000_000.125 })
    }

    /// Cut back to what a snapshot says and gone on with, it is the file of the run that was never stopped.
    @Test(arguments: [1, 2, 6, 7, 12]) func goesOnWhereItWasCut(_ kept: Int) throws {
        let folder = TemporaryFolder()
        let events = SampleRun.events()
        let whole = try RunDirectory.create(at: folder.path + "/whole")
        let log = try log(whole)
        for event in events { _ = try log.handle(event) }
        let stopped = try RunDirectory.create(at: folder.path + "/stopped")
        let first = try self.log(stopped)
        for event in events[..<kept] { _ = try first.handle(event) }
        let size = try first.flush()
        for event in events[kept...].prefix(2) { _ = try first.handle(event) }
        try stopped.cut(.tensorBoard, to: size)
        let second = try self.log(stopped)
        for event in events[..<kept] { second.recall(event) }
        for event in events[kept...] { _ = try second.handle(event) }
        #expect(
            try readBytes(stopped.path(of: .tensorBoard)) == readBytes(whole.path(of: .tensorBoard)), "after \(kept)")
    }

    @Test func aFileThatLostItsEndBeginsAnew() throws {
        let folder = TemporaryFolder()
        let directory = try RunDirectory.create(at: folder.path + "/run")
        let size = try log(directory).flush()
        try directory.cut(.tensorBoard, to: size + 1)
        let log = try log(directory)
        #expect(try log.flush() == size)
    }

    @Test func stepsAreThinnedOut() throws {
        let folder = TemporaryFolder()
        let directory = try RunDirectory.create(at: folder.path + "/run")
        let log = try log(directory)
        _ = try log.handle(
            .phaseStarted(
                PhaseStart(
                    name: "a", index: 0, phases: 1, epochs: 10, stepsPerEpoch: 1000, steps: 10_000,
                    trainableParameters: 1, frozenParameters: 0, trainExamples: 1, validationExamples: 0)))
        for step in 1...10_000 {
            _ = try log.handle(
                .step(
                    StepReport(
                        step: step, epoch: 0, phase: 0, stepInPhase: step, loss: 1 / Double(step), gradientNorm: 1,
                        learningRate: 1e-3, examples: 32)))
        }
        let file = EventFile.read(directory.path(of: .tensorBoard))
        #expect(file.scalars("step/loss").count == TensorBoardLog.stepsPerPhase)
        #expect(file.scalars("step/loss").last?.step == 10_000)
    }

    @Test func hyperparametersAreWhatRunsDifferBy() {
        let recipe: JSON = [
            "name": "x", "seed": 7, "model": ["checkpoint": "a.h5"], "data": ["batch_size": 32],
            "loss": ["name": "mse", "from_logits": .null],
            "phases": [
                ["epochs": 3, "optimizer": ["name": "sgd", "learning_rate": 0.1], "policy": [["freeze": ["**"]]]],
                ["epochs": 5, "optimizer": ["name": "adam", "learning_rate": 0.01]],
            ],
        ]
        let values = HyperParameters(recipe: recipe).values
        #expect(
            Array(values.keys) == [
                "seed", "checkpoint", "batch_size", "loss", "phase 1 epochs", "phase 1 optimizer",
                "phase 1 optimizer.learning_rate", "phase 2 epochs", "phase 2 optimizer",
                "phase 2 optimizer.learning_rate",
            ])
    }

    private func readBytes(_ path: String) throws -> [UInt8] { try MappedFile(path: path).withBytes { Array($0) } }
}
