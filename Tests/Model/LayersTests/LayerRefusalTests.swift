import JSON
import Layers
import Tensors
import Testing

/// Nothing a file says is guessed or ignored in silence.
@Suite struct LayerRefusalTests {
    @Test(arguments: LayerCatalog.classNames.filter { $0 != "InputLayer" && !$0.hasSuffix("OpLambda") })
    func anUnknownSettingIsRefusedByName(_ className: String) throws {
        let layer = try #require(LayerCase.all.first { $0.className == className })
        var config = layer.config
        config["colour"] = 3
        let text = try #require(refusal(className, config, inputs: layer.inputs))
        #expect(text.contains("\"layer\"") && text.contains(className) && text.contains("\"colour\": 3"))
    }

    @Test(arguments: LayerCatalog.classNames.filter { $0 != "InputLayer" && !$0.hasSuffix("OpLambda") })
    func whatEveryKerasConfigCarriesIsAccepted(_ className: String) throws {
        let layer = try #require(LayerCase.all.first { $0.className == className })
        var config = layer.config
        config["name"] = "layer"
        config["trainable"] = false
        config["dtype"] = "float32"
        config["activity_regularizer"] = nil
        #expect(refusal(className, config, inputs: layer.inputs) == nil)
    }

    @Test func anUnknownClassIsNamedWithTheNearest() throws {
        #expect(refusal("Capsule", [:])?.contains("no layer class \"Capsule\"; it is someone's own") == true)
        #expect(refusal("Conv2d", [:])?.contains("did you mean \"Conv2D\"") == true)
    }

    static let settings: [(String, JSON, String)] = [
        ("Dense", [:], "\"units\" is missing"), ("Dense", ["units": 0], "at least 1"),
        ("Dense", ["units": -3], "not -3"), ("Dense", ["units": "many"], "\"many\""),
        ("Dense", ["units": 2.5], "2.5"), ("Dense", ["units": 1e300], "1e+300"),
        ("Dense", ["units": 2, "use_bias": 1], "true or false"),
        ("Dense", ["units": 2, "activation": "gaussian"], "\"gaussian\" is not known yet; the known ones are linear"),
        ("Dense", ["units": 2, "activation": ["class_name": "Custom"]], "Custom"),
        ("Dense", ["units": 2, "activation": ["class_name": "LeakyReLU", "config": ["hue": 1]]], "\"hue\": 1"),
        ("Dense", ["units": 2, "activation": ["class_name": "celu", "config": ["alpha": 0]]], "\"alpha\""),
        ("Dense", ["units": 3, "activation": "glu"], "glu halves an even axis"),
        ("Dense", ["units": 2, "lora_rank": 4], "\"lora_rank\""),
        ("Conv2D", ["filters": 2], "\"kernel_size\" is missing"),
        ("Conv2D", ["filters": 2, "kernel_size": [3]], "or 2 of them"),
        ("Conv2D", ["filters": 2, "kernel_size": [3, 0]], "at least 1"),
        ("Conv2D", ["filters": 2, "kernel_size": 3, "padding": "causal"], "\"valid\" or \"same\""),
        ("Conv2D", ["filters": 3, "kernel_size": 3, "groups": 2], "do not divide into 2 groups"),
        ("Conv2D", ["filters": 2, "kernel_size": 5], "a window of (5, 5) does not fit into an input of (4, 4)"),
        ("MaxPooling2D", ["pool_size": [9, 9]], "does not fit"),
        ("BatchNormalization", ["axis": 0], "no axis 0"), ("BatchNormalization", ["axis": 7], "no axis 7"),
        ("BatchNormalization", ["axis": [1, 2]], "\"axis\""),
        ("BatchNormalization", ["momentum": 2], "from 0.0 to 1.0"),
        ("BatchNormalization", ["virtual_batch_size": 2], "\"virtual_batch_size\" is not known yet"),
        ("BatchNormalization", ["mode": 3], "\"mode\" should be 0, 1 or 2"),
        ("LayerNormalization", ["axis": [0, 1]], "no axis 0, 1"), ("LayerNormalization", ["axis": [1, -3]], "no axis"),
        ("LayerNormalization", ["axis": "x"], "\"axis\" should be an axis or a list of axes"),
        ("GroupNormalization", ["groups": 3], "2 channels do not divide into 3 groups"),
        ("GroupNormalization", ["groups": 0], "do not divide into 0 groups"),
        ("PReLU", ["shared_axes": [4]], "no axis 4"), ("PReLU", ["shared_axes": [0]], "no axis 0"),
        ("Permute", ["dims": [2, 1]], "2-dimensional examples"), ("Permute", ["dims": [1, 3]], "every dimension"),
        ("RepeatVector", [:], "\"n\" is missing"), ("Dot", [:], "\"axes\" is missing"),
        ("Dot", ["axes": [1, 2, 3]], "one axis or two"), ("Dot", ["axes": [0, 1]], "do not fit"),
        ("ReLU", ["threshold": -1], "\"threshold\""), ("Softmax", ["axis": [1, 9]], "no axis 1, 9"),
        ("Dropout", ["rate": 1.5], "from 0.0 to 1.0"), ("Dropout", ["rate": "half"], "\"half\""),
        ("Reshape", [:], "\"target_shape\" is missing"), ("Reshape", ["target_shape": [-1, -1]], "at most one"),
        ("Reshape", ["target_shape": [5]], "does not fit"), ("Reshape", ["target_shape": [-1, 5]], "does not fit"),
        ("Reshape", ["target_shape": [-1, 0]], "does not fit"),
        ("Reshape", ["target_shape": [4_611_686_018_427_387_904, 4]], "target_shape"),
        ("Reshape", ["target_shape": [4_294_967_296, 4_294_967_296, -1]], "target_shape"),
        ("Softmax", ["axis": 0], "no axis 0"), ("Concatenate", ["axis": 0], "no axis 0"),
        ("ZeroPadding2D", ["padding": [1, 2, 3]], "2 pairs"), ("ZeroPadding2D", ["padding": -1], "2 pairs"),
        ("Activation", ["activation": "nope"], "nope"), ("ReLU", ["max_value": "high"], "\"high\""),
        ("ZeroPadding2D", ["padding": [[1, 2], "x"]], "2 pairs"),
    ]

    @Test(arguments: settings) func aSettingThatCannotBeIsNamed(_ test: (String, JSON, String)) throws {
        let inputs: [Shape] = Array(repeating: [2, 4, 4, 2], count: ["Concatenate", "Dot"].contains(test.0) ? 2 : 1)
        let text = try #require(refusal(test.0, test.1, inputs: inputs))
        #expect(text.hasPrefix("layer \"layer\" (\(test.0)): ") && text.contains(test.2), "\(text)")
    }

    static let misfits: [(String, JSON, [Shape], String)] = [
        ("Conv2D", ["filters": 2, "kernel_size": 1], [[2, 3]], "takes 3-dimensional examples"),
        ("MaxPooling2D", [:], [[2, 3, 4]], "takes 3-dimensional examples"),
        ("GlobalAveragePooling2D", [:], [[2, 3]], "takes 3-dimensional examples"),
        ("ZeroPadding2D", [:], [[2, 3]], "takes 3-dimensional examples"),
        ("Dense", ["units": 1], [[2]], "at least one dimension"),
        ("Dense", ["units": 1], [[2, 3], [2, 3]], "takes one input, and 2 were given"),
        ("Add", [:], [], "none was given"), ("Add", [:], [[2, 3], [2, 4]], "(3,) and (4,) do not fit"),
        ("Add", [:], [[2, 3], [2, 3, 4]], "do not fit"), ("Subtract", [:], [[2, 3]], "it takes two inputs"),
        ("Dot", ["axes": 1], [[2, 3], [2, 4]], "do not fit"), ("RepeatVector", ["n": 2], [[2, 3, 4]], "1-dimensional"),
        ("Concatenate", [:], [[2, 3, 4], [2, 2, 4]], "do not fit beside axis 2"),
    ]

    @Test(arguments: misfits) func inputsThatDoNotFitAreNamed(_ test: (String, JSON, [Shape], String)) throws {
        let text = try #require(refusal(test.0, test.1, inputs: test.2))
        #expect(text.contains(test.3), "\(text)")
    }

    /// A file may ask for more elements than there are numbers.
    @Test func sizesThatOverflowAreRefused() throws {
        let huge: JSON = .integer(1 << 31)
        for (className, config) in [
            ("Dense", ["units": huge]),
            ("Conv2D", ["filters": huge, "kernel_size": [huge, huge], "padding": "same"]),
            ("DepthwiseConv2D", ["kernel_size": [huge, huge], "depth_multiplier": huge, "padding": "same"]),
            ("Conv2D", ["filters": 1, "kernel_size": 3, "dilation_rate": huge, "padding": "same"]),
        ] as [(String, JSON)] {
            _ = refusal(className, config, inputs: [[2, 4, 4, 2]])
        }
        let text = try #require(refusal("Conv2D", ["filters": huge, "kernel_size": [huge, huge], "padding": "same"]))
        #expect(text.contains("too large"), "\(text)")
    }
}
