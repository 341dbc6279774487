import Foundation
import Testing

/// Phases that begin with a head of their own.
@Suite(.serialized, .enabled(if: Program.isBuilt, "the program finetune is not built beside the tests"))
struct HeadPhaseTests {
    /// The head is changed in the middle of a chain, then once more at the start of a phase of its own, under a name that
    /// was there before.
    static let recipe = """
        { "model": { "architecture": "net.json" },
          "data": { "train": { "format": "npz", "file": "pictures.npz", "inputs": ["x"], "targets": ["y"] },
                    "validation": 0.2, "batch_size": 16, "transforms": [{ "standardize": {} }] },
          "loss": "sparse_categorical_crossentropy", "metrics": ["accuracy"], "ema": 0.9,
          "optimizer": { "name": "adam", "learning_rate": 0.02 }, "snapshot_every": 1,
          "phases": [
            { "name": "first", "steps": 6, "early_stopping": { "patience": 3 } },
            { "name": "wide", "steps": 8, "continue": true, "cut_at": "flat", "early_stopping": { "patience": 3 },
              "head": [{ "layer": "Dense", "units": 8, "activation": "relu" },
                       { "layer": "Dense", "units": 3, "activation": "softmax" }],
              "policy": [{ "set": "base", "multiplier": 0.1 }] },
            { "name": "last", "steps": 9, "head": [{ "layer": "Dense", "units": 3, "activation": "softmax" }] }] }
        """

    private func withRun(_ body: (StoppedRun) throws -> Void) throws {
        try withFolder { try body(try StoppedRun(in: $0, recipe: HeadPhaseTests.recipe)) }
    }

    /// After any step, in any phase.
    @Test func killedAnywhereItGoesOnToTheSameBytes() throws {
        try withRun { run in
            let length = run.reference.events.count
            for (number, moment) in stride(from: 2, through: length, by: 3).enumerated() {
                let name = "killed-\(number)"
                let process = try run.begin(name)
                run.wait(for: moment, of: name, process)
                _ = process.stop(SIGKILL)
                let again = try run.goOn(name)
                again.waitUntilExit()
                try #require(again.terminationStatus == 0, "killed after event \(moment)")
                #expect(try run.files(name) == run.reference, "killed after event \(moment)")
            }
        }
    }

    /// What stays goes on; what is new is drawn anew, though the names were there before.
    @Test func everyPhaseHasItsModel() throws {
        try withRun { run in
            let events = run.reference.events.joined(separator: "\n")
            #expect(
                events.contains("wide begins with a new head, head.dense, head.dense_1; 6 tensors stay as they are"))
            #expect(events.contains("last begins with a new head, head.dense; 6 tensors stay as they are"))
            let model = try Program.run("inspect", "whole/model.h5", folder: run.folder)
            #expect(model.output.contains("head.dense") && !model.output.contains("head.dense_1"))
            #expect(!model.output.contains("out "), "\(model.output)")
            let explained = try Program.run("explain", "recipe.json", "--phase", "wide", folder: run.folder)
            #expect(explained.output.contains("head.dense_1") && !explained.output.contains("out.kernel"))
            let planned = try Program.run("plan", "recipe.json", folder: run.folder)
            #expect(planned.status == 0 && planned.output.contains("it begins with a new head (Dense, Dense) on flat"))
            #expect(
                planned.output.contains("trains 595 parameters") && planned.output.contains("trains 243 parameters"))
            let checked = try Program.run("check", "recipe.json", folder: run.folder)
            #expect(checked.status == 0 && checked.output.contains("wide: 595 of 603 parameters train"), "\(checked)")
            let scores = try Program.run("evaluate", "whole", "recipe.json", folder: run.folder)
            #expect(scores.status == 0, "\(scores.diagnostics)")
            #expect(FileManager.default.fileExists(atPath: run.path("whole/report.html")))
        }
    }

    /// A run that is stopped before the new head leaves the model it has.
    @Test func aRunThatEndsBeforeTheHeadKeepsItsModel() throws {
        try withFolder { folder in
            try StoppedRun.prepare(folder, recipe: HeadPhaseTests.recipe)
            let run = try Program.run("recipe.json", "-o", "run", "--set", "max_steps=4", folder: folder)
            #expect(run.status == 0, "\(run.diagnostics)")
            let model = try Program.run("inspect", "run/model.h5", folder: folder)
            #expect(model.output.contains("out") && !model.output.contains("head.dense"))
        }
    }

    @Test(arguments: [
        (#""phases": [{ "steps": 1, "head": [{ "layer": "Dense", "units": 3 }] }] }"#, "write it there"),
        (
            #""phases": [{ "steps": 1 }, { "steps": 1, "head": [{ "layer": "Dense", "units": 3 }] }] }"#,
            "add \"cut_at\""
        ),
        (#""phases": [{ "steps": 1 }, { "steps": 1, "cut_at": "flat" }] }"#, "goes with a \"head\""),
        (
            #""phases": [{ "steps": 1 }, { "steps": 1, "cut_at": "flatt", "head": [{ "layer": "Dense", "units": 3 }] }] }"#,
            "there is no layer \"flatt\""
        ),
        (
            #""phases": [{ "steps": 1 }, { "steps": 1, "cut_at": "flat", "head": [{ "layer": "Conv2D", "filters": 3, "kernel_size": 3 }] }] }"#,
            "head"
        ),
        (
            #""phases": [{ "steps": 1 }, { "steps": 1, "cut_at": "flat", "head": [{ "layer": "Dense", "units": 3 }], "policy": [{ "freeze": "out" }] }] }"#,
            "\"out\""
        ),
    ])
    func whatCannotBeIsSaidWithItsPlace(_ phases: String, _ sentence: String) throws {
        try withFolder { folder in
            let start = HeadPhaseTests.recipe.range(of: "\"phases\"")!.lowerBound
            try StoppedRun.prepare(folder, recipe: HeadPhaseTests.recipe[..<start] + "\n" + phases)
            let checked = try Program.run("check", "recipe.json", folder: folder)
            #expect(checked.status == 2 && checked.diagnostics.contains(sentence), "\(checked.diagnostics)")
            #expect(checked.diagnostics.contains("recipe.json:7:"), "\(checked.diagnostics)")
        }
    }

    /// Fewer units than the data has classes.
    @Test func aHeadThatIsTooSmallIsSaid() throws {
        try withFolder { folder in
            let recipe = HeadPhaseTests.recipe.replacing(
                "\"units\": 3, \"activation\": \"softmax\" }] }] }",
                with: "\"units\": 2, \"activation\": \"softmax\" }] }] }")
            try StoppedRun.prepare(folder, recipe: recipe)
            let run = try Program.run("recipe.json", "-o", "run", folder: folder)
            #expect(run.status == 2 && run.diagnostics.contains("phases.2.head"), "\(run.diagnostics)")
        }
    }
}
