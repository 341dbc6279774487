import Foundation
import JSON
import Testing

/// bfloat16 through the command line: on a processor that has it, on one that has not, and imitated.
@Suite(.serialized, .enabled(if: Program.isBuilt, "the program finetune is not built beside the tests"))
struct BFloat16Tests {
    private static let flags: Set<Substring> = {
        let text = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
        return Set(text.split(separator: "\n").first { $0.hasPrefix("flags") }?.split(separator: " ") ?? [])
    }()
    private static let hasIt = flags.contains("avx512_bf16") || flags.contains("amx_bf16")
    private static let mayImitate = hasIt || flags.isSuperset(of: ["avx512f", "avx512bw", "avx512dq", "avx512vl"])
    private static let fashion = "/usr/share/datasets/fashion-mnist"

    /// The main job's network on 3000 pictures that its base has not seen, everything trained.
    private static let recipe = """
        { "model": { "checkpoint": "\(Program.repository)/models/fashion-tops.h5", "cut_at": "flatten",
                     "head": [{ "layer": "Dense", "units": 128, "activation": "relu" }, { "layer": "Dropout", "rate": 0.5 },
                              { "layer": "Dense", "units": "classes", "activation": "softmax" }] },
          "data": { "train": { "format": "idx", "inputs": "\(fashion)/t10k-images-idx3-ubyte.gz",
                               "targets": "\(fashion)/t10k-labels-idx1-ubyte.gz", "classes": [5, 6, 7, 8, 9] },
                    "validation": 0.4, "batch_size": 128, "transforms": [{ "rescale": 0.00392156862745098 }] },
          "loss": "sparse_categorical_crossentropy", "metrics": ["accuracy"],
          "optimizer": { "name": "adamw", "learning_rate": 0.001 }, "schedule": "cosine",
          "phases": [{ "epochs": 1, "policy": [{ "freeze": "**" }, { "unfreeze": "head.**" }] },
                     { "epochs": 2, "policy": [{ "set": "conv2d", "multiplier": 0.1 }] }] }
        """

    private func withRecipe(_ body: (String) throws -> Void) throws {
        try withFolder { folder in
            try write(BFloat16Tests.recipe, to: folder + "/recipe.json")
            try body(folder)
        }
    }

    /// One sentence, with the place, wherever a recipe is read; never a crash.
    @Test(.enabled(if: FileManager.default.fileExists(atPath: fashion), "Debian's fashion-mnist is not installed"))
    func aProcessorWithoutItSaysSo() throws {
        try withRecipe { folder in
            for verb in [
                ["check", "recipe.json"], ["plan", "recipe.json"], ["recipe.json", "-o", "r", "--set", "epochs=1"],
            ] {
                let outcome = try Program.run(
                    verb + ["--set", "precision=bf16"], folder: folder, environment: ["FINETUNE_EMULATE_BFLOAT16": "0"])
                if BFloat16Tests.hasIt {
                    #expect(outcome.status == 0, "\(verb): \(outcome.diagnostics)")
                } else {
                    #expect(outcome.status == 2, "\(verb)")
                    #expect(
                        outcome.diagnostics.contains("\"bfloat16\" needs a processor with AVX-512 BF16 or AMX-BF16"),
                        "\(verb): \(outcome.diagnostics)")
                    #expect(!FileManager.default.fileExists(atPath: folder + "/r"))
                }
                let settled = try Program.run(
                    [verb[0], "recipe.json", "--set", "precision=auto"], folder: folder,
                    environment: ["FINETUNE_EMULATE_BFLOAT16": "0"])
                if verb[0] != "recipe.json" { #expect(settled.status == 0, "\(verb): \(settled.diagnostics)") }
            }
        }
    }

    private func accuracy(_ run: String) throws -> Double {
        let lines = try String(contentsOfFile: run + "/metrics.csv", encoding: .utf8).split(separator: "\n")
        let column = try #require(lines[0].split(separator: ",").firstIndex(of: "val_accuracy"))
        let cells = lines[lines.count - 1].split(separator: ",", omittingEmptySubsequences: false)
        return try #require(Double(cells[column]))
    }

    /// Within 0.3 points of float32; the same bytes again; and the record says what it was computed in.
    @Test(
        .enabled(
            if: mayImitate && FileManager.default.fileExists(atPath: fashion),
            "the processor cannot imitate bfloat16, or Debian's fashion-mnist is not installed"))
    func theMainJobLearnsAsMuch() throws {
        try withRecipe { folder in
            func train(_ name: String, _ settings: String...) throws {
                let outcome = try Program.run(
                    ["recipe.json", "-o", name, "--threads", "2", "--quiet"] + settings.flatMap { ["--set", $0] },
                    folder: folder, environment: ["FINETUNE_EMULATE_BFLOAT16": "1"])
                try #require(outcome.status == 0, "\(name): \(outcome.diagnostics)")
            }
            try train("whole")
            try train("half", "precision=bfloat16")
            try train("again", "precision=auto", "data.cache=off")
            let (whole, half) = (try accuracy(folder + "/whole"), try accuracy(folder + "/half"))
            #expect(whole > 0.9 && abs(whole - half) <= 0.003, "\(whole) in float32, \(half) in bfloat16")
            let models = try ["whole", "half", "again"].map {
                try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\($0)/model.h5"))
            }
            // What may be chosen is what was asked for, and what is kept changes no byte.
            #expect(models[1] == models[2] && models[0] != models[1])
            let record = try String(contentsOfFile: folder + "/half/run.json", encoding: .utf8)
            let name = BFloat16Tests.hasIt ? "bfloat16" : "bfloat16 (emulated)"
            #expect(record.contains("\"precision\": \"\(name)\""))
        }
    }
}
