import Checkpoints
import Foundation
import JSON
import Tensors
import Testing

/// A small network trained on plenty of pictures, a few labelled ones of the same kinds and of others, and recipes that
/// start from that network.
struct TransferTask {
    let folder: String

    private static let network = """
        {"class_name": "Sequential", "keras_version": "2.15.0", "config": {"name": "net", "layers": [
        {"class_name": "InputLayer", "config": {"name": "x", "batch_input_shape": [null, 6, 6, 1]}},
        {"class_name": "Flatten", "config": {"name": "flat"}},
        {"class_name": "Dense", "config": {"name": "hidden", "units": 24, "activation": "relu"}},
        {"class_name": "Dense", "config": {"name": "out", "units": 3, "activation": "softmax"}}]}}
        """

    private static let plenty = """
        { "model": { "architecture": "net.json" },
          "data": { "train": { "format": "npz", "file": "plenty.npz" }, "batch_size": 32 },
          "loss": "sparse_categorical_crossentropy", "metrics": ["accuracy"], "epochs": 12,
          "optimizer": { "name": "adam", "learning_rate": 0.01 } }
        """

    /// From the pretrained network, on a few labels.
    static func recipe(_ rest: String = "", data: String = "", model: String = "", epochs: Int = 4) -> String {
        """
        { "name": "few", "model": { "checkpoint": "pretrained/model.h5"\(model) },
          "data": { "train": { "format": "npz", "file": "few.npz" }, "test": { "format": "npz", "file": "test.npz" },
                    "validation": 0.25, "batch_size": 8\(data) },
          "loss": "sparse_categorical_crossentropy", "metrics": ["accuracy"],
          "optimizer": { "name": "adam", "learning_rate": 0.001 }, "epochs": \(epochs)\(rest) }
        """
    }

    /// Pictures whose kind is the third that is brighter, under a good deal of noise.
    private static func pictures(_ count: Int, seed: UInt64, to path: String) throws {
        var state = seed &* 0x9E37_79B9_7F4A_7C15
        func noise() -> Float {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Float(state >> 40) / Float(1 << 24)
        }
        var (pixels, kinds) = ([Float](), [Float]())
        for picture in 0..<count {
            let kind = picture % 3
            kinds.append(Float(kind))
            for pixel in 0..<36 { pixels.append(noise() + (pixel / 12 == kind ? 0.3 : 0)) }
        }
        try NPZWriter.write(
            ["x": Tensor(shape: [count, 6, 6, 1], values: pixels), "y": Tensor(shape: [count], values: kinds)], to: path
        )
    }

    /// Writes everything and trains the network.
    init(in folder: String) throws {
        self.folder = folder
        try finetuneTests.write(TransferTask.network, to: folder + "/net.json")
        try finetuneTests.write(TransferTask.plenty, to: folder + "/plenty.json")
        try TransferTask.pictures(600, seed: 1, to: folder + "/plenty.npz")
        try TransferTask.pictures(48, seed: 2, to: folder + "/few.npz")
        try TransferTask.pictures(300, seed: 3, to: folder + "/test.npz")
        let run = try Program.run("plenty.json", "-o", "pretrained", "--quiet", folder: folder)
        try #require(run.status == 0, "\(run.diagnostics)")
    }

    func write(_ recipe: String, _ name: String = "few.json") throws {
        try finetuneTests.write(recipe, to: folder + "/" + name)
    }

    func path(_ name: String) -> String { folder + "/" + name }

    /// A comparison that succeeds.
    func compare(_ arguments: String...) throws -> Program.Outcome {
        let outcome = try Program.run(["compare"] + arguments, folder: folder)
        try #require(outcome.status == 0, "\(outcome.diagnostics)")
        return outcome
    }

    /// `comparison.json` of a folder.
    func comparison(_ name: String) throws -> JSON {
        try JSON(parsing: String(contentsOfFile: path(name) + "/comparison.json", encoding: .utf8))
    }

    func bytes(_ name: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: path(name))) }

    /// The pretrained network with the values of each tensor in another order.
    func shuffle(to name: String) throws {
        let plain = try Program.run("convert", "pretrained/model.h5", "plain.npz", folder: folder)
        try #require(plain.status == 0, "\(plain.diagnostics)")
        let file = try Checkpoint(path: path("plain.npz"))
        try NPZWriter.write(
            file.tensors.mapValues { stored in
                let tensor = stored.read()
                let count = tensor.values.count
                // 7919 is prime, and divides no tensor's size.
                let values = (0..<count).map { tensor.values[($0 * 7919 + 5) % count] }
                return Tensor(shape: tensor.shape, values: values)
            }, to: path("shuffled.npz"))
        let whole = try Program.run(
            "convert", "shuffled.npz", name, "--architecture", "net.json", folder: folder)
        try #require(whole.status == 0, "\(whole.diagnostics)")
    }
}
