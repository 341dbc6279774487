import Checkpoints
import Foundation
import JSON
import Layers
import Tensors
import Testing

@testable import Keras

@Suite struct KerasWriterTests {
    private func bytes(_ path: String) throws -> Data { try Data(contentsOf: URL(fileURLWithPath: path)) }

    @Test func equalModelsGiveEqualBytes() throws {
        let model = try LoadedModel(fixture("layers/branches.keras3.h5"))
        try withTemporaryFolder { folder in
            try model.write(to: folder + "/one.h5")
            try model.write(to: folder + "/two.h5")
            #expect(try bytes(folder + "/one.h5") == bytes(folder + "/two.h5"))
            try LoadedModel(folder + "/one.h5").write(to: folder + "/three.h5")
            #expect(try bytes(folder + "/one.h5") == bytes(folder + "/three.h5"))
        }
    }

    @Test(arguments: ["nested/frozen_base.tfk2.h5", "nested/frozen_base.keras3.h5", "layers/slash_names.tfk2.h5"])
    func namesFlagsAndOrderAreKept(file: String) throws {
        let model = try LoadedModel(fixture(file))
        try withTemporaryFolder { folder in
            try model.write(to: folder + "/again.h5")
            let old = try Checkpoint(path: fixture(file))
            let new = try Checkpoint(path: folder + "/again.h5")
            #expect(new.strings("layer_names", of: "model_weights") == old.strings("layer_names", of: "model_weights"))
            for layer in old.strings("layer_names", of: "model_weights") ?? [] {
                let group = "model_weights/" + layer
                #expect(new.strings("weight_names", of: group) == old.strings("weight_names", of: group))
            }
            #expect(new.attribute("keras_version") == old.attribute("keras_version"))
            let again = try LoadedModel(folder + "/again.h5")
            for (path, layer) in try LayerRegistry(model.keras.model).layers {
                #expect(try LayerRegistry(again.keras.model).layers[path]?.storedTrainable == layer.storedTrainable)
            }
        }
    }

    @Test func aCutModelWithANewHeadIsWrittenInKerasOrder() throws {
        let origin = try LoadedModel(fixture("layers/sequential_cnn.tfk2.h5"))
        let cut = try origin.keras.model.cut(at: "flatten")
        let head = LayerSpecification(
            className: "Dense", name: "head.dense", config: ["units": 3, "activation": "relu"])
        let model = try cut.appending(head: [head])
        let store = ParameterStore(try LayerRegistry(model).parameters)
        try store.initialize(seed: 1)
        let ledger = try origin.keras.load(into: store, fresh: { $0.description.hasPrefix("head.") })
        #expect(ledger.count(of: .fresh) == 2)
        #expect(ledger.count(of: .unused) > 0)
        try withTemporaryFolder { folder in
            let path = folder + "/model.h5"
            try KerasWriter.write(model: model, store: store, metadata: KerasMetadata(origin.keras, ledger), to: path)
            let again = try LoadedModel(path)
            #expect(again.ledger.count(of: .loaded) == store.specs.count)
            #expect(again.store.tensor("head.dense.kernel") == store.tensor("head.dense.kernel"))
            let file = try Checkpoint(path: path)
            #expect(
                file.strings("weight_names", of: "model_weights/head.dense")
                    == ["head.dense/kernel:0", "head.dense/bias:0"])
        }
    }

    @Test func whatTheTwoKerasesTakeDifferentlyIsSaid() throws {
        let config = sequential(
            layer("Dense", "a/b", ["units": 2]), layer("Activation", "c", ["activation": "hard_sigmoid"]))
        let model = try KerasModel.architecture(json: config)
        let store = ParameterStore(try LayerRegistry(model).parameters)
        try withTemporaryFolder { folder in
            let warnings = try KerasWriter.write(model: model, store: store, to: folder + "/model.h5")
            #expect(warnings.count == 2)
            #expect(warnings[0].contains("\"a/b\"") && warnings[1].contains("hard_sigmoid is exact in tf_keras"))
        }
    }

    @Test(arguments: [true, false]) func onlyStatefulLayersNeedTheirBatchSize(isStateful: Bool) throws {
        let input: JSON = ["class_name": "InputLayer", "config": ["batch_input_shape": [2, 3, 4], "name": "x"]]
        let recurrent = layer("LSTM", "r", ["units": 2, "stateful": .bool(isStateful)])
        let model = try KerasModel.architecture(
            json: [
                "class_name": "Sequential", "keras_version": "2.15.0",
                "config": ["name": "m", "layers": [input, recurrent]],
            ])
        var writer = ArchitectureWriter(model)
        let batch: JSON = isStateful ? 2 : .null
        let older = try writer.config(of: model)["config"]?["layers"]?.array?[0]["config"]
        #expect(older?["batch_input_shape"] == [batch, 3, 4])
        let newer = try Keras3Architecture(model).config(of: model)["config"]?["layers"]?.array?[0]["config"]
        #expect(newer?["batch_shape"] == [batch, 3, 4])
    }

    /// Keras lists layers by their distance to the output, not as they are written.
    @Test func layersAreListedAsKerasWillNumberThem() throws {
        func node(_ name: String) -> JSON { [.string(name), 0, 0, [:]] }
        func placed(_ json: JSON, _ inputs: String...) -> JSON {
            var result = json
            result["name"] = json["config"]?["name"]
            result["inbound_nodes"] = [.array(inputs.map(node))]
            return result
        }
        let input: JSON = [
            "class_name": "InputLayer", "name": "x", "inbound_nodes": [],
            "config": ["batch_input_shape": [nil, 4], "name": "x"],
        ]
        let config: JSON = [
            "class_name": "Functional", "keras_version": "2.15.0",
            "config": [
                "name": "test", "input_layers": [["x", 0, 0]], "output_layers": [["sum", 0, 0]],
                "layers": [
                    input, placed(layer("Dense", "short", ["units": 4]), "x"),
                    placed(layer("Dense", "first", ["units": 4]), "x"),
                    placed(layer("Dense", "second", ["units": 4]), "first"),
                    placed(layer("Add", "sum"), "second", "short"),
                ],
            ],
        ]
        let order = try KerasOrder.entries(of: try KerasModel.architecture(json: config)).map(\.name)
        #expect(order == ["x", "first", "second", "short", "sum"])
    }
}
