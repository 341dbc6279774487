import Checkpoints
import Foundation
import Tensors
import TestSupport
import Testing

/// A small recipe of several phases with dropout, random changes to pictures, mixup, accumulation, a moving average,
/// batch norm, early stopping and schedules, its run without a stop, and ways to stop one.
struct StoppedRun {
    let folder: String
    let reference: Files

    /// What must be the same whatever happened on the way.
    struct Files: Equatable {
        var model: Data
        var metrics: String
        var record: String
        /// Without times.
        var events: [String]
        /// Steps and tags of the event file.
        var board: [String]

        init(_ run: String) throws {
            model = try Data(contentsOf: URL(fileURLWithPath: run + "/model.h5"))
            metrics = try String(contentsOfFile: run + "/metrics.csv", encoding: .utf8)
            record = try String(contentsOfFile: run + "/run.json", encoding: .utf8)
            events = try String(contentsOfFile: run + "/events.jsonl", encoding: .utf8)
                .replacing(/"time":"[^"]*",/, with: "").split(separator: "\n").map(String.init)
            board = EventFile.read(run + "/tensorboard/events.out.tfevents.0.finetune").outline
        }
    }

    static let architecture = """
        {"class_name": "Sequential", "keras_version": "2.15.0", "config": {"name": "net", "layers": [
        {"class_name": "InputLayer", "config": {"name": "x", "batch_input_shape": [null, 6, 6, 1]}},
        {"class_name": "Conv2D", "config": {"name": "base", "filters": 4, "kernel_size": [3, 3], "activation": "relu"}},
        {"class_name": "BatchNormalization", "config": {"name": "norm"}},
        {"class_name": "Flatten", "config": {"name": "flat"}},
        {"class_name": "Dropout", "config": {"name": "drop", "rate": 0.2}},
        {"class_name": "Dense", "config": {"name": "out", "units": 3, "activation": "softmax"}}]}}
        """

    static let recipe = """
        { "model": { "architecture": "net.json" },
          "data": { "train": { "format": "npz", "file": "pictures.npz", "inputs": ["x"], "targets": ["y"] },
                    "validation": 0.2, "batch_size": 16, "transforms": [{ "standardize": {} }] },
          "loss": "sparse_categorical_crossentropy", "metrics": ["accuracy"], "ema": 0.9,
          "optimizer": { "name": "adam", "learning_rate": 0.02 }, "snapshot_every": 5,
          "phases": [
            { "name": "probe", "epochs": 5, "policy": [{ "freeze": "base" }], "early_stopping": { "patience": 3 },
              "schedule": { "name": "reduce-on-plateau", "patience": 1 } },
            { "name": "all", "steps": 30, "early_stopping": { "patience": 3 }, "schedule": "cosine",
              "augment": [{ "flip": "horizontal" }, { "translate": 0.2 }], "mixup": 0.2 },
            { "name": "more", "steps": 9, "continue": true, "early_stopping": { "patience": 3 },
              "schedule": "cosine", "policy": [{ "freeze": "norm" }], "augment": [{ "flip": "horizontal" }] },
            { "name": "gathered", "epochs": 2, "accumulate": 3 }] }
        """

    /// Pictures of numbers that repeat, of three kinds by where they are bright.
    private static func pictures(to path: String, count: Int = 150) throws {
        var (pixels, kinds) = ([Float](), [Float]())
        for picture in 0..<count {
            let kind = picture * 7 % 3
            kinds.append(Float(kind))
            for pixel in 0..<36 {
                let noise = Float((picture * 13 + pixel * 11 + picture * pixel % 17) % 23) / 23
                pixels.append(noise + (pixel / 12 == kind ? 0.4 : 0))
            }
        }
        try NPZWriter.write(
            ["x": Tensor(shape: [count, 6, 6, 1], values: pixels), "y": Tensor(shape: [count], values: kinds)], to: path
        )
    }

    /// - Parameters:
    ///   - folder: where everything is put.
    ///   - recipe: in place of the usual one.
    init(in folder: String, recipe: String = StoppedRun.recipe) throws {
        self.folder = folder
        try StoppedRun.prepare(folder, recipe: recipe)
        let whole = try Program.run("recipe.json", "-o", "whole", "--threads", "2", "--verbose", folder: folder)
        try #require(whole.status == 0, "\(whole.diagnostics)")
        reference = try Files(folder + "/whole")
    }

    /// Writes architecture, pictures and recipe.
    static func prepare(_ folder: String, recipe: String = StoppedRun.recipe) throws {
        try write(architecture, to: folder + "/net.json")
        try write(recipe, to: folder + "/recipe.json")
        try pictures(to: folder + "/pictures.npz")
    }

    func path(_ name: String) -> String { folder + "/" + name }

    func files(_ name: String) throws -> Files { try Files(path(name)) }

    /// Starts the program and lets it run. Steps are events, so that a step can be waited for.
    func start(_ arguments: [String]) throws -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: Program.path ?? "")
        process.arguments = arguments + ["--verbose"]
        process.currentDirectoryURL = URL(fileURLWithPath: folder)
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        return process
    }

    func begin(_ name: String) throws -> Process {
        try start(["recipe.json", "-o", name, "--force", "--threads", "2"])
    }

    /// Goes on, or begins where not even a recipe was written.
    func goOn(_ name: String) throws -> Process {
        let begun = FileManager.default.fileExists(atPath: path(name) + "/recipe.json")
        return try begun ? start(["resume", name]) : begin(name)
    }

    /// Waits until a run has told so many events, or has ended.
    func wait(for events: Int, of name: String, _ process: Process) {
        while process.isRunning {
            let text = (try? String(contentsOfFile: path(name) + "/events.jsonl", encoding: .utf8)) ?? ""
            if text.utf8.count(where: { $0 == UInt8(ascii: "\n") }) >= events { return }
            usleep(500)
        }
    }

    func events(of name: String) -> Int { (try? files(atMost: name)) ?? 0 }

    private func files(atMost name: String) throws -> Int {
        try String(contentsOfFile: path(name) + "/events.jsonl", encoding: .utf8).split(separator: "\n").count
    }
}

extension Process {
    /// - Returns: whether it was still running.
    func stop(_ signal: Int32) -> Bool {
        guard isRunning else { return false }
        kill(processIdentifier, signal)
        waitUntilExit()
        return terminationReason == .uncaughtSignal
    }
}
