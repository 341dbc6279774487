import Foundation
import JSON
import Testing

@Suite(.enabled(if: Program.isBuilt, "the program finetune is not built beside the tests"))
struct ProfileTests {
    @Test func itShowsTablesAndWritesNothing() throws {
        try withFolder { folder in
            try TwoAndTwo.write(to: folder)
            let before = try FileManager.default.subpathsOfDirectory(atPath: folder)
            let outcome = try Program.run("profile", "two-recipe.json", "--steps", "4", folder: folder)
            #expect(outcome.status == 0, "\(outcome.diagnostics)")
            let lines = outcome.output.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
            #expect(lines[0] == "two-recipe, phase phase-1: 4 steps of 16 on 1 thread, after 3 that do not count")
            for title in ["a step", "by operation", "by layer"] { #expect(lines.contains(title)) }
            for row in ["waiting for data", "forward", "backward", "update", "linear", "hidden", "kind", "loss"] {
                #expect(lines.contains { $0.hasPrefix("  \(row) ") }, "\(row)")
            }
            #expect(lines.contains { $0.hasPrefix("evaluation of 24 examples: ") })
            #expect(lines.allSatisfy { $0.count <= 120 })
            #expect(try FileManager.default.subpathsOfDirectory(atPath: folder) == before)
        }
    }

    @Test func asNumbersItAddsUp() throws {
        try withFolder { folder in
            try TwoAndTwo.write(to: folder)
            let outcome = try Program.run(
                "profile", "two-recipe.json", "--steps", "3", "--threads", "2", "--json", folder: folder)
            let json = try JSON(parsing: outcome.output)
            #expect(json["threads"] == .integer(2) && json["steps"] == .integer(3))
            for rate in ["product_flops_per_second", "convolution_flops_per_second", "bytes_per_second"] {
                #expect((json["peak"]?[rate]?.double ?? 0) > 1e6)
            }
            let nodes = try #require(json["nodes"]?.array)
            func sum(_ list: [JSON], _ key: String) -> Double { list.reduce(0) { $0 + ($1[key]?.double ?? 0) } }
            for group in ["operations", "layers"] {
                let rows = try #require(json[group]?.array)
                #expect(abs(sum(rows, "seconds") - sum(nodes, "seconds")) < 1e-9)
                #expect(sum(rows, "flops") == sum(nodes, "flops"))
                let seconds = rows.compactMap { $0["seconds"]?.double }
                #expect(seconds == seconds.sorted(by: >))
            }
            #expect(json["evaluation"]?["all_examples"] == .integer(24))
        }
    }

    @Test func whatCannotBeMeasuredIsRefused() throws {
        #expect(try Program.run("profile", "recipes/sigmoid-mlp.json", "--steps", "0").status == 2)
        let phase = try Program.run("profile", "recipes/sigmoid-mlp.json", "--phase", "2")
        #expect(phase.status == 2 && phase.diagnostics.contains("there is no phase 2"))
    }
}

/// How many threads compute follows from the recipe and the machine, and can be said.
@Suite(.enabled(if: Program.isBuilt, "the program finetune is not built beside the tests"))
struct ThreadsTests {
    private func threads(_ arguments: String...) throws -> Int? {
        try JSON(parsing: Program.run(["plan", "recipes/sigmoid-mlp.json", "--json"] + arguments).output)["threads"]?
            .int
    }

    @Test func aTinyNetworkStaysOnOneThreadUnlessItIsTold() throws {
        #expect(try threads() == 1)
        #expect(try threads("--threads", "3") == 3)
        let search = try Program.run("lr-find", "recipes/sigmoid-mlp.json", "--threads", "2", "--steps", "5")
        #expect(search.status == 0)
        #expect(try Program.run("lr-find", "recipes/sigmoid-mlp.json", "--threads", "0").status == 2)
    }

    @Test func aRunRecordsHowManyThereWere() throws {
        try withFolder { folder in
            for (words, expected) in [([], 1), (["--threads", "2"], 2)] {
                let run = folder + "/run\(expected)"
                let outcome = try Program.run(
                    ["recipes/sigmoid-mlp.json", "-o", run, "--quiet", "--set", "epochs=3"] + words)
                #expect(outcome.status == 0)
                let record = try JSON(parsing: String(contentsOfFile: run + "/run.json", encoding: .utf8))
                #expect(record["threads"] == .integer(expected))
            }
        }
    }

    /// A run of moments leaves no snapshot, and the files that it leaves are whole.
    @Test func aShortRunTakesNoSnapshots() throws {
        try withFolder { folder in
            let run = folder + "/run"
            #expect(try Program.run("recipes/sigmoid-mlp.json", "-o", run, "--quiet", "--set", "epochs=20").status == 0)
            #expect(!FileManager.default.fileExists(atPath: run + "/snapshots"))
            let resolved = try JSON(parsing: String(contentsOfFile: run + "/recipe.json", encoding: .utf8))
            #expect(resolved["snapshot_every"] == .string("auto"))
            let every = folder + "/every"
            #expect(
                try Program.run(
                    "recipes/sigmoid-mlp.json", "-o", every, "--quiet", "--set", "epochs=5", "--set",
                    "snapshot_every=1 epoch"
                ).status == 0)
            #expect(try FileManager.default.contentsOfDirectory(atPath: every + "/snapshots").count == 4)
        }
    }
}
