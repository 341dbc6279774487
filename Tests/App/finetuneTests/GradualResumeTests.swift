import Foundation
import Testing

/// What policies add to a run's state survives a kill: stages of a gradual phase, warm-ups of their own, and the optimizer
/// state of tensors that are frozen for a while. Lightning freezes anew what was unfrozen before (Lightning#21901).
@Suite(.serialized, .enabled(if: Program.isBuilt, "the program finetune is not built beside the tests"))
struct GradualResumeTests {
    private static let recipe = """
        { "model": { "architecture": "net.json", "blocks": { "low": ["base", "norm"] } },
          "data": { "train": { "format": "npz", "file": "pictures.npz", "inputs": ["x"], "targets": ["y"] }, "validation": 0.2,
                    "batch_size": 16, "transforms": [{ "standardize": {} }] },
          "loss": "sparse_categorical_crossentropy", "metrics": ["accuracy"],
          "optimizer": { "name": "adam", "learning_rate": 0.02 }, "snapshot_every": 3,
          "phases": [
            { "name": "gradual", "epochs": 4, "gradual": 2, "layer_decay": 0.5, "early_stopping": { "patience": 4 },
              "schedule": { "name": "one-cycle" } },
            { "name": "out", "steps": 10, "policy": [{ "freeze": "low" }] },
            { "name": "all", "steps": 10, "policy": [{ "set": "low", "warmup": 6 }] }] }
        """

    @Test func killedInAnyStageItGoesOnToTheSameBytes() throws {
        try withFolder { folder in
            let run = try StoppedRun(in: folder, recipe: Self.recipe)
            #expect(run.reference.events.contains { $0.contains("gradual-2 goes on from the last step of gradual-1") })
            #expect(
                run.reference.events.contains { $0.contains("all begins with the last weights of out; the 6 tensors") })
            for (index, events) in [8, 22, 45, 60].enumerated() {
                let name = "killed-\(index)"
                let process = try run.begin(name)
                run.wait(for: events, of: name, process)
                _ = process.stop(SIGKILL)
                let goesOn = try run.goOn(name)
                goesOn.waitUntilExit()
                #expect(goesOn.terminationStatus == 0)
                #expect(try run.files(name) == run.reference, "killed after \(events) events")
            }
        }
    }
}
