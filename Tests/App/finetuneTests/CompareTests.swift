import Foundation
import JSON
import Testing

/// `finetune compare` through the command line, on small data.
@Suite(.serialized, .enabled(if: Program.isBuilt, "the program finetune is not built beside the tests"))
struct CompareTests {
    private func withTask(_ body: (TransferTask) throws -> Void) throws {
        try withFolder { try body(TransferTask(in: $0)) }
    }

    @Test func pretrainingHelpsAndItIsSaid() throws {
        try withTask { task in
            try task.write(TransferTask.recipe())
            let outcome = try task.compare("few.json", "--seeds", "1,2,3,4,5", "-o", "c")
            let json = try task.comparison("c")
            let pair = try #require(json["comparisons"]?[0])
            #expect(pair["first"] == "fine-tuned" && pair["second"] == "from-scratch")
            #expect(pair["verdict"] == "better" && pair["wins"] == 5 && pair["examples"] == 300)
            let low = try #require(pair["interval"]?[0]?.double)
            let difference = try #require(pair["difference"]?.double)
            #expect(low > 0 && difference > low)
            let sentence = try #require(pair["sentence"]?.string)
            #expect(outcome.output.contains("verdict: \(sentence)\n"))
            #expect(sentence.hasPrefix("fine-tuned is better than from-scratch: test accuracy +"))
            #expect(outcome.diagnostics.contains("run 10 of 10: from-scratch, seed 5"))
            #expect(json["status"] == "done" && json["budget"]?["steps"] == 20)
            #expect(json["arms"]?[1]?["rate_from"] == "lr-find" && json["arms"]?[1]?["checkpoint"] == .null)
            let runs = try #require(json["runs"]?.array)
            #expect(runs.count == 10 && runs.allSatisfy { $0["status"] == "done" && $0["labels"] == 36 })
            #expect(runs[0]["curve"]?.array?.count == 4)
            // The means are those of the runs, and these of their own records.
            let scores = runs.filter { $0["arm"] == "fine-tuned" }.compactMap { $0["score"]?.double }
            #expect(abs(scores.reduce(0, +) / 5 - (pair["first_mean"]?.double ?? 0)) < 1e-12)
            let record = try JSON(
                parsing: String(contentsOfFile: task.path("c/from-scratch/1-s2/run.json"), encoding: .utf8))
            let run = try #require(runs.first { $0["folder"] == "from-scratch/1-s2" })
            #expect(record["test"]?["accuracy"] == run["score"] && record["hashes"]?["model"] == run["model_hash"])
            // Again: nothing is trained, nothing changes.
            let before = try task.bytes("c/comparison.json")
            let again = try task.compare("few.json", "--seeds", "1,2,3,4,5", "-o", "c")
            #expect(again.output == outcome.output && !again.diagnostics.contains("run 1 of 10"))
            #expect(try task.bytes("c/comparison.json") == before)
        }
    }

    /// A run of a comparison is what `finetune run` gives; the arms have the same head and examples.
    @Test func runsAreOrdinaryOnes() throws {
        try withTask { task in
            let head =
                #", "cut_at": "hidden", "head": [{ "layer": "Dense", "units": 3, "activation": "softmax" }]"#
            try task.write(
                TransferTask.recipe(
                    #", "schedule": { "name": "cosine", "warmup": "1 epoch" }, "early_stopping": { "patience": 2 }"#,
                    model: head))
            _ = try task.compare("few.json", "--seeds", "7", "-o", "c", "--threads", "1", "--quiet")
            for (arm, name) in [("few.json", "fine-tuned"), ("c/from-scratch/recipe.json", "from-scratch")] {
                let run = try Program.run(
                    arm, "--set", "seed=7", "--set", "data.split_seed=42", "-o", "alone-" + name, "--threads", "1",
                    "--quiet", folder: task.folder)
                #expect(run.status == 0, "\(run.diagnostics)")
                #expect(try task.bytes("alone-\(name)/model.h5") == task.bytes("c/\(name)/1-s7/model.h5"))
            }
            let json = try task.comparison("c")
            #expect(json["comparisons"]?[0]?["verdict"] == "too few runs")
            #expect(json["comparisons"]?[0]?["interval"] == .null)
            #expect(json["comparisons"]?[0]?["more_runs"]?.int ?? 0 >= 2)
        }
    }

    @Test func theSameTwiceIsNoEvidence() throws {
        try withTask { task in
            try task.write(
                TransferTask.recipe(
                    #", "comparison": { "arms": [{ "name": "one" }, { "name": "two" }], "seeds": [1, 2, 3] }"#))
            let outcome = try task.compare("few.json", "-o", "c")
            let pair = try #require(try task.comparison("c")["comparisons"]?[0])
            #expect(pair["verdict"] == "no evidence" && pair["difference"] == 0.0 && pair["ties"] == 3)
            #expect(pair["mcnemar"]?["p"] == 1.0 && pair["mcnemar"]?["first_only"] == 0)
            #expect(outcome.output.contains("verdict: no evidence of a difference between one and two"))
        }
    }

    @Test func aBrokenCheckpointIsWorse() throws {
        try withTask { task in
            try task.shuffle(to: "shuffled.h5")
            let arms = #"[{ "name": "shuffled", "checkpoint": "shuffled.h5" }, "fine-tuned"]"#
            try task.write(TransferTask.recipe(#", "comparison": { "arms": \#(arms), "seeds": [1, 2, 3] }"#))
            _ = try task.compare("few.json", "-o", "c")
            let json = try task.comparison("c")
            #expect(json["comparisons"]?[0]?["verdict"] == "worse" && json["comparisons"]?[0]?["losses"] == 3)
            #expect(json["arms"]?[0]?["checkpoint"]?["hash"] != json["arms"]?[1]?["checkpoint"]?["hash"])
        }
    }

    /// More labels are never other labels, and every share has as many steps.
    @Test func sharesOfTheLabels() throws {
        try withTask { task in
            try task.write(TransferTask.recipe(epochs: 6))
            let outcome = try task.compare(
                "few.json", "--seeds", "1,2", "--fractions", "0.25,1,0.5", "-o", "c", "--threads", "1")
            let json = try task.comparison("c")
            #expect(json["fractions"] == [0.25, 0.5, 1])
            let runs = try #require(json["runs"]?.array)
            #expect(runs.compactMap { $0["labels"]?.int } == [9, 9, 9, 9, 18, 18, 18, 18, 36, 36, 36, 36])
            #expect(Set(runs.compactMap { $0["steps"]?.int }) == [30])
            #expect(json["comparisons"]?.array?.count == 3 && json["efficiency"]?.array?.count == 3)
            let first = try #require(json["efficiency"]?[0])
            #expect(first["labels"] == 9 && outcome.output.contains(first["sentence"]?.string ?? "?"))
            // With all labels a run is what it is without shares.
            _ = try task.compare("few.json", "--seeds", "1", "-o", "whole", "--threads", "1", "--quiet")
            let name = "from-scratch/1-s1/model.h5"
            #expect(try task.bytes("c/" + name) == task.bytes("whole/" + name))
        }
    }

    /// What a frozen base knew it still knows; what trained forgot.
    @Test func forgetting() throws {
        try withTask { task in
            let head =
                #", "cut_at": "hidden", "head": [{ "layer": "Dense", "units": 3, "activation": "softmax" }]"#
            let old = #""old_task": { "format": "npz", "file": "plenty.npz" }"#
            try task.write(
                TransferTask.recipe(
                    #", "comparison": { "arms": ["feature-extraction", "fine-tuned", "from-scratch"], "seeds": [1], \#(old) }"#,
                    model: head))
            let outcome = try task.compare("few.json", "-o", "c", "--set", "optimizer.learning_rate=0.05")
            let found = try #require(try task.comparison("c")["forgetting"]?.array)
            #expect(found.compactMap { $0["arm"]?.string } == ["feature-extraction", "fine-tuned"])
            #expect(found[0]["before"] == found[0]["after"] && found[0]["before"] == found[1]["before"])
            let (before, after) = (found[1]["before"]?.double ?? 0, found[1]["after"]?.double ?? 1)
            #expect(before > 0.9 && after < before - 0.05, "\(before) \(after)")
            let evaluated = try Program.run(
                "evaluate", "pretrained/model.h5", "plenty.json", "--set", "data.test.format=npz", "--set",
                "data.test.file=\(task.path("plenty.npz"))", "--json", folder: task.folder)
            #expect(try JSON(parsing: evaluated.output)["accuracy"]?.double == before, "\(evaluated.diagnostics)")
            #expect(outcome.output.contains("forgetting, fine-tuned: accuracy on the old task"))
        }
    }

    /// A strategy's phases are as long together as the recipe.
    @Test func strategiesHaveTheBudget() throws {
        try withTask { task in
            try task.write(TransferTask.recipe(#", "early_stopping": { "patience": 9 }"#))
            _ = try task.compare("few.json", "--arms", "lp-ft,bitfit,fine-tuned", "--seeds", "1", "-o", "c", "--quiet")
            let json = try task.comparison("c")
            for arm in try #require(json["arms"]?.array) {
                let phases = try #require(arm["recipe"]?["phases"]?.array)
                #expect(phases.reduce(0) { $0 + ($1["steps"]?.int ?? 0) } == 20)
                #expect(phases.allSatisfy { $0["early_stopping"]?["patience"] == 9 && $0["epochs"] == .null })
            }
            #expect(json["arms"]?[0]?["recipe"]?["phases"]?.array?.compactMap { $0["steps"]?.int } == [13, 7])
            #expect(
                json["comparisons"]?.array?.compactMap { $0["second"]?.string } == [
                    "bitfit", "fine-tuned", "fine-tuned",
                ])
        }
    }

    @Test func severalRecipesAreTheArms() throws {
        try withTask { task in
            try task.write(TransferTask.recipe())
            try task.write(
                TransferTask.recipe().replacing("\"few\"", with: "\"slow\"").replacing("0.001", with: "1e-5"),
                "slow.json")
            let outcome = try task.compare("few.json", "slow.json", "--seeds", "1,2,3", "-o", "c")
            let json = try task.comparison("c")
            #expect(json["name"] == "few-vs-slow" && json["arms"]?[1]?["learning_rate"] == 1e-5)
            #expect(
                json["comparisons"]?.array?.count == 1 && outcome.output.contains("few-vs-slow: test accuracy, 3 seeds")
            )
            // Measured on something else.
            try task.write(TransferTask.recipe().replacing("test.npz", with: "plenty.npz"), "other.json")
            let refused = try Program.run("compare", "few.json", "other.json", "-o", "d", folder: task.folder)
            #expect(refused.status == 2 && refused.diagnostics.contains("they are measured on other data"))
        }
    }

    @Test func whatCannotBeComparedHasASentence() throws {
        try withTask { task in
            func refused(_ comparison: String, _ sentence: String) throws {
                try task.write(TransferTask.recipe(", \"comparison\": " + comparison))
                let outcome = try Program.run("compare", "few.json", "-o", "c", folder: task.folder)
                #expect(outcome.status == 2 && outcome.diagnostics.contains(sentence), "\(outcome.diagnostics)")
                #expect(!FileManager.default.fileExists(atPath: task.path("c/comparison.json")))
            }
            try refused(
                #"{ "arms": ["fine-tuned", "from-scrach"] }"#,
                #"there is no arm "from-scrach"; did you mean "from-scratch"?"#)
            try refused(#"{ "arms": ["bitfit", "bitfit"] }"#, #"two arms are called "bitfit""#)
            try refused(
                #"{ "arms": ["bitfit", { "name": "comparison.html" }] }"#, "a comparison has a file of this name")
            try refused(#"{ "arms": ["bitfit", { "name": "a\u001b[31m" }] }"#, "without \"/\" and control characters")
            try refused(#"{ "seeds": [1, 2, 1] }"#, "comparison.seeds.2: the seed 1 is there twice")
            try refused(
                #"{ "metric": "acuracy" }"#, #"the recipe does not measure "acuracy"; did you mean "accuracy"?"#)
            try refused(#"{ "seed": [1] }"#, #"unknown key; did you mean "seeds"?"#)
            try refused(#"{ "fractions": [0, 1] }"#, "comparison.fractions.0: expected a number above 0")
            let fresh = try Program.run("compare", "plenty.json", "-o", "c", folder: task.folder)
            #expect(fresh.status == 2 && fresh.diagnostics.contains("the recipe starts from fresh weights already"))
            try task.write(TransferTask.recipe(""))
            let nothing = try Program.run("compare", "few.json", "-o", "pretrained", folder: task.folder)
            #expect(nothing.status == 2 && nothing.diagnostics.contains("no comparison: name another with -o"))
            try FileManager.default.createDirectory(
                atPath: task.path("damaged"), withIntermediateDirectories: false)
            try task.write("{ \"version\": 1,", "damaged/comparison.json")
            let damaged = try Program.run("compare", "few.json", "-o", "damaged", folder: task.folder)
            #expect(damaged.status == 1 && damaged.diagnostics.contains("damaged/comparison.json: line 1"))
        }
    }
}
