import Glibc
import Tensors
import Testing
import Training

@testable import Tracking

@Suite struct ReportTests {
    @Test func isOneWellFormedPage() {
        let page = WellFormedness(Report(SampleRun.description()).html)
        #expect(page.problems == [])
        #expect(page.elements["svg"] == 7)
        #expect(page.elements["script"] == nil && page.elements["link"] == nil)
        #expect(page.elements["img"] == 24)
    }

    @Test func needsNothingElse() {
        let html = Report(SampleRun.description()).html
        for reference in ["http:", "https:", "url(", "@import"] { #expect(!html.contains(reference)) }
        #expect(WellFormedness(html).references.allSatisfy { $0.hasPrefix("data:image/png;base64,") })
        #expect(html.contains("prefers-color-scheme: dark") && html.contains("@media print"))
    }

    @Test func showsWhatMatters() {
        let html = Report(SampleRun.description()).html
        for text in [
            "98.12 %", "test accuracy", "Best at epoch 8 of 10 in phase all; stopped early when val_loss",
            "head.dense_1", "26 × 26 × 32", "1.5e-5", "Most frequent mistakes",
            "Sneaker taken for Ankle boot: 31 (3.10 %)",
            "<b>4</b> loaded", "33.4 s", "312 MB", "Rates per layer",
            "Calibration", "mean confidence", "expected calibration error", "Most confident mistakes",
            "The 24 of 94 mistakes", "is Sandal", "Platinum 8481C", String(repeating: "7c", count: 32),
        ] { #expect(html.contains(text), "\(text)") }
    }

    @Test func neutralisesHostileNames() {
        let html = Report(SampleRun.hostile()).html
        let page = WellFormedness(html)
        #expect(page.problems == [])
        #expect(page.elements["script"] == nil)
        #expect(!html.contains("\u{202E}"))
    }

    @Test func staysSmallWhenTheRunIsLarge() {
        let html = Report(SampleRun.large()).html
        #expect(WellFormedness(html).problems == [])
        #expect(html.utf8.count < 450_000)
    }

    @Test func sustainsRunsThatHardlyBegan() {
        var run = RunDescription(
            record: RunRecord(
                name: "x", seed: 1, examples: .init(train: 10, validation: 0, test: 0),
                environment: SampleRun.environment),
            evaluations: [])
        #expect(WellFormedness(Report(run).html).problems == [])
        run.evaluations = [SampleRun.evaluations()[0]]
        run.record.confusion = ConfusionTable(classNames: ["a"], counts: [[0]])
        let html = Report(run).html
        #expect(WellFormedness(html).problems == [])
        #expect(!html.contains("nan"))
    }

    @Test func saysWhatItLeavesOut() {
        var run = SampleRun.description()
        run.predictions = nil
        let html = Report(run).html
        #expect(WellFormedness(html).problems == [])
        #expect(html.contains("Not shown: this run&#39;s folder has no predictions/summary.json."))
        run.predictions = SampleRun.predictions()
        run.predictions?.mistakes = [
            PredictionSummary.Mistake(index: 3, name: "line 4", actual: "a", predicted: "b", confidence: 0.75)
        ]
        run.predictions?.mistakeCount = 1
        let table = Report(run).html
        #expect(WellFormedness(table).problems == [] && WellFormedness(table).elements["img"] == nil)
        #expect(table.contains("All 1 mistake, first") && table.contains("<th scope=\"row\">line 4</th>"))
    }

    /// Pages to look at in a browser: `REPORT_SAMPLES=FOLDER scripts/test --filter ReportTests`.
    @Test(.enabled(if: getenv("REPORT_SAMPLES") != nil, "REPORT_SAMPLES names no folder for sample pages"))
    func samplesAreWritten() throws {
        let folder = String(cString: try #require(getenv("REPORT_SAMPLES")))
        for (name, run) in [
            ("run", SampleRun.description()), ("large", SampleRun.large()), ("hostile", SampleRun.hostile()),
        ] { try AtomicFile.write(Report(run).html, to: "\(folder)/\(name).html") }
        for (name, comparison) in [
            ("comparison", SampleComparison.whole()), ("comparison-hostile", SampleComparison.hostile()),
        ] { try AtomicFile.write(ComparisonReport(comparison).html, to: "\(folder)/\(name).html") }
    }

    @Test func isTheSameWhenReadBackFromTheRun() throws {
        let folder = TemporaryFolder()
        let directory = try RunDirectory.create(at: folder.path + "/run")
        let run = SampleRun.description()
        try directory.write(run.record.json.serialized(pretty: true), to: .record)
        try directory.write(run.recipe, to: .recipe)
        let metrics = try MetricsLog(directory: directory, metricNames: ["val_accuracy"])
        for report in run.evaluations { _ = try metrics.handle(.evaluated(report)) }
        try directory.write(
            """
            {"n":1,"time":"2026-11-21T09:30:00.000Z","event":"run-started"}
            {"n":2,"time":"2026-11-21T09:30:00.410Z","event":"phase-started"}
            {"n":3,"time":"2026-11-21T09:30:33.400Z","event":"run-ended"}
            """, to: .events)
        try directory.write(
            """
            {"counts":{},"tensors":[{"outcome":"loaded","path":"a.kernel","stored":"a/kernel:0","shape":[2,3],"stored_shape":[2,3]}]}
            """, to: .ledger)
        let predictions = try #require(run.predictions)
        try directory.write(predictions.json.serialized(pretty: true), to: .predictionSummary)
        var expected = run
        expected.ledger = [.init(outcome: "loaded", stored: "a/kernel:0", path: "a.kernel", shape: [2, 3])]
        #expect(Report(try RunDescription(readingRunAt: directory.path)).html == Report(expected).html)
        try directory.write("{\"data\":\"test\",\"bins\":[]}", to: .predictionSummary)
        let damage = #expect(throws: RunFileError.self) { try RunDescription(readingRunAt: directory.path) }
        #expect(
            damage?.description == "\(directory.path)/predictions/summary.json cannot be read: "
                + "it has no usable \"most_confident\"")
        #expect(throws: RunDescriptionError.self) { try RunDescription(readingRunAt: folder.path) }
    }
}
