import Checkpoints
import Foundation
import JSON
import Testing

/// `finetune runs` over a folder that holds runs of every kind.
@Suite(.enabled(if: Program.isBuilt, "the program finetune is not built beside the tests"))
struct RunsTests {
    /// Three whole runs, one that was killed, a damaged one, and what is no run at all.
    private static func write(to folder: String) throws {
        try TwoAndTwo.write(to: folder)
        for (name, rate, epochs) in [("a", "0.02", "3"), ("b", "0.0001", "2"), ("c", "0.02", "3")] {
            let outcome = try Program.run(
                "two-recipe.json", "-o", "runs/\(name)", "--quiet", "--set", "optimizer.learning_rate=\(rate)", "--set",
                "epochs=\(epochs)", "--set", "name=\(name)-net", folder: folder)
            #expect(outcome.status == 0, "\(outcome.diagnostics)")
        }
        let files = FileManager.default
        for name in ["killed", "arm/damaged", "cut\u{1B}[31m", "notes"] {
            try files.createDirectory(atPath: "\(folder)/runs/\(name)", withIntermediateDirectories: true)
        }
        let record = try String(contentsOfFile: folder + "/runs/a/run.json", encoding: .utf8)
        try finetuneTests.write(
            record.replacing("\"status\": \"completed\"", with: "\"status\": \"running\""),
            to: folder + "/runs/killed/run.json")
        try finetuneTests.write(String(record.prefix(record.count / 2)), to: folder + "/runs/arm/damaged/run.json")
        try finetuneTests.write("{}\n", to: folder + "/runs/cut\u{1B}[31m/recipe.json")
        try finetuneTests.write("{}\n", to: folder + "/runs/cut\u{1B}[31m/events.jsonl")
        try finetuneTests.write("hello", to: folder + "/runs/notes/run.txt")
    }

    @Test func runsAreListedSortedFilteredAndCompared() throws {
        try withFolder { folder in
            try RunsTests.write(to: folder)
            func runs(_ arguments: String...) throws -> Program.Outcome {
                try Program.run(["runs"] + arguments, folder: folder)
            }
            func folders(_ arguments: String...) throws -> [String] {
                let outcome = try Program.run(["runs"] + arguments + ["--json"], folder: folder)
                #expect(outcome.status == 0, "\(outcome.diagnostics)")
                return try #require(JSON(parsing: outcome.output).array).compactMap { $0["folder"]?.string }
            }
            let all = try runs()
            #expect(all.status == 0 && all.diagnostics.isEmpty)
            let lines = all.output.split(separator: "\n").map(String.init)
            #expect(lines.count == 7)
            #expect(lines[0].hasPrefix("run") && lines[0].contains("best epoch"))
            #expect(lines[1].hasPrefix("a ") && lines[1].contains("done") && lines[1].contains("all that was planned"))
            #expect(lines.contains { $0.hasPrefix("arm/damaged") && $0.contains("damaged") })
            #expect(lines.contains { $0.hasPrefix("cut") && $0.contains("unfinished") })
            #expect(lines.contains { $0.hasPrefix("killed") && $0.contains("finetune resume") })
            #expect(!all.output.contains("notes") && !all.output.contains("\u{1B}"))

            #expect(try folders("--filter", "status=done") == ["a", "b", "c"])
            #expect(try folders("--filter", "status=done", "--sort", "val_loss") == ["a", "c", "b"])
            #expect(try folders("--sort", "epochs", "--reverse", "--filter", "status=done") == ["a", "c", "b"])
            #expect(try folders("--filter", "optimizer.learning_rate<0.001") == ["b"])
            #expect(try folders("--filter", "epochs>=3", "--filter", "status!=unfinished") == ["a", "c"])
            #expect(try folders("--filter", "status=damaged", "runs/arm") == ["damaged"])
            let sorted = try folders("--sort", "val_kind_accuracy")
            #expect(sorted.count == 6 && Set(sorted.suffix(2)) == ["arm/damaged", "cut\u{1B}[31m"])

            let none = try runs("--filter", "val_loss<-5")
            #expect(none.status == 0 && none.output.isEmpty)
            #expect(none.diagnostics == "none of 6 runs is as the filter says\n")
            let unknown = try runs("--sort", "val_los")
            #expect(unknown.status == 2 && unknown.diagnostics.contains("did you mean \"val_loss\""))
            let wrong = try runs("--filter", "val_loss")
            #expect(wrong.status == 2 && wrong.diagnostics.contains("is no condition"))
            #expect(try runs("--filter", "name<b").status == 2)
            #expect(try runs("rums").diagnostics.contains("did you mean \"runs\""))
        }
    }

    @Test func twoRunsAreHeldAgainstEachOther() throws {
        try withFolder { folder in
            try RunsTests.write(to: folder)
            let text = try Program.run("runs", "--diff", "a", "b", folder: folder)
            #expect(text.status == 0, "\(text.diagnostics)")
            #expect(text.output.contains("val_loss") && !text.output.contains("\u{1B}"))
            let outcome = try Program.run("runs", "--json", "--diff", "runs/a", "runs/b", folder: folder)
            let json = try JSON(parsing: outcome.output)
            let keys = try #require(json["recipe"]?.array).compactMap { $0["key"]?.string }
            #expect(keys.contains("name") && keys.contains { $0.hasSuffix("learning_rate") })
            #expect(keys.contains { $0.hasSuffix("epochs") } && !keys.contains { $0.hasPrefix("data.") })
            let rate = try #require(
                json["recipe"]?.array?.first { $0["key"]?.string?.hasSuffix("learning_rate") == true })
            #expect(rate["first"]?.double == 0.02 && rate["second"]?.double == 0.0001)
            let results = try #require(json["results"]?.array).compactMap { $0["key"]?.string }
            #expect(results.contains("steps") && results.contains("val_loss") && !results.contains("status"))

            let recipe = try Program.run("runs", "--diff", "runs/c", "two-recipe.json", folder: folder)
            #expect(recipe.status == 0 && recipe.output.contains("30"), "\(recipe.diagnostics)")
            let same = try Program.run("runs", "--diff", "two-recipe.json", "two-recipe.json", folder: folder)
            #expect(same.output == "the recipes are the same\n")
            let one = try Program.run("runs", "--diff", "a", folder: folder)
            #expect(one.status == 2 && one.diagnostics.contains("--diff needs two"))
            let damaged = try Program.run("runs", "--diff", "a", "arm/damaged", folder: folder)
            #expect(damaged.status == 2 && damaged.diagnostics.contains("no recipe.json"))
            #expect(try Program.run("runs", "--diff", "a", "zzz", folder: folder).status == 2)
        }
    }
}
