import JSON
import Layers
import Tensors
import Testing

@Suite struct LayerRegistryTests {
    /// The two-convolution network of Keras' `mnist_transfer_cnn`.
    private func network() throws -> Model {
        try sequential(
            "net", [28, 28, 1], layer("Conv2D", "conv2d", ["filters": 32, "kernel_size": 3, "activation": "relu"]),
            layer("Conv2D", "conv2d_1", ["filters": 32, "kernel_size": 3, "activation": "relu"]),
            layer("MaxPooling2D", "max_pooling2d"), layer("Dropout", "dropout", ["rate": 0.25]),
            layer("Flatten", "flatten"), layer("Dense", "dense", ["units": 128, "activation": "relu"]),
            layer("Dropout", "dropout_1", ["rate": 0.5]),
            layer("Dense", "dense_1", ["units": 5, "activation": "softmax"]))
    }

    @Test func aSequentialNetwork() throws {
        let registry = try LayerRegistry(network())
        #expect(registry.parameterCount == 320 + 9248 + 4608 * 128 + 128 + 128 * 5 + 5)
        #expect(registry.inputShapes == [[28, 28, 1]] && registry.outputShapes == [[5]])
        #expect(
            registry.layers.keys.map(\.description) == [
                "conv2d", "conv2d_1", "max_pooling2d", "dropout", "flatten", "dense", "dropout_1", "dense_1",
            ])
        #expect(registry.layers.values.map(\.depth) == [3, 2, 2, 2, 2, 1, 1, 0])
        #expect(registry.layers["max_pooling2d"]?.outputShape == [12, 12, 32])
        #expect(registry.layers["dense"]?.parameters.map(\.name) == ["kernel", "bias"])
        #expect(registry.layers["flatten"]?.parameters.isEmpty ?? false)
        #expect(registry.parameters["conv2d_1.kernel"]?.shape == [3, 3, 32, 32])
    }

    @Test func aNormalisationBelongsToTheLayerBeforeIt() throws {
        let model = try sequential(
            "net", [4], layer("Dense", "a", ["units": 3]), layer("BatchNormalization", "a_bn"),
            layer("ReLU", "a_relu"), layer("Dense", "b", ["units": 3]), layer("BatchNormalization", "b_bn"),
            layer("Dense", "c", ["units": 2]))
        #expect(try LayerRegistry(model).layers.values.map(\.depth) == [2, 2, 2, 1, 1, 0])
    }

    @Test func depthCountsTheLongestWay() throws {
        let model = try functional(
            "net",
            [
                input("x", [4]), entry("Dense", "stem", ["units": 4], on: "x"),
                entry("Dense", "long1", ["units": 4], on: "stem"), entry("Dense", "long2", ["units": 4], on: "long1"),
                entry("Dense", "short", ["units": 4], on: "stem"), entry("Add", "join", on: "long2", "short"),
                entry("Dense", "out", ["units": 1], on: "join"),
            ], inputs: ["x"], outputs: ["out"])
        let depths = try LayerRegistry(model).layers.values.map { "\($0.path) \($0.depth)" }
        #expect(depths == ["stem 3", "long1 2", "long2 1", "short 1", "join 1", "out 0"])
    }

    @Test func aSharedLayerStandsOnce() throws {
        let shared: [LayerCall] = [[TensorReference(layer: "a")], [TensorReference(layer: "b")]]
        let model = try Model(
            name: "siamese", generation: .keras3, isSequential: false,
            entries: [
                input("a", [3]), input("b", [3]), entry("Dense", "tower", ["units": 2], calls: shared),
                entry(
                    "Concatenate", "join",
                    calls: [[TensorReference(layer: "tower"), TensorReference(layer: "tower", call: 1)]]),
            ], inputs: [TensorReference(layer: "a"), TensorReference(layer: "b")],
            outputs: [TensorReference(layer: "join")])
        let registry = try LayerRegistry(model)
        #expect(registry.layers.keys.map(\.description) == ["tower", "join"])
        #expect(registry.parameterCount == 8)
        #expect(registry.outputShapes == [[4]])
    }

    @Test func aSharedLayerOnInputsThatDifferIsRefused() throws {
        let shared: [LayerCall] = [[TensorReference(layer: "a")], [TensorReference(layer: "b")]]
        let model = try functional(
            "net", [input("a", [3]), input("b", [4]), entry("Dense", "tower", ["units": 2], calls: shared)],
            inputs: ["a", "b"], outputs: ["tower"])
        let text = message { _ = try LayerRegistry(model) }
        #expect(text == "layer \"tower\" (Dense): it is called on inputs that need a kernel of (3, 2) and of (4, 2)")
    }

    private func inner(_ name: String, layer layerName: String) throws -> Model {
        try sequential(name, [3], layer("Dense", layerName, ["units": 3]))
    }

    @Test func aModelWithinAModelIsAComponentOfThePath() throws {
        let model = try functional(
            "net",
            [
                input("x", [3]), nested(inner("base", layer: "dense"), on: "x"),
                entry("Dense", "tf.head", ["units": 1], on: "base"),
            ], inputs: ["x"], outputs: ["tf.head"])
        let registry = try LayerRegistry(model)
        #expect(
            registry.parameters.keys.map(\.description) == [
                "base.dense.kernel", "base.dense.bias", "tf.head.kernel", "tf.head.bias",
            ])
        #expect(registry.layers["base.dense"]?.depth == 1)
    }

    /// The model `a` with a layer `b` and a layer `a.b` would share tensors in silence.
    @Test func aCollisionOfPathsNamesBoth() throws {
        let model = try functional(
            "net",
            [
                input("x", [3]), nested(inner("a", layer: "b"), on: "x"),
                entry("Dense", "a.b", ["units": 3], on: "a"),
            ], inputs: ["x"], outputs: ["a.b"])
        let text = message { _ = try LayerRegistry(model) }
        #expect(text == "layer \"a.b\" (Dense): \"a.b\" has the same path as \"b\" in \"a\"; rename one of them")
    }

    @Test func storedFlagsAreThoseOfTheModelsAroundToo() throws {
        let base = try functional(
            "base",
            [
                input("x", [3]), entry("Dense", "free", ["units": 3], on: "x"),
                entry("Dense", "held", ["units": 3, "trainable": false], on: "free"),
            ], inputs: ["x"], outputs: ["held"])
        func flags(_ config: JSON) throws -> [String: Bool] {
            let model = try functional(
                "net",
                [input("y", [3]), nested(base, config, on: "y"), entry("Dense", "head", ["units": 1], on: "base")],
                inputs: ["y"], outputs: ["head"])
            let layers = try LayerRegistry(model).layers.values
            return Dictionary(uniqueKeysWithValues: layers.map { ($0.path.description, $0.storedTrainable) })
        }
        #expect(try flags([:]) == ["base.free": true, "base.held": false, "head": true])
        #expect(try flags(["trainable": false]) == ["base.free": false, "base.held": false, "head": true])
    }

    @Test func anOpenInputNeedsAShape() throws {
        let model = try sequential("net", [nil, nil, 3], layer("GlobalAveragePooling2D", "pool"))
        let text = message { _ = try LayerRegistry(model) }
        #expect(text.contains("leaves its shape open: (any, any, 3)"))
        #expect(try LayerRegistry(model, inputShapes: [[4, 5, 3]]).outputShapes == [[3]])
        let wrong = message { _ = try LayerRegistry(model, inputShapes: [[4, 5, 1]]) }
        #expect(wrong == "input \"net_input\" of model \"net\" takes examples of (any, any, 3), not (4, 5, 1)")
    }

    @Test func inputsThatCannotBeAreRefused() throws {
        for shape in [[1 << 40, 1 << 40], [-3], [1 << 62, 4, 4]] {
            let model = try sequential("net", shape, layer("Flatten", "flatten"))
            #expect(message { _ = try LayerRegistry(model) }.contains("cannot be"))
        }
        let wide = 1 << 24
        let model = try functional(
            "net", [input("a", [wide, 1, 1]), input("b", [1, wide, 1]), entry("Add", "sum", on: "a", "b")],
            inputs: ["a", "b"], outputs: ["sum"])
        #expect(try LayerRegistry(model).outputShapes == [[wide, wide, 1]])
        let larger = try functional(
            "net", [input("a", [wide, 2, 1]), input("b", [1, 1, wide * 2]), entry("Add", "sum", on: "a", "b")],
            inputs: ["a", "b"], outputs: ["sum"])
        #expect(message { _ = try LayerRegistry(larger) }.contains("too large"))
    }
}
