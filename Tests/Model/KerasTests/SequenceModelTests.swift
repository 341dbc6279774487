import Checkpoints
import Foundation
import JSON
import Layers
import Tensors
import Testing

@testable import Keras

/// What is special about models of sequences as files describe them.
@Suite struct SequenceModelTests {
    /// Weights in cuDNN's layout, taken as they are by cuDNN's layers and converted by the plain ones: both compute what
    /// tf_keras 2.21 does after loading them by name into its LSTM.
    @Test(.enabled(if: hasShared, "../shared is absent"), arguments: ["LSTM", "CuDNNLSTM"])
    func textgenrnn(className: String) throws {
        let settings: JSON = ["units": 128, "return_sequences": true]
        let config = sequential(
            layer("Embedding", "embedding", ["input_dim": 465, "output_dim": 100]),
            layer(className, "rnn_1", settings), layer(className, "rnn_2", settings), input: [nil, 40])
        let model = try KerasModel.architecture(json: config)
        let store = ParameterStore(try LayerRegistry(model).parameters)
        let weights = try KerasWeights(
            try Checkpoint(path: shared + "/checkpoints/textgenrnn/textgenrnn_weights.hdf5"))
        let ledger = try weights.load(into: store, of: model)
        #expect(ledger.count(of: .fresh) == 0, "\(ledger.table())")
        let ids = Tensor(shape: [2, 40], values: (0..<80).map { Float($0 * 37 % 465) })
        let output = try runInference(model, store, [ids])[0]
        // The last units of the second example's eleventh step; later ones amplify every rounding.
        let wanted = Tensor(
            shape: [4], values: [-3.8676761e-04, -2.6227182e-03, -1.5092058e-05, -6.5803570e-01])
        let end = (40 + 11) * 128
        #expect(distance(Tensor(shape: [4], values: Array(output.values[(end - 4)..<end])), wanted) < 1e-5)
    }

    private func functional(_ layers: [JSON], outputs: JSON) -> JSON {
        [
            "class_name": "Functional", "keras_version": "3.15.1",
            "config": [
                "name": "m", "layers": .array(layers), "input_layers": [["x", 0, 0]], "output_layers": [outputs],
            ],
        ]
    }

    private func tensor(_ layer: String) -> JSON {
        ["class_name": "__keras_tensor__", "config": ["keras_history": [.string(layer), 0, 0]]]
    }

    private func node(_ arguments: JSON..., keywords: JSON = [:]) -> JSON {
        [["args": .array(arguments), "kwargs": keywords]]
    }

    private func member(_ className: String, _ name: String, _ settings: JSON, _ nodes: JSON) -> JSON {
        var config = settings
        config["name"] = .string(name)
        return [
            "class_name": .string(className), "name": .string(name), "config": config, "inbound_nodes": nodes,
        ]
    }

    private func masked(zero: Bool) -> [JSON] {
        [
            member("InputLayer", "x", ["batch_shape": [nil, 3]], []),
            member("NotEqual", "not_equal", [:], node(tensor("x"), 0)),
            member(
                "Embedding", "words", ["input_dim": 4, "output_dim": 2, "mask_zero": .bool(zero), "trainable": true],
                node(tensor("x"))),
            member(
                "GRU", "gru", ["units": 2, "trainable": true],
                node(tensor("words"), keywords: ["mask": tensor("not_equal"), "training": false])),
        ]
    }

    /// Keras 3 writes down the masks it derives; one that is not derived here is not lost in silence.
    @Test func masksThatKeras3WritesAreDerived() throws {
        let model = try KerasModel.architecture(json: functional(masked(zero: true), outputs: ["gru", 0, 0]))
        #expect(Array(model.entries.keys) == ["x", "words", "gru"])
        #expect(try LayerRegistry(model).outputShapes == [[2]])
        let explicit = try KerasModel.architecture(json: functional(masked(zero: false), outputs: ["gru", 0, 0]))
        #expect(message { try LayerRegistry(explicit) }?.contains("its input carries none here") == true)
        // An operation that anything else reads is not passed over.
        let seen = message {
            try KerasModel.architecture(json: functional(masked(zero: true), outputs: ["not_equal", 0, 0]))
        }
        #expect(seen?.contains("\"NotEqual\"") == true)
    }

    private func reading(_ layers: JSON...) throws -> KerasModel {
        try withTemporaryFolder { folder in
            let list: [JSON] = [layer("InputLayer", "x", ["batch_input_shape": [nil, 3, 2]])] + layers
            let config: JSON = ["class_name": "Sequential", "config": ["name": "m", "layers": .array(list)]]
            let attributes = [("model_config", config.serialized()), ("keras_version", "2.15.0")]
            try writeFile(attributes, layers: [("x", [])], to: folder + "/m.h5")
            return try KerasModel.open(try Checkpoint(path: folder + "/m.h5"))
        }
    }

    @Test func statefulLayersAreToldOf() throws {
        let plain = layer("LSTM", "lstm", ["units": 2])
        let stateful = layer("GRU", "gru", ["units": 2, "stateful": true, "reset_after": true])
        #expect(try reading(plain).warnings.isEmpty)
        #expect(try reading(stateful).warnings.contains { $0.contains("\"gru\" is stateful") })
        let both = try reading(layer("Bidirectional", "both", ["layer": stateful]))
        #expect(both.warnings.contains { $0.contains("\"both\" is stateful") })
    }

    @Test func mergingNothingIsNotTheDefault() throws {
        let inner = layer("LSTM", "lstm", ["units": 2])
        func outputs(_ settings: JSON) throws -> Int {
            let model = try reading(layer("Bidirectional", "both", settings)).model
            let both = try #require(model.entries["both"])
            return both.specification.config["merge_mode"] == JSON.null ? 2 : 1
        }
        #expect(try outputs(["layer": inner]) == 1)
        #expect(try outputs(["layer": inner, "merge_mode": nil]) == 2)
    }

    /// A wrapper trains only if what it wraps does.
    @Test func whatIsFrozenInsideAWrapperIsFrozen() throws {
        let frozen = layer("Dense", "dense", ["units": 2, "trainable": false])
        let model = try reading(layer("TimeDistributed", "steps", ["layer": frozen])).model
        #expect(try LayerRegistry(model).layers["steps"]?.storedTrainable == false)
    }
}
