import Foundation
import JSON
import Testing

/// A network of three layers with a norm, and data written into the recipe.
private enum Small {
    static let architecture = """
        {"class_name": "Sequential", "keras_version": "2.15.0", "config": {"name": "small", "layers": [
        {"class_name": "InputLayer", "config": {"name": "x", "batch_input_shape": [null, 2]}},
        {"class_name": "Dense", "config": {"name": "one", "units": 4, "activation": "relu"}},
        {"class_name": "BatchNormalization", "config": {"name": "one_bn"}},
        {"class_name": "Dense", "config": {"name": "two", "units": 3, "activation": "relu"}},
        {"class_name": "Dense", "config": {"name": "three", "units": 2, "activation": "relu"}},
        {"class_name": "Dense", "config": {"name": "old", "units": 7}}]}}
        """

    static func recipe(model: String = "", rest: String) -> String {
        """
        {
          "model": { "architecture": "small.json", "cut_at": "three",
                     "head": [{ "layer": "Dense", "units": "classes", "activation": "softmax" }]\(model) },
          "data": { "train": { "format": "inline", "inputs": [[1, 2], [2, 3], [3, 4], [4, 4], [5, 1], [0, 2]],
                               "targets": ["a", "b", "a", "b", "a", "b"] }, "validation": 0.34, "batch_size": 2 },
          "loss": "sparse_categorical_crossentropy",
          \(rest)
        }
        """
    }

    /// Runs the program with a recipe `r.json` in a folder of its own.
    static func run(
        _ arguments: String..., model: String = "", rest: String, then: (String) throws -> Void = { _ in }
    ) throws -> Program.Outcome {
        try withFolder { folder in
            try write(architecture, to: folder + "/small.json")
            try write(recipe(model: model, rest: rest), to: folder + "/r.json")
            let outcome = try Program.run(arguments, folder: folder)
            try then(folder)
            return outcome
        }
    }
}

@Suite(.enabled(if: Program.isBuilt, "the program finetune is not built beside the tests"))
struct ExplainTests {
    private static let twoPhases = """
        "optimizer": { "name": "adamw", "learning_rate": 0.01, "weight_decay": 0.1 },
        "schedule": { "name": "linear", "warmup": 2 },
        "phases": [
          { "name": "head", "epochs": 4, "policy": [{ "freeze": "**" }, { "unfreeze": "head.**" }] },
          { "name": "all", "epochs": 2, "layer_decay": 0.5,
            "policy": [{ "set": "one", "multiplier": 0.5, "weight_decay": 0 }, { "set": "one_bn", "batch_norm": "inference" }] },
          { "name": "more", "epochs": 2, "layer_decay": 0.5,
            "policy": [{ "set": "one", "multiplier": 0.5, "weight_decay": 0 }, { "set": "one_bn", "batch_norm": "inference" }] }
        ]
        """

    private func rows(_ outcome: Program.Outcome) throws -> [JSON] {
        #expect(outcome.status == 0 && outcome.diagnostics.isEmpty, "\(outcome.diagnostics)")
        return try #require(try JSON(parsing: outcome.output).array)
    }

    @Test func jsonIsAsPromised() throws {
        let rows = try rows(Small.run("explain", "r.json", "--phase", "all", "--json", rest: Self.twoPhases))
        #expect(rows.count == 12)
        let promised = [
            "path", "shape", "role", "trainable", "multiplier", "learning_rate", "weight_decay", "rule",
        ]
        #expect(rows.allSatisfy { ($0.object.map { Array($0.keys.prefix(8)) } ?? []) == promised })
        let kernel = try #require(rows.first { $0["path"] == "one.kernel" })
        #expect(kernel["shape"] == [2, 4] && kernel["role"] == "kernel" && kernel["trainable"] == true)
        #expect(kernel["multiplier"]?.double == 0.0625 && kernel["weight_decay"]?.double == 0)
        // Two steps a pass, four in all: 1/3 and 2/3 of the peak, the peak, half of it.
        let peak = 0.01 * 0.0625
        #expect(kernel["learning_rate"]?["peak"]?.double == peak)
        #expect(abs((kernel["learning_rate"]?["start"]?.double ?? 0) - peak / 3) < 1e-12)
        #expect(abs((kernel["learning_rate"]?["end"]?.double ?? 0) - peak / 2) < 1e-12)
        #expect(
            kernel["rule"] == "checkpoint (trainable); phases.1.policy.0: set one multiplier 0.5 weight_decay 0.0")
        let mean = try #require(rows.first { $0["path"] == "one_bn.moving_mean" })
        #expect(mean["trainable"] == false && mean["batch_norm"] == "inference")
        #expect(mean["rule"] == "phases.1.policy.1: set one_bn batch_norm inference")
    }

    @Test func allPhasesThatDifferAreShown() throws {
        let outcome = try Small.run("explain", "r.json", rest: Self.twoPhases)
        #expect(outcome.status == 0)
        #expect(
            outcome.output.contains(
                "phase 1/3 head: 8 steps, 2 an epoch, adamw, linear schedule, 6 of 57 parameters train"))
        #expect(outcome.output.contains("the same in more"))
        #expect(outcome.output.contains("phases.0.policy.1: unfreeze head.** (2 tensors, 6 parameters)"))
        #expect(try rows(Small.run("explain", "r.json", "--json", rest: Self.twoPhases)).count == 36)
        #expect(try rows(Small.run("explain", "r.json", "--json", "--phase", "3", rest: Self.twoPhases)).count == 12)
        let wrong = try Small.run("explain", "r.json", "--phase", "4", rest: Self.twoPhases)
        #expect(wrong.status == 2)
        #expect(
            wrong.diagnostics
                == "finetune: there is no phase 4; the recipe's phases are 1 \"head\", 2 \"all\", 3 \"more\"\n")
    }

    @Test func gradualUnfreezingIsWrittenOut() throws {
        let rest = #""epochs": 6, "gradual": 1, "optimizer": "adam", "early_stopping": { "patience": 9 }"#
        let explained = try rows(Small.run("explain", "r.json", "--json", rest: rest))
        func trains(_ phase: String) -> Set<String> {
            Set(
                explained.filter { $0["phase"]?.string == phase && $0["trainable"] == true }.compactMap {
                    $0["layer"]?.string
                })
        }
        #expect(trains("phase-1-1") == ["head.dense"])
        #expect(trains("phase-1-2") == ["head.dense", "three"])
        #expect(trains("phase-1-3") == ["head.dense", "three", "two"])
        #expect(trains("phase-1-4") == ["head.dense", "three", "two", "one", "one_bn"])
        _ = try Small.run("run", "r.json", "-o", "out", "--quiet", rest: rest) { folder in
            let resolved = try JSON(parsing: String(contentsOfFile: folder + "/out/recipe.json", encoding: .utf8))
            let phases = try #require(resolved["phases"]?.array)
            #expect(phases.map { $0["continue"]?.bool } == [false, true, true, true])
            #expect(phases.map { $0["epochs"]?.int } == [1, 1, 1, 3])
            #expect(phases[1]["policy"]?.array?.compactMap { $0["freeze"]?.array?.first?.string } == ["first 2 blocks"])
            #expect(phases[1]["policy"]?.array?.last?["warmup"] == "0.1 epochs")
            let replayed = try Program.run("out/recipe.json", "-o", "again", "--quiet", folder: folder)
            #expect(replayed.status == 0, "\(replayed.diagnostics)")
            for file in ["model.h5", "metrics.csv", "recipe.json"] {
                let bytes = try ["out", "again"].map {
                    try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\($0)/\(file)"))
                }
                #expect(bytes[0] == bytes[1] && !bytes[0].isEmpty, "\(file)")
            }
        }
    }

    @Test func blocksHaveNames() throws {
        let model = #", "blocks": { "low": ["one*", "two"], "top": "three" }"#
        let rest = """
            "epochs": 3, "layer_decay": 0.5, "policy": [{ "set": "low", "weight_decay": 0 }, { "freeze": "until: low" }, { "unfreeze": "low" }]
            """
        let explained = try rows(Small.run("explain", "r.json", "--json", model: model, rest: rest))
        let factors = explained.compactMap { row in
            row["role"] == "kernel" ? "\(row["layer"]?.string ?? "") \(row["multiplier"]?.double ?? -1)" : nil
        }
        #expect(factors == ["one 0.25", "two 0.25", "three 0.5", "head.dense 1.0"])
        let overlap = try Small.run(
            "check", "r.json", model: #", "blocks": { "low": "one", "top": ["o*", "three"] }"#, rest: #""epochs": 3"#)
        #expect(overlap.status == 2)
        #expect(
            overlap.diagnostics.contains(
                "r.json:3:124: model.blocks.top: the layer one is in the blocks \"low\" and \"top\"; a layer belongs to one"
            ))
    }

    @Test func checkResolvesEveryRule() throws {
        let rest = """
            "epochs": 3, "policy": [{ "freeze": "oen.**" }, { "unfreeze": "head.**" }, { "set": "one", "batch_norm": "train" }]
            """
        let wrong = try Small.run("check", "r.json", rest: rest)
        #expect(wrong.status == 2)
        #expect(
            wrong.diagnostics == """
                r.json:7:27: policy.0: "oen.**" matches no tensor of the model; did you mean "one"?
                r.json:7:78: policy.2: batch_norm is given, but no layer it matches has moving statistics

                """)
        let few = try Small.run("check", "r.json", rest: #""epochs": 3, "gradual": 1"#)
        #expect(few.status == 2)
        #expect(few.diagnostics.contains("4 blocks, one every 1 epoch, take more than the 3 epochs of the phase"))
        let fine = try Small.run("check", "r.json", rest: #""epochs": 5, "gradual": 1"#)
        #expect(fine.output.hasPrefix("r.json: no problems; r, 4 phases\n  phase-1-1: 6 of 57 parameters train\n"))
        #expect(fine.output.contains("    first 3 blocks") == false && fine.output.contains("freeze first 3 blocks ("))
        let frozen = try Small.run("check", "r.json", rest: #""epochs": 5, "policy": [{ "freeze": "**" }]"#)
        #expect(frozen.status == 2 && frozen.diagnostics.contains("nothing trains, every tensor is frozen"))
    }

    @Test func whatIsReinitializedStartsAfresh() throws {
        try withFolder { folder in
            try write(Small.architecture, to: folder + "/small.json")
            try write(Small.recipe(rest: #""epochs": 2"#), to: folder + "/a.json")
            #expect(try Program.run("a.json", "-o", "a", "--quiet", folder: folder).status == 0)
            let again = Small.recipe(rest: #""epochs": 1, "lr": 0"#)
                .replacing(
                    #""architecture": "small.json", "cut_at": "three""#,
                    with: #""checkpoint": "a/model.h5", "reinitialize": "last 2""#
                )
                .replacing(
                    #""head": [{ "layer": "Dense", "units": "classes", "activation": "softmax" }]"#,
                    with: #""lambda": null"#)
            try write(again, to: folder + "/b.json")
            let run = try Program.run("b.json", "-o", "b", "--quiet", folder: folder)
            #expect(run.status == 0, "\(run.diagnostics)")
            let ledger = try JSON(parsing: String(contentsOfFile: folder + "/b/ledger.json", encoding: .utf8))
            #expect(ledger["counts"]?["fresh"] == 4 && ledger["counts"]?["loaded"] == 8)
            let reasons = ledger["tensors"]?.array?.compactMap { $0["reason"]?.string } ?? []
            #expect(reasons.filter { $0 == "not taken from the file, as model.reinitialize says" }.count == 4)
            let wrong = try Program.run("check", "b.json", "--set", "model.reinitialize=[\"thre\"]", folder: folder)
            #expect(wrong.status == 2)
            #expect(wrong.diagnostics.contains("\"thre\" matches no tensor of the model; did you mean \"three\"?"))
        }
    }

    @Test func onAPlateauTheNextBlockIsUnfrozen() throws {
        let rest = """
            "epochs": 30, "gradual": "plateau", "lr": 0, "early_stopping": { "patience": 2 }
            """
        _ = try Small.run("run", "r.json", "-o", "out", "--quiet", rest: rest) { folder in
            let record = try JSON(parsing: String(contentsOfFile: folder + "/out/run.json", encoding: .utf8))
            let phases = try #require(record["phases"]?.array)
            #expect(phases.count == 4 && phases.allSatisfy { $0["reason"] == "early-stopping" })
            // Nothing gets better: the first waits two evaluations after its best, the others two each.
            #expect(phases.compactMap { $0["last_epoch"]?.int } == [3, 5, 7, 9], "\(phases)")
            let events = try String(contentsOfFile: folder + "/out/events.jsonl", encoding: .utf8)
            #expect(
                events.contains("phase-1-2 goes on from the last step of phase-1-1; 2 of the 4 tensors that train keep")
            )
        }
    }

    @Test(arguments: [
        "feature-extraction", "fine-tune", "lp-ft", "gradual-unfreezing", "l2-sp", "bitfit", "norm-only",
        "surgical-first", "surgical-last", "from-scratch",
    ])
    func everyStrategyTrains(strategy: String) throws {
        try withFolder { folder in
            try write(Small.architecture, to: folder + "/small.json")
            try write(Small.recipe(rest: #""epochs": 1"#), to: folder + "/a.json")
            #expect(try Program.run("a.json", "-o", "a", "--quiet", folder: folder).status == 0)
            let recipe = Small.recipe(rest: #""strategy": "\#(strategy)", "epochs": 5"#)
                .replacing(#""architecture": "small.json""#, with: #""checkpoint": "a/model.h5""#)
            try write(recipe, to: folder + "/b.json")
            let run = try Program.run("b.json", "-o", "b", folder: folder)
            #expect(run.status == 0, "\(run.diagnostics)")
            let record = try JSON(parsing: String(contentsOfFile: folder + "/b/recipe.json", encoding: .utf8))
            #expect(record["strategy"] == .null)
            #expect(run.diagnostics.contains("policy of "))
            let checked = try Program.run("check", "b/recipe.json", folder: folder)
            #expect(checked.status == 0, "\(checked.diagnostics)")
        }
    }

    @Test func aRuleWithoutEffectIsMentioned() throws {
        let rest = """
            "epochs": 3, "policy": [{ "freeze": "one" }, { "set": "one", "multiplier": 2 }]
            """
        let outcome = try Small.run("check", "r.json", rest: rest)
        #expect(outcome.status == 0)
        #expect(
            outcome.diagnostics == """
                warning: phase "phase-1": set one multiplier 2.0 has no effect; nothing that it matches trains

                """)
    }
}
