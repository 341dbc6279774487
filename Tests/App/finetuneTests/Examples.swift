import Checkpoints
import Foundation
import Tensors
import Testing

/// A folder that is there while `body` runs.
func withFolder<T>(_ body: (String) throws -> T) throws -> T {
    let folder = NSTemporaryDirectory() + "finetune-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    return try body(folder)
}

func write(_ text: String, to path: String) throws {
    try text.write(toFile: path, atomically: false, encoding: .utf8)
}

/// A network of two inputs and two outputs, its data, and a recipe that trains both.
enum TwoAndTwo {
    static let architecture = """
        {"class_name": "Functional", "keras_version": "2.15.0", "config": {"name": "two", "layers": [
        {"class_name": "InputLayer", "name": "left", "config": {"name": "left", "batch_input_shape": [null, 3]},
         "inbound_nodes": []},
        {"class_name": "InputLayer", "name": "right", "config": {"name": "right", "batch_input_shape": [null, 2]},
         "inbound_nodes": []},
        {"class_name": "Concatenate", "name": "join", "config": {"name": "join"},
         "inbound_nodes": [[["left", 0, 0, {}], ["right", 0, 0, {}]]]},
        {"class_name": "Dense", "name": "hidden", "config": {"name": "hidden", "units": 8, "activation": "relu"},
         "inbound_nodes": [[["join", 0, 0, {}]]]},
        {"class_name": "Dense", "name": "kind", "config": {"name": "kind", "units": 2, "activation": "softmax"},
         "inbound_nodes": [[["hidden", 0, 0, {}]]]},
        {"class_name": "Dense", "name": "size", "config": {"name": "size", "units": 1},
         "inbound_nodes": [[["hidden", 0, 0, {}]]]}],
        "input_layers": [["left", 0, 0], ["right", 0, 0]], "output_layers": [["kind", 0, 0], ["size", 0, 0]]}}
        """

    static let recipe = """
        { "model": { "architecture": "two.json" },
          "data": { "train": { "format": "npz", "file": "two.npz", "inputs": ["left", "right"],
                               "targets": ["class", "amount"] }, "validation": 0.2, "batch_size": 16 },
          "loss": { "kind": "sparse_categorical_crossentropy", "size": "mse" }, "loss_weights": { "size": 0.5 },
          "metrics": { "kind": ["accuracy"], "size": ["mae"] },
          "optimizer": { "name": "adam", "learning_rate": 0.02 }, "epochs": 30 }
        """

    static let examples = 120

    /// Numbers in a small range that repeat, whatever the machine.
    private static func values(_ count: Int, _ step: Int) -> [Float] {
        (0..<count).map { Float(($0 * step + 3) % 17) / 8 - 1 }
    }

    /// Whether the first of the left is above the first of the right, and the sum of all.
    static func write(to folder: String) throws {
        let left = values(examples * 3, 7)
        let right = values(examples * 2, 5)
        let rows = (0..<examples).map { (left[$0 * 3..<$0 * 3 + 3], right[$0 * 2..<$0 * 2 + 2]) }
        let classes = rows.map { $0.first! > $1.first! ? Float(1) : 0 }
        let amounts = rows.map { $0.reduce(0, +) + $1.reduce(0, +) }
        try NPZWriter.write(
            [
                "left": Tensor(shape: [examples, 3], values: left),
                "right": Tensor(shape: [examples, 2], values: right),
                "class": Tensor(shape: [examples], values: classes),
                "amount": Tensor(shape: [examples, 1], values: amounts),
            ], to: folder + "/two.npz")
        try finetuneTests.write(architecture, to: folder + "/two.json")
        try finetuneTests.write(recipe, to: folder + "/two-recipe.json")
    }
}
