import Graph
import JSON
import Layers
import Tensors
import Testing

@Suite struct ModelTests {
    @Test func twoLayersOfOneNameAreRefused() {
        let text = message {
            _ = try functional(
                "net", [input("x", [3]), entry("ReLU", "a", on: "x"), entry("ReLU", "a", on: "x")], inputs: ["x"],
                outputs: ["a"])
        }
        #expect(text == "model \"net\" has two layers named \"a\"")
    }

    @Test func connectionsMustLeadSomewhere() {
        let missing = message {
            _ = try functional("net", [input("x", [3]), entry("ReLU", "a", on: "y")], inputs: ["x"], outputs: ["a"])
        }
        #expect(missing == "layer \"a\" is connected to a layer \"y\", which does not exist")
        let call = message {
            _ = try functional(
                "net", [input("x", [3]), entry("ReLU", "a", calls: [[TensorReference(layer: "x", call: 2)]])],
                inputs: ["x"], outputs: ["a"])
        }
        #expect(call == "layer \"a\" is connected to call 2 of layer \"x\", which has 1")
        let output = message { _ = try functional("net", [input("x", [3])], inputs: ["x"], outputs: ["z"]) }
        #expect(output == "model \"net\" is connected to a layer \"z\", which does not exist")
        let second = message {
            let model = try functional(
                "net",
                [
                    input("x", [3]), entry("ReLU", "a", on: "x"),
                    entry("ReLU", "b", calls: [[TensorReference(layer: "a", output: 1)]]),
                ], inputs: ["x"], outputs: ["b"])
            _ = try LayerRegistry(model)
        }
        #expect(second == "layer \"b\" reads output 1 of \"a\", which has no such output")
    }

    @Test func aCircleIsFound() {
        let text = message {
            let model = try functional(
                "net",
                [input("x", [3]), entry("Add", "a", on: "x", "b"), entry("ReLU", "b", on: "a")], inputs: ["x"],
                outputs: ["b"])
            _ = try model.callOrder()
        }
        #expect(text == "model \"net\": the layers \"a\", \"b\" are connected in a circle")
    }

    @Test func layersMayStandInAnyOrder() throws {
        let model = try functional(
            "net",
            [
                entry("Dense", "second", ["units": 2], on: "first"), entry("Dense", "first", ["units": 3], on: "x"),
                input("x", [4]),
            ],
            inputs: ["x"], outputs: ["second"])
        #expect(try model.callOrder().map(\.entry.name) == ["first", "second"])
        #expect(try LayerRegistry(model).outputShapes == [[2]])
    }

    private func tower() throws -> Model {
        try sequential(
            "net", [6], layer("Dense", "a", ["units": 5]), layer("ReLU", "b"), layer("Dense", "c", ["units": 4]))
    }

    @Test func cuttingKeepsWhatTheOutputNeeds() throws {
        let cut = try tower().cut(at: "b")
        #expect(Array(cut.entries.keys) == ["net_input", "a", "b"])
        #expect(cut.outputs == [TensorReference(layer: "b")])
        #expect(cut.isSequential)
        #expect(try LayerRegistry(cut).outputShapes == [[5]])
        let branched = try functional(
            "net",
            [
                input("x", [3]), input("y", [3]), entry("ReLU", "a", on: "x"), entry("ReLU", "b", on: "y"),
                entry("Add", "c", on: "a", "b"), entry("ReLU", "d", on: "c"),
            ], inputs: ["x", "y"], outputs: ["d"])
        #expect(Array(try branched.cut(at: "a").entries.keys) == ["x", "a"])
        #expect(try branched.cut(at: "a").inputs == [TensorReference(layer: "x")])
        #expect(Array(try branched.cut(at: "c").entries.keys) == ["x", "y", "a", "b", "c"])
    }

    @Test func cuttingWhereThereIsNothingNamesTheLayers() throws {
        let model = try tower()
        #expect(message { _ = try model.cut(at: "z") }.contains("the layers are net_input, a, b, c"))
        let shared = try functional(
            "net",
            [
                input("x", [3]),
                entry("ReLU", "a", calls: [[TensorReference(layer: "x")], [TensorReference(layer: "a")]]),
            ], inputs: ["x"], outputs: ["a"])
        #expect(message { _ = try shared.cut(at: "a") }.contains("called 2 times"))
    }

    @Test func aHeadStandsOnTheOutput() throws {
        let names = try tower().headNames(for: ["Dense", "Dropout", "Dense"])
        #expect(names == ["head.dense", "head.dropout", "head.dense_1"])
        let model = try tower().cut(at: "b").appending(head: [
            layer("Dense", names[0], ["units": 3]), layer("Dropout", names[1]), layer("Dense", names[2], ["units": 2]),
        ])
        #expect(model.outputs == [TensorReference(layer: "head.dense_1")])
        let registry = try LayerRegistry(model)
        #expect(registry.outputShapes == [[2]])
        #expect(registry.parameters["head.dense_1.kernel"]?.shape == [3, 2])
        #expect(model.headNames(for: ["Dense"]) == ["head.dense_2"])
        let taken = message { _ = try model.appending(head: [layer("ReLU", "a")]) }
        #expect(taken == "model \"net\" has two layers named \"a\"")
    }

    @Test func aHeadNeedsOneOutput() throws {
        let model = try functional(
            "net", [input("x", [3]), entry("ReLU", "a", on: "x"), entry("ReLU", "b", on: "x")], inputs: ["x"],
            outputs: ["a", "b"])
        #expect(message { _ = try model.appending(head: []) }.contains("has 2"))
    }

    /// As Keras 3 names layers of these classes.
    static let names = [
        ("Dense", "dense"), ("Conv2D", "conv2d"), ("MaxPooling2D", "max_pooling2d"), ("ReLU", "re_lu"),
        ("BatchNormalization", "batch_normalization"), ("GlobalAveragePooling2D", "global_average_pooling2d"),
        ("SeparableConv2D", "separable_conv2d"), ("LSTM", "lstm"), ("GRU", "gru"), ("LeakyReLU", "leaky_re_lu"),
        ("PReLU", "p_re_lu"), ("ELU", "elu"), ("Conv2DTranspose", "conv2d_transpose"),
        ("Conv1DTranspose", "conv1d_transpose"), ("DepthwiseConv2D", "depthwise_conv2d"),
        ("ZeroPadding2D", "zero_padding2d"), ("MultiHeadAttention", "multi_head_attention"),
        ("UpSampling2D", "up_sampling2d"), ("TextVectorization", "text_vectorization"), ("LSTMCell", "lstm_cell"),
        ("GlobalMaxPooling2D", "global_max_pooling2d"), ("Cropping2D", "cropping2d"), ("Add", "add"),
        ("TimeDistributed", "time_distributed"), ("ConvLSTM2D", "conv_lstm2d"), ("STFTSpectrogram", "stft_spectrogram"),
        ("RandomContrast", "random_contrast"), ("InputLayer", "input_layer"), ("GaussianNoise", "gaussian_noise"),
    ]

    @Test(arguments: names) func classNamesInSnakeCase(_ name: (String, String)) {
        #expect(snakeCase(name.0) == name.1)
    }

    @Test func anInputMayBeAnOutput() throws {
        let model = try functional("net", [input("x", [3])], inputs: ["x"], outputs: ["x"])
        #expect(try LayerRegistry(model).outputShapes == [[3]])
    }
}
