import Checkpoints
import Foundation
import Graph
import JSON
import Layers
import Runtime
import Tensors

@testable import Keras

let testFolder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()

/// A file beside these tests.
func fixture(_ name: String) -> String { testFolder.appendingPathComponent("Fixtures/\(name)").path }

/// What lies beside the repository on some machines.
let shared = testFolder.appendingPathComponent("../../../../shared").standardizedFileURL.path
let hasShared = FileManager.default.fileExists(atPath: shared + "/golden")

/// Calls `body` with the path of a new folder, which is removed afterwards.
func withTemporaryFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("keras-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try body(folder.path)
}

/// What `body` throws, as text; nil where it does not.
func message<Result>(of body: () throws -> Result) -> String? {
    do { _ = try body() } catch { return "\(error)" }
    return nil
}

/// A model from a file with its weights, ready to be asked.
struct LoadedModel {
    let keras: KerasModel
    let store: ParameterStore
    let ledger: Ledger

    init(_ path: String, inputShapes: [Shape]? = nil) throws {
        keras = try KerasModel.open(try Checkpoint(path: path))
        store = ParameterStore(try LayerRegistry(keras.model, inputShapes: inputShapes).parameters)
        ledger = try keras.load(into: store)
    }

    func predict(_ inputs: [Tensor]) throws -> [Tensor] { try runInference(keras.model, store, inputs) }
}

/// The outputs of a model in inference mode. The first dimension of every input is the batch.
func runInference(_ model: Model, _ store: ParameterStore, _ inputs: [Tensor]) throws -> [Tensor] {
    let builder = GraphBuilder()
    let scope = LayerScope(builder: builder, options: .inference)
    let values = inputs.enumerated().map { builder.input("x\($0.offset)", $0.element.shape) }
    let outputs = try model.trace(values, in: scope).outputs
    let graph = builder.build(outputs: outputs.enumerated().map { GraphOutput(.result("y\($0.offset)"), $0.element) })
    let plan = try Plan(graph, bindings: Plan.Bindings(parameter: { store[$0] }))
    let slabs = inputs.map { tensor in
        let pointer = UnsafeMutablePointer<Float>.allocate(capacity: max(tensor.values.count, 1))
        pointer.update(from: tensor.values, count: tensor.values.count)
        return pointer
    }
    defer { slabs.forEach { $0.deallocate() } }
    for (index, slab) in slabs.enumerated() {
        if let input = plan.input("x\(index)") { plan.bind(input, to: slab) }
    }
    plan.run(seed: 0, step: 0, validRows: inputs.first?.shape[0] ?? 1)
    return outputs.enumerated().map { index, value in
        let shape = builder.shape(of: value)
        let start = plan.result("y\(index)")
        return Tensor(shape: shape, values: Array(UnsafeBufferPointer(start: start, count: shape.count)))
    }
}

/// The arrays `prefix0`, `prefix1`, … of an archive, values of `overlay` first.
func numbered(_ prefix: String, _ archive: Checkpoint, over overlay: Checkpoint? = nil) -> [Tensor] {
    var tensors: [Tensor] = []
    while let tensor = (overlay?.tensors[prefix + "\(tensors.count)"] ?? archive.tensors[prefix + "\(tensors.count)"]) {
        tensors.append(tensor.read())
    }
    return tensors
}

/// The largest difference, relative to the largest value expected.
func distance(_ found: Tensor, _ expected: Tensor) -> Float {
    guard found.shape == expected.shape else { return .infinity }
    let scale = expected.values.map(abs).max() ?? 0
    let difference = zip(found.values, expected.values).map { abs($0 - $1) }.max() ?? 0
    return difference.isNaN ? .infinity : difference / max(scale, .leastNormalMagnitude)
}

extension LoadedModel {
    @discardableResult
    func write(to path: String) throws -> [String] {
        try KerasWriter.write(model: keras.model, store: store, metadata: KerasMetadata(keras, ledger), to: path)
    }
}

/// A Sequential config of the given layers, as Keras 2 writes them.
func sequential(_ layers: JSON..., input: JSON = [nil, 4]) -> JSON {
    let first: JSON = ["class_name": "InputLayer", "config": ["batch_input_shape": input, "name": "x"]]
    return [
        "class_name": "Sequential", "config": ["name": "test", "layers": .array([first] + layers)],
        "keras_version": "2.15.0",
    ]
}

func layer(_ className: String, _ name: String, _ settings: JSON = [:]) -> JSON {
    var config = settings
    config["name"] = .string(name)
    return ["class_name": .string(className), "config": config]
}

/// A whole-model file with the given attributes and tensors below `model_weights`.
func writeFile(
    _ attributes: [(String, String)], layers: [(String, [(String, Tensor)])] = [], to path: String
) throws {
    var root = HDF5Group()
    for (name, value) in attributes { root.attributes[name] = .string(value) }
    try root.withGroup(at: "model_weights") { group in
        group.attributes["layer_names"] = .strings(layers.map(\.0))
        for (layer, weights) in layers {
            try group.withGroup(at: layer) { inner in
                inner.attributes["weight_names"] = .strings(weights.map(\.0))
                for (name, tensor) in weights { try inner.insert(tensor, at: name) }
            }
        }
    }
    try HDF5Writer.write(root, to: path)
}
