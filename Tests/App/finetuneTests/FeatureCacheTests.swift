import Checkpoints
import Foundation
import Tensors
import Testing

/// What a frozen base gives is kept for the next run, and no byte of any run depends on it.
@Suite(.serialized, .enabled(if: Program.isBuilt, "the program finetune is not built beside the tests"))
struct FeatureCacheTests {
    /// A pretrained base under a new head, and pictures of four kinds that it has not seen.
    private static let recipe = """
        { "model": { "checkpoint": "\(Program.repository)/models/fashion-tops.h5", "cut_at": "flatten",
                     "head": [{ "layer": "Dense", "units": 12, "activation": "relu" }, { "layer": "Dropout", "rate": 0.3 },
                              { "layer": "Dense", "units": 4, "activation": "softmax" }] },
          "data": { "train": { "format": "npz", "file": "pictures.npz", "inputs": ["x"], "targets": ["y"] },
                    "test": { "format": "npz", "file": "others.npz", "inputs": ["x"], "targets": ["y"] },
                    "validation": 0.1, "batch_size": 48 },
          "loss": "sparse_categorical_crossentropy", "metrics": ["accuracy"], "snapshot_every": 3,
          "optimizer": { "name": "adamw", "learning_rate": 0.003 }, "early_stopping": { "patience": 2 },
          "phases": [{ "name": "head", "epochs": 3, "policy": [{ "freeze": "**" }, { "unfreeze": "head.**" }] },
                     { "name": "upper", "epochs": 1, "policy": [{ "freeze": "conv2d" }] }] }
        """

    private static func pictures(_ count: Int, from start: Int, to path: String) throws {
        var (pixels, kinds) = ([Float](), [Float]())
        for picture in start..<start + count {
            let kind = picture * 5 % 4
            kinds.append(Float(kind))
            for pixel in 0..<784 {
                let noise = Float((picture * 13 + pixel * 29 + picture * pixel % 19) % 31) / 62
                pixels.append(noise + (pixel / 196 == kind ? 0.45 : 0))
            }
        }
        try NPZWriter.write(
            ["x": Tensor(shape: [count, 28, 28, 1], values: pixels), "y": Tensor(shape: [count], values: kinds)],
            to: path)
    }

    private func withPictures(_ body: (String) throws -> Void) throws {
        try withFolder { folder in
            try write(FeatureCacheTests.recipe, to: folder + "/recipe.json")
            try FeatureCacheTests.pictures(300, from: 0, to: folder + "/pictures.npz")
            try FeatureCacheTests.pictures(250, from: 900, to: folder + "/others.npz")
            try body(folder)
        }
    }

    private func run(_ name: String, _ arguments: String..., in folder: String) throws -> Program.Outcome {
        let outcome = try Program.run(["recipe.json", "-o", name, "--threads", "2"] + arguments, folder: folder)
        try #require(outcome.status == 0, "\(outcome.diagnostics)")
        return outcome
    }

    private func kept(in folder: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: folder + "/cache/features").sorted()
    }

    @Test func theNextRunFindsThemAndNoByteDepends() throws {
        try withPictures { folder in
            _ = try run("off", "--set", "data.cache=off", in: folder)
            let off = try StoppedRun.Files(folder + "/off")
            let first = try run("first", "--cache", "cache", in: folder)
            #expect(
                first.diagnostics.contains(
                    "the features of 300 examples, up to max_pooling2d, are computed once and kept in "))
            // What the first layer alone gives is not worth it: the second phase, and the test after it, keep nothing.
            let files = try kept(in: folder)
            #expect(files.count == 1 && files.allSatisfy { $0.hasSuffix(".features") }, "\(files)")
            let second = try run("second", "--cache", "cache", in: folder)
            #expect(second.diagnostics.contains("the features of 300 examples, up to max_pooling2d, were found in "))
            #expect(try kept(in: folder) == files)
            for name in ["first", "second"] {
                let files = try StoppedRun.Files(folder + "/" + name)
                #expect(files.model == off.model && files.metrics == off.metrics && files.events == off.events)
            }
            #expect(
                try StoppedRun.Files(folder + "/first").record.contains("\"test\"")
                    && StoppedRun.Files(folder + "/first").events == StoppedRun.Files(folder + "/second").events)
            let others = try run("others", "--cache", "cache", "--set", "data.batch_size=47", in: folder)
            #expect(others.diagnostics.contains("are computed once"))
        }
    }

    @Test func aKilledRunGoesOnToTheSameBytes() throws {
        try withPictures { folder in
            _ = try run("whole", "--cache", "elsewhere", "--verbose", in: folder)
            let whole = try StoppedRun.Files(folder + "/whole")
            for events in [6, 9, 14, 22, 26] {
                let process = Process()
                process.executableURL = URL(fileURLWithPath: Program.path ?? "")
                process.arguments = [
                    "recipe.json", "-o", "\(events)", "--threads", "2", "--cache", "cache", "--verbose",
                ]
                process.currentDirectoryURL = URL(fileURLWithPath: folder)
                (process.standardOutput, process.standardError) = (FileHandle.nullDevice, FileHandle.nullDevice)
                try process.run()
                while process.isRunning {
                    let log = try? String(contentsOfFile: "\(folder)/\(events)/events.jsonl", encoding: .utf8)
                    if (log ?? "").utf8.count(where: { $0 == UInt8(ascii: "\n") }) >= events { break }
                    usleep(500)
                }
                _ = process.stop(SIGKILL)
                // With what it had kept, and without.
                if events % 2 == 0 { try FileManager.default.removeItem(atPath: folder + "/cache") }
                let resumed = try Program.run(["resume", "\(events)", "--cache", "cache", "--verbose"], folder: folder)
                #expect(resumed.status == 0, "\(resumed.diagnostics)")
                #expect(try StoppedRun.Files("\(folder)/\(events)") == whole, "killed after \(events) events")
            }
        }
    }

    @Test func aPlanSaysWhereTheCutIsAndWhyNotFurther() throws {
        try withPictures { folder in
            let plan = try Program.run(["plan", "recipe.json", "--cache", "cache"], folder: folder)
            #expect(plan.status == 0)
            #expect(
                plan.output.contains(
                    "cut behind max_pooling2d (4,608 numbers), and kept in cache/features: 300 rows of 18.4 kB"))
            #expect(plan.output.contains("from dropout on it changes: it is random while training"))
            #expect(plan.output.contains("a mapped file, no memory of the process's own"))
            let views = try Program.run(
                ["plan", "recipe.json", "--set", "augment=[{\"flip\":\"horizontal\"}]", "--set", "data.views=3"],
                folder: folder)
            #expect(views.output.contains("3 views of an example"), "\(views.output)")
            let fresh = try Program.run(
                ["plan", "recipe.json", "--set", "augment=[{\"flip\":\"horizontal\"}]", "--json"], folder: folder)
            #expect(fresh.output.contains("\"views\\\" in \\\"data\\\" would draw"), "\(fresh.output)")
        }
    }
}
