import Tensors
import Testing
import Training

@testable import Tracking

@Suite struct ComparisonReportTests {
    @Test func isOneWellFormedPage() {
        let html = ComparisonReport(SampleComparison.whole()).html
        let page = WellFormedness(html)
        #expect(page.problems == [])
        #expect(page.elements["script"] == nil && page.elements["link"] == nil && page.elements["img"] == nil)
        // Scores, differences, a chart for each share of the labels, what labels are worth.
        #expect(page.elements["svg"] == 8)
        for reference in ["http:", "https:", "url(", "@import"] { #expect(!html.contains(reference)) }
        #expect(page.references.count == 50)
        #expect(page.references.first == "fine-tuned/0.01-s1/report.html")
    }

    @Test func showsWhatMatters() throws {
        let comparison = SampleComparison.whole()
        let html = ComparisonReport(comparison).html
        for text in [
            "fine-tuned is better than from-scratch: +1.06 points", "<span class=\"status completed\">better</span>",
            "fine-tuned: mean test accuracy", "5 : 0", "p = 0.0058", "100 % of the labels", "61,440 examples",
            "With 270 labels fine-tuned is as good as from-scratch with about 2,600.", "What was forgotten",
            "found by lr-find", "models/tops.h5", "10,000", "Recipe of from-scratch", "2,700",
        ] { #expect(html.contains(text), "\(text)") }
        // The verdict comes before any number.
        let verdict = try #require(html.firstRange(of: "fine-tuned is better than"))
        #expect(verdict.lowerBound < (try #require(html.firstRange(of: "class=\"tiles\""))).lowerBound)
    }

    @Test func neutralisesHostileNames() {
        let page = WellFormedness(ComparisonReport(SampleComparison.hostile()).html)
        #expect(page.problems == [])
        #expect(page.elements["script"] == nil)
        #expect(!page.references.contains { $0.contains("..") || $0.hasPrefix("/") || $0.contains(":") })
        #expect(page.references.contains("javascript%3Aalert%281%29/report.html"))
    }

    @Test func oneThatIsUnderWayConcludesNothing() {
        var comparison = SampleComparison.whole()
        comparison.status = .running
        comparison.runs.removeLast(20)
        comparison.comparisons = []
        comparison.efficiency = []
        comparison.forgetting = []
        let html = ComparisonReport(comparison).html
        #expect(WellFormedness(html).problems == [])
        #expect(html.contains("Not finished: 30 of 50 runs so far; nothing is concluded before the last."))
        comparison.runs = []
        #expect(WellFormedness(ComparisonReport(comparison).html).problems == [])
    }

    @Test func isWrittenFromTheFolderAlone() throws {
        let folder = TemporaryFolder()
        let comparison = SampleComparison.whole(fractions: [1])
        let path = folder.path + "/" + Comparison.fileName
        try AtomicFile.write(comparison.json.serialized(pretty: true), to: path)
        try ComparisonReport.write(folder: folder.path)
        let html = try readText(folder.path + "/" + ComparisonReport.fileName)
        #expect(html == ComparisonReport(comparison).html)
        let timing = folder.path + "/" + Comparison.timingFileName
        try AtomicFile.write(
            """
            {"version": 1, "seconds": 61.5,
             "runs": [{"arm": "fine-tuned", "seed": 3, "fraction": 1, "seconds": 12.25, "steps_per_second": 98.0}],
             "seconds_to_reach": [{"first": "fine-tuned", "second": "from-scratch", "fraction": 1, "first_seconds": 4.5,
                                   "second_seconds": null}]}
            """, to: timing)
        try ComparisonReport.write(folder: folder.path)
        let timed = try readText(folder.path + "/" + ComparisonReport.fileName)
        #expect(WellFormedness(timed).problems == [])
        for text in ["1:02 min", "12.2 s", "480 steps (61,440 examples, 4.50 s)"] {
            #expect(timed.contains(text), "\(text)")
        }
        try AtomicFile.write("{\"version\": 1}", to: path)
        let damage = #expect(throws: RunFileError.self) { try ComparisonReport.write(folder: folder.path) }
        #expect(damage?.description.hasPrefix(path + " cannot be read: ") == true)
    }

    @Test func meansAreOverStepsThatAllHave() {
        let points = ComparisonReport.mean([
            [.init(step: 10, score: 0.5), .init(step: 20, score: 0.7)],
            [.init(step: 10, score: 0.7), .init(step: 20, score: 0.8), .init(step: 30, score: 0.9)],
        ])
        #expect(points == [CurvePoint(x: 10, y: 0.6), CurvePoint(x: 20, y: 0.75)])
    }
}
