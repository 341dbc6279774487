import JSON
import Tensors
import Testing
import Training

@testable import Tracking

@Suite struct LogTests {
    private let folder = TemporaryFolder()

    private func report(
        _ step: Int, phase: String = "head", loss: Double = 0.1, validation: Double? = 1.0 / 3, accuracy: Double? = 0.5,
        seconds: Double = 1.25
    ) -> EvaluationReport {
        EvaluationReport(
            step: step, epoch: step / 10, phase: phase, trainLoss: loss, validationLoss: validation,
            metrics: accuracy.map { [MetricValue(name: "val_accuracy", value: $0)] } ?? [], learningRate: 1e-5,
            improved: true, seconds: seconds, examplesPerSecond: 800, dataWaitSeconds: 0.015625, peakMemoryBytes: 4096)
    }

    @Test func writesMetricsWithoutAClock() throws {
        let run = try RunDirectory.create(at: folder.path + "/run")
        let log = try MetricsLog(directory: run, metricNames: ["val_accuracy"])
        _ = try log.handle(.evaluated(report(10)))
        _ = try log.handle(.evaluated(report(20, phase: "all, \"slow\"", loss: .nan, validation: nil, accuracy: nil)))
        #expect(
            try readText(run.path(of: .metrics)) == """
                step,epoch,phase,train_loss,val_loss,val_accuracy,learning_rate
                10,1,head,0.1,0.3333333333333333,0.5,1e-05
                20,2,"all, ""slow\""",nan,,,1e-05

                """)
        #expect(
            try readText(run.path(of: .timing)) == """
                step,epoch,phase,seconds,examples_per_second,data_wait_seconds,peak_memory_bytes
                10,1,head,1.25,800.0,0.015625,4096
                20,2,"all, ""slow\""",1.25,800.0,0.015625,4096

                """)
    }

    @Test func readsItsTablesBack() throws {
        let run = try RunDirectory.create(at: folder.path + "/run")
        let log = try MetricsLog(directory: run, metricNames: ["val_accuracy"])
        let reports = [report(10), report(20, phase: "a,\nb \"c\"", validation: nil, accuracy: nil, seconds: 0.1)]
        for report in reports { _ = try log.handle(.evaluated(report)) }
        let metrics = try readText(run.path(of: .metrics))
        let rows = try MetricsTable.parse(metrics: metrics, timing: try readText(run.path(of: .timing)))
        #expect(rows.map(\.phase) == reports.map(\.phase))
        #expect(rows.map(\.metrics) == reports.map(\.metrics))
        #expect(rows.map(\.validationLoss) == reports.map(\.validationLoss))
        #expect(rows.map(\.seconds) == [1.25, 0.1])
        #expect(rows.map(\.peakMemoryBytes) == [4096, 4096])
        #expect(try MetricsTable.parse(metrics: metrics + "30,3,he").count == 2)
        let error = #expect(throws: MetricsTableError.self) { try MetricsTable.parse(metrics: metrics + "30,3\n") }
        #expect(error?.description == "metrics.csv is damaged: line 4 has no usable \"phase\"")
    }

    private func events(_ run: RunDirectory, steps: Bool, offset: Int) throws -> String {
        var time = 1_795_253_400_000 + offset
        let log = try EventLog(directory: run, includesSteps: steps) {
            time += 250
            return UTCDate(millisecondsSince1970: time)
        }
        try log.record("run-started", ["recipe": "r.json"])
        _ = try log.handle(.warning("odd \"thing\""))
        _ = try log.handle(
            .step(
                StepReport(
                    step: 1, epoch: 1, phase: 0, stepInPhase: 1, loss: .infinity, gradientNorm: 1, learningRate: 0.1,
                    examples: 8)))
        _ = try log.handle(.evaluated(report(10, seconds: Double(offset))))
        _ = try log.handle(
            .phaseEnded(
                PhaseEnd(
                    name: "head", reason: .earlyStopping, bestEpoch: 1, bestStep: 10, bestScore: 0.5,
                    monitor: "val_loss")
            ))
        return try readText(run.path(of: .events))
    }

    @Test func numbersEvents() throws {
        let text = try events(try RunDirectory.create(at: folder.path + "/a"), steps: false, offset: 0)
        #expect(
            text == """
                {"n":1,"time":"2026-11-21T09:30:00.250Z","event":"run-started","recipe":"r.json"}
                {"n":2,"time":"2026-11-21T09:30:00.500Z","event":"warning","text":"odd \\"thing\\""}
                {"n":3,"time":"2026-11-21T09:30:00.750Z","event":"first-step","step":1}
                {"n":4,"time":"2026-11-21T09:30:01.000Z","event":"evaluated","step":10,"epoch":1,"phase":"head",\
                "train_loss":0.1,"val_loss":0.3333333333333333,"val_accuracy":0.5,"learning_rate":1e-05,"improved":true}
                {"n":5,"time":"2026-11-21T09:30:01.250Z","event":"phase-ended","phase":"head","reason":"early-stopping",\
                "monitor":"val_loss","best_epoch":1,"best_step":10,"best_score":0.5}

                """)
    }

    @Test func differsOnlyInTimeBetweenEqualRuns() throws {
        func withoutTime(_ text: String) throws -> [JSON] {
            try text.split(separator: "\n").map { line in
                var event = try JSON(parsing: String(line))
                event["time"] = .null
                return event
            }
        }
        let a = try events(try RunDirectory.create(at: folder.path + "/a"), steps: true, offset: 0)
        let b = try events(try RunDirectory.create(at: folder.path + "/b"), steps: true, offset: 777)
        #expect(a != b)
        #expect(try withoutTime(a) == withoutTime(b))
        #expect(a.contains("\"event\":\"step\",\"step\":1,\"epoch\":1,\"loss\":\"inf\""))
    }

    @Test func tellsTimesFromEvents() {
        let times = RunTimes(
            events: """
                {"n":1,"time":"2026-11-21T09:30:00.250Z","event":"run-started"}
                {"n":2,"time":"2026-11-21T09:30:00.650Z","event":"phase-started"}
                not JSON
                {"n":3,"time":"2026-11-21T09:31:00.000Z","event":"phase-started"}
                {"n":4,"time":"2026-11-21T09:31:0
                """)
        #expect(times.started == "2026-11-21T09:30:00.250Z")
        #expect(times.startUp == 0.4)
        #expect(times.total == 59.75)
    }

    @Test func readsQuotedFields() {
        #expect(CSV.rows("a,\"b\"\"c\",\r\n\"d\ne\",,") == [["a", "b\"c", ""], ["d\ne", "", ""]])
        #expect(CSV.rows("") == [])
    }
}
