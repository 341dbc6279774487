import JSON
import Layers
import Tensors
import Testing

@testable import Keras

@Suite struct DialectTests {
    private func specification(_ json: JSON, _ name: String = "d") throws -> LayerSpecification {
        try #require(try KerasModel.architecture(json: json).entries[name]).specification
    }

    @Test func keras3SettingsBecomePlain() throws {
        let config: JSON = [
            "units": 3, "trainable": false, "kernel_regularizer": nil, "quantization_config": nil,
            "dtype": [
                "module": "keras", "class_name": "DTypePolicy", "config": ["name": "float32"], "registered_name": nil,
            ],
            "kernel_initializer": [
                "module": "keras.initializers", "class_name": "HeNormal",
                "config": ["seed": 7, "dtype": "float32", "input_axes": nil], "registered_name": nil,
            ],
            "activation": [
                "module": "keras.activations", "class_name": "function", "config": "relu6", "registered_name": "relu6",
            ],
        ]
        let expected: JSON = [
            "units": 3, "trainable": false,
            "kernel_initializer": ["class_name": "HeNormal", "config": ["seed": 7]], "activation": "relu6",
        ]
        #expect(try specification(sequential(layer("Dense", "d", config))).config == expected)
    }

    @Test func whatOnlyOneKerasKnowsIsLeftOut() throws {
        let settings: JSON = [
            "kernel_size": [2, 2], "groups": 1, "kernel_initializer": ["class_name": "Zeros", "config": [:]],
            "kernel_constraint": nil,
        ]
        let depthwise = sequential(layer("DepthwiseConv2D", "d", settings), input: [nil, 4, 4, 2])
        #expect(try specification(depthwise).config == ["kernel_size": [2, 2]])
        let norm = sequential(
            layer(
                "BatchNormalization", "d",
                ["axis": [3], "renorm": false, "renorm_momentum": 0.99, "synchronized": false]),
            input: [nil, 4, 4, 2])
        #expect(try specification(norm).config == ["axis": 3])
    }

    @Test func aSequentialConfigMayBeAListAndNeedNotNameItsInput() throws {
        let json: JSON = [
            "class_name": "Sequential", "keras_version": "2.0.8",
            "config": [
                layer("Dense", "one", ["units": 5, "batch_input_shape": [nil, 7]]),
                layer("Activation", "two", ["activation": "relu"]),
            ],
        ]
        let model = try KerasModel.architecture(json: json)
        #expect(Array(model.entries.keys) == ["one_input", "one", "two"])
        #expect(model.inputShapes == [[7]])
        let built: JSON = [
            "class_name": "Sequential",
            "config": ["name": "s", "layers": [layer("Dense", "one", ["units": 5])], "build_input_shape": [nil, 3]],
        ]
        #expect(try KerasModel.architecture(json: built).inputShapes == [[3]])
    }

    @Test func layersWithoutNamesGetKerasOwn() throws {
        let dense: JSON = ["class_name": "Dense", "config": ["units": 2]]
        let model = try KerasModel.architecture(json: sequential(dense, dense))
        #expect(Array(model.entries.keys) == ["x", "dense", "dense_1"])
    }

    @Test func anotherPrecisionIsSaid() throws {
        var reader = ArchitectureReader(generation: .keras2)
        _ = try reader.read(sequential(layer("Dense", "d", ["units": 2, "dtype": "float16"])))
        #expect(reader.warnings == ["layer \"d\" was computed in float16 by Keras; here it is computed in float32"])
    }

    @Test func theGenerationFollowsTheVersionOrTheLook() throws {
        #expect(KerasGeneration(version: "2.2.4-tf") == .keras2)
        #expect(KerasGeneration(version: "3.15.1") == .keras3)
        #expect(KerasGeneration(version: nil) == .keras1)
        #expect(KerasGeneration(version: "unknown") == nil)
        #expect(KerasGeneration(guessedFrom: ["a": [["batch_shape": [nil, 2]]]]) == .keras3)
        #expect(KerasGeneration(guessedFrom: sequential()) == .keras2)
    }

    @Test(
        arguments: [
            (
                sequential(layer("Dence", "d")), "there is no layer class \"Dence\"; did you mean \"Dense\"?"
            ),
            (
                sequential(layer("Fancy", "d")),
                "there is no layer class \"Fancy\"; it is someone's own"
            ),
            (sequential(layer("Dense", "d", ["units": 2, "bogus": 1])), "its setting \"bogus\": 1 is not known"),
            (
                sequential(layer("Dense", "d", ["units": 2, "activation": "fancy"])),
                "the activation \"fancy\" is not known"
            ),
            (["class_name": "Custom", "config": [:]], "a model of class \"Custom\" is not known"),
            (["class_name": "Sequential", "config": ["layers": []]], "it has no layers"),
            (
                ["class_name": "Sequential", "config": ["layers": [layer("Dense", "d", ["units": 1])]]],
                "nothing says the shape"
            ),
            (["class_name": "Sequential", "keras_version": "4.0", "config": []], "written by Keras 4.0, which is no"),
            (
                sequential(layer("Fancy", "a"), layer("Fancy", "b"), layer("Odd", "c")),
                "there is no layer class \"Fancy\" (\"a\", \"b\"); there is no layer class \"Odd\" (\"c\")"
            ),
            ([1, 2], "should be an object with \"class_name\""),
        ] as [(JSON, String)])
    func whatIsNotKnownIsRefusedByName(json: JSON, text: String) throws {
        let found = try #require(message { try KerasModel.architecture(json: json) })
        #expect(found.contains(text), "\(found)")
    }

    @Test func callSettingsAreNotIgnored() throws {
        func call(_ settings: JSON) -> JSON {
            [
                "class_name": "Functional", "keras_version": "2.4.0",
                "config": [
                    "name": "f", "input_layers": [["x", 0, 0]], "output_layers": [["d", 0, 0]],
                    "layers": [
                        [
                            "class_name": "InputLayer", "name": "x", "inbound_nodes": [],
                            "config": ["batch_input_shape": [nil, 2]],
                        ],
                        [
                            "class_name": "Dense", "name": "d", "config": ["units": 2],
                            "inbound_nodes": [[["x", 0, 0, settings]]],
                        ],
                    ],
                ],
            ]
        }
        #expect(message { try KerasModel.architecture(json: call(["mask": nil])) } == nil)
        let model = try KerasModel.architecture(json: call(["colour": true]))
        let text = message { try LayerRegistry(model) }
        #expect(text == "layer \"d\" (Dense): it is called with colour = true, which is not known")
        var reader = ArchitectureReader(generation: .keras2)
        _ = try reader.read(call(["training": false]))
        #expect(reader.warnings.count == 1)
    }
}
