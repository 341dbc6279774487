import Checkpoints
import Foundation
import JSON
import Layers
import OrderedCollections
import Tensors
import Testing

@testable import Keras

/// Whole models in Keras 3's containers, and weights that only change theirs.
@Suite struct ContainerTests {
    private func bytes(_ path: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: path)) }

    private static let files =
        LayerGoldenTests.files(in: "layers").map { "layers/" + $0 }
        + LayerGoldenTests.files(in: "nested").map { "nested/" + $0 }

    /// Every fixture as `.keras`, read again: the same predictions, every tensor found, and equal bytes for equal models.
    @Test(arguments: files)
    func everyModelComesBackFromAnArchive(file: String) throws {
        let (name, suffix) = (String(file.prefix { $0 != "." }), file.dropLast(3))
        let golden = FileManager.default.fileExists(atPath: fixture("\(suffix).npz")) ? "\(suffix).npz" : "\(name).npz"
        let inputs = numbered("x", try Checkpoint(path: fixture(golden)))
        guard !inputs.isEmpty else { return }
        let shapes = inputs.map(\.shape.droppingFirst)
        let model = try LoadedModel(fixture(file), inputShapes: shapes)
        try withTemporaryFolder { folder in
            let path = folder + "/model.keras"
            let metadata = KerasMetadata(model.keras, model.ledger)
            let weights = WeightSource(model.store)
            do {
                try KerasWriter.writeArchive(model.keras.model, weights, metadata: metadata, to: path)
            } catch let error as UnwritableModel {
                let leftBehind = FileManager.default.fileExists(atPath: path)
                #expect(!leftBehind, "\(error)")
                return
            }
            let again = try LoadedModel(path, inputShapes: shapes)
            #expect(again.ledger.count(of: .fresh) == 0 && again.ledger.count(of: .unused) == 0)
            #expect(try again.predict(inputs) == model.predict(inputs))
            try KerasWriter.writeArchive(model.keras.model, weights, metadata: metadata, to: folder + "/two.keras")
            #expect(try bytes(path) == bytes(folder + "/two.keras"))
        }
    }

    // MARK: Types

    /// A file of one Dense layer whose kernel and bias are stored in `type`.
    private func file(_ type: DataType, in folder: String) throws -> String {
        func source(_ name: String, _ shape: Shape) throws -> TensorSource {
            // Bytes whose exponents stay moderate in every floating-point type.
            let bytes = (0..<shape.count * type.size).map { index -> UInt8 in
                index % type.size == type.size - 1 ? 0x3C : UInt8(truncatingIfNeeded: index * 29 + 3)
            }
            var image = FileImage()
            image.append(bytes)
            let path = folder + "/\(name).safetensors"
            let code = ["float64": "F64", "float16": "F16", "bfloat16": "BF16", "int8": "I8", "int32": "I32"]
            let header: JSON = [
                "t": [
                    "dtype": .string(code[type.rawValue] ?? "F32"),
                    "shape": .array(shape.dimensions.map(JSON.integer)), "data_offsets": [0, .integer(bytes.count)],
                ]
            ]
            let text = Array(header.serialized().utf8)
            let length = withUnsafeBytes(of: UInt64(text.count).littleEndian) { Array($0) }
            try FileImage(length + text + bytes).write(to: path)
            return TensorSource(try Checkpoint(path: path).tensor("t"))
        }
        var root = HDF5Group(attributes: ["keras_version": .string("2.15.0")])
        let config = sequential(layer("Dense", "d", ["units": 3]))
        root.attributes["model_config"] = .string(config.serialized())
        try root.withGroup(at: "model_weights") { $0.attributes["layer_names"] = .strings(["d"]) }
        try root.withGroup(at: "model_weights/d") { group in
            group.attributes["weight_names"] = .strings(["d/kernel:0", "d/bias:0"])
            try group.insert(try source("kernel", [4, 3]), at: "d/kernel:0")
            try group.insert(try source("bias", [3]), at: "d/bias:0")
        }
        let path = folder + "/model.h5"
        try HDF5Writer.write(root, to: path)
        return path
    }

    @Test(arguments: [DataType.float64, .float32, .float16, .bfloat16, .int8, .int32])
    func typesAndBytesAreKept(type: DataType) throws {
        try withTemporaryFolder { folder in
            let path = try file(type, in: folder)
            let origin = try Checkpoint(path: path)
            let model = try LoadedModel(path)
            let match = try model.keras.match(model.store.specs)
            let weights = WeightSource(model.store, stored: match.tensors)
            let metadata = KerasMetadata(model.keras, model.ledger)
            func same(_ name: String, in file: String, as old: String) throws {
                let (found, wanted) = (try Checkpoint(path: file).tensor(name), try origin.tensor(old))
                #expect(found.dataType == type && found.shape == wanted.shape, "\(file)")
                #expect(found.withBytes { Array($0) } == wanted.withBytes { Array($0) }, "\(file)")
            }
            let (kernel, bias) = ("model_weights/d/d/kernel:0", "model_weights/d/d/bias:0")
            try KerasWriter.writeWeights(model.keras.model, weights, to: folder + "/a.weights.h5")
            try same("layers/dense/vars/0", in: folder + "/a.weights.h5", as: kernel)
            try same("layers/dense/vars/1", in: folder + "/a.weights.h5", as: bias)
            try KerasWriter.write(model.keras.model, weights, metadata: metadata, to: folder + "/a.h5")
            let again = try LoadedModel(folder + "/a.h5")
            #expect(again.store.tensor("d.kernel") == model.store.tensor("d.kernel"))
            if type == .bfloat16 {
                // In this layout neither Keras could read it.
                #expect(try Checkpoint(path: folder + "/a.h5").tensor(kernel).dataType == .float32)
            } else {
                try same(kernel, in: folder + "/a.h5", as: kernel)
            }
            let named: OrderedDictionary = ["d.kernel": weights.tensor("d.kernel"), "d.bias": weights.tensor("d.bias")]
            try NPZWriter.write(named, to: folder + "/a.npz")
            try same("d.kernel", in: folder + "/a.npz", as: kernel)
            try SafeTensorsWriter.write(named, to: folder + "/a.safetensors")
            try same("d.bias", in: folder + "/a.safetensors", as: bias)
        }
    }

    @Test func whatTrainedIsNotTakenFromTheOldFile() throws {
        try withTemporaryFolder { folder in
            let model = try LoadedModel(try file(.float16, in: folder))
            let match = try model.keras.match(model.store.specs)
            model.store["d.bias"][1] = 77
            let weights = WeightSource(model.store, stored: match.tensors)
            #expect(weights.tensor("d.kernel").dataType == .float16)
            #expect(weights.tensor("d.bias").dataType == .float32)
            let values = weights.tensor("d.bias").withBytes { Array($0.bindMemory(to: Float.self)) }
            #expect(values[1] == 77)
        }
    }

    // MARK: What Keras 3 does not have

    @Test func refusalsNameTheLayer() throws {
        func refusal(_ layers: JSON...) throws -> String? {
            let config: JSON = [
                "class_name": "Sequential", "keras_version": "2.15.0",
                "config": [
                    "name": "test",
                    "layers": .array(
                        [
                            [
                                "class_name": "InputLayer",
                                "config": ["batch_input_shape": [nil, 8, 2], "name": "x"],
                            ]
                        ] + layers),
                ],
            ]
            let model = try KerasModel.architecture(json: config)
            let store = ParameterStore(try LayerRegistry(model).parameters)
            return try withTemporaryFolder { folder in
                let text = message {
                    try KerasWriter.writeArchive(model, WeightSource(store), to: folder + "/a.keras")
                }
                let left = try FileManager.default.contentsOfDirectory(atPath: folder)
                #expect(left.isEmpty == (text != nil))
                return text
            }
        }
        let sigmoid = try refusal(layer("Dense", "gate", ["units": 2, "activation": "hard_sigmoid"]))
        #expect(sigmoid?.hasPrefix("layer \"gate\" (Dense) cannot be written for Keras 3: its hard_sigmoid") == true)
        let slash = try refusal(layer("Dense", "a/b", ["units": 2]))
        #expect(slash?.contains("\"a/b\"") == true)
        let causal = try refusal(
            layer("SeparableConv1D", "c", ["filters": 2, "kernel_size": [3], "padding": "causal"]))
        #expect(causal?.contains("no causal SeparableConv1D") == true)
        let blurred = try refusal(
            layer("Reshape", "r", ["target_shape": [4, 4, 1]]),
            layer("UpSampling2D", "u", ["size": [2, 2], "interpolation": "gaussian"]))
        #expect(blurred?.contains("Keras 3 has no interpolation \"gaussian\"") == true)
        #expect(try refusal(layer("Dense", "d", ["units": 2])) == nil)
    }
}
