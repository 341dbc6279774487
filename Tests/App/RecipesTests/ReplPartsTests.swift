import JSON
import Testing

@testable import Recipes

/// Lines, patterns, completion and the timeline of the prompt.
@Suite struct ReplPartsTests {
    @Test(arguments: [
        ("freeze conv* dense", ["freeze", "conv*", "dense"]),
        ("  train   2 epochs  ", ["train", "2", "epochs"]),
        ("freeze \"last block\" 'until: x'", ["freeze", "last block", "until: x"]),
        ("save my\\ model.h5", ["save", "my model.h5"]), ("show a#b # a remark", ["show", "a#b"]),
        ("augment crop='{\"area\": [0.5, 1]}'", ["augment", "crop={\"area\": [0.5, 1]}"]), ("# only a remark", []),
        ("rate x ''", ["rate", "x", ""]),
    ])
    func linesBecomeWords(_ text: String, _ words: [String]) throws {
        #expect(try ReplLine(text).words == words)
    }

    @Test func aQuoteWithoutItsEndIsSaid() {
        #expect(throws: UsageError.self) { try ReplLine("freeze \"last block") }
    }

    @Test func settingsFindTheirPlace() throws {
        let setting = try #require(ReplSetting("schedule.warmup=0.1"))
        #expect(JSON.null.setting(setting.path, to: setting.value) == ["schedule": ["warmup": 0.1]])
        #expect(JSON.string("cosine").setting(["warmup"], to: 0.1) == ["name": "cosine", "warmup": 0.1])
        #expect(ReplSetting("conv2d") == nil)
        #expect(ReplSetting("name=x=y")?.value == "x=y")
    }

    @Test func selectorsOfSeveralWordsAreOne() {
        let words = ["last", "2", "blocks", "head.**", "until:", "conv", "first", "block", "role", "bias", "last", "3"]
        #expect(
            Workbench.patterns(words)
                == ["last 2 blocks", "head.**", "until: conv", "first block", "role bias", "last 3"])
    }

    @Test func ratesAreFactorsOrNumbers() {
        #expect(Workbench.rate("x0.1")! == ("multiplier", 0.1))
        #expect(Workbench.rate("1e-4")! == ("learning_rate", 1e-4))
        #expect(Workbench.rate("fast") == nil && Workbench.rate("-1") == nil && Workbench.rate("xinf") == nil)
    }

    private let names = ["conv2d", "conv2d_1", "head.dense", "conv2d.kernel", "conv2d.bias", "head.dense.kernel"]

    private func complete(_ line: String) -> Completion {
        Completion(of: line, names: names, branches: ["main", "wide"])
    }

    @Test func verbsAreCompleted() {
        #expect(complete("unfr") == Completion(inserted: "eeze "))
        #expect(complete("save").shown.contains("save-recipe"))
        #expect(complete("xyz") == Completion())
    }

    @Test func pathsAreCompletedPartByPart() {
        #expect(complete("freeze he").inserted == "ad")
        #expect(complete("freeze head.").inserted == "dense")
        #expect(complete("show conv2d.k").inserted == "ernel ")
        #expect(complete("show conv").inserted == "2d")
        #expect(complete("show conv2d_").inserted == "1 ")
    }

    @Test func branchesAndKeysAreCompleted() {
        #expect(complete("switch w").inserted == "ide ")
        #expect(complete("optimizer learning").inserted == "_rate=")
        #expect(complete("schedule cos").inserted == "ine ")
    }

    @Test func everyVerbHasHelpThatFits() {
        for verb in ReplVerb.allCases {
            #expect(ReplVerb.help(verb).contains(verb.entry.example), "\(verb)")
            #expect(verb.entry.usage.hasPrefix(verb.rawValue), "\(verb)")
            #expect(verb.entry.example.hasPrefix(verb.rawValue), "\(verb)")
        }
        #expect(Set(ReplVerb.groups.flatMap(\.verbs)) == Set(ReplVerb.allCases))
        #expect(throws: UsageError.self) { try ReplVerb(typed: "freez") }
    }

    private func moment(_ command: String) -> Moment { Moment(draft: Draft(top: [:]), command: command) }

    @Test func timeGoesBackAndForth() throws {
        var timeline = Timeline(moment("open"))
        timeline.add(moment("a"))
        timeline.add(moment("b"))
        try timeline.undo(2)
        #expect(timeline.now.command == "open")
        try timeline.redo(1)
        #expect(timeline.now.command == "a")
        try timeline.branch("other")
        timeline.add(moment("c"))
        try timeline.switch(to: "main")
        #expect(timeline.now.command == "a" && timeline.line.future.count == 1)
        timeline.add(moment("d"))
        #expect(timeline.line.future.isEmpty)
        #expect(try timeline.tip(of: "other").command == "c")
        #expect(throws: UsageError.self) { try timeline.undo(9) }
        #expect(throws: UsageError.self) { try timeline.switch(to: "othr") }
        #expect(throws: UsageError.self) { try timeline.branch("other") }
    }

    @Test func numbersAreSummed() {
        let summary = NumberSummary([Float](arrayLiteral: 0, 1, 2, 3, .nan))
        #expect(summary.mean == 1.5 && summary.minimum == 0 && summary.maximum == 3 && summary.zeros == 0.2)
        #expect(summary.notFinite == 0.2 && summary.norm == 14.0.squareRoot() && summary.histogram.reduce(0, +) == 4)
        let none = NumberSummary([Float]())
        #expect(none.norm == 0 && none.histogram.isEmpty)
        #expect(NumberSummary([Float](repeating: 2, count: 3)).histogram[0] == 3)
    }
}
