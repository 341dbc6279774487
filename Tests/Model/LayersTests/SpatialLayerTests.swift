import Graph
import JSON
import Layers
import TestSupport
import Tensors
import Testing

/// What the shapes and gradients of `LayerCase.spatial` do not show.
@Suite struct SpatialLayerTests {
    /// One layer's output on given inputs, by the interpreter.
    private func output(
        _ className: String, _ config: JSON, _ shape: Shape, _ x: [Double],
        _ parameters: [ParameterPath: [Double]] = [:],
        mask: [Double]? = nil, generation: KerasGeneration = .keras3
    ) throws -> [Double] {
        let specification = LayerSpecification(className: className, name: "l", config: config)
        let layer = try LayerCatalog.make(specification, generation: generation)
        let g = GraphBuilder()
        let scope = LayerScope(builder: g, options: .inference)
        let input = g.input("x", shape)
        if mask != nil { scope.setMask(g.input("mask", [shape[0], shape[1]]), of: input) }
        let y = try scope.within("l", className: className) { try layer([input], in: $0) }[0]
        let interpreter = GraphInterpreter(inputs: ["x": x, "mask": mask ?? []], parameters: parameters)
        return try #require(interpreter.run(g.build(outputs: [GraphOutput(.result("y"), y)])).result("y"))
    }

    @Test func causalStepsSeeNoLaterOne() throws {
        let config: JSON = ["filters": 1, "kernel_size": 2, "padding": "causal", "dilation_rate": 2, "use_bias": false]
        let y = try output("Conv1D", config, [1, 4, 1], [1, 2, 3, 4], ["l.kernel": [10, 1]])
        #expect(y == [1, 2, 13, 24])
    }

    @Test func channelsFirstIsTheTransposedLayer() throws {
        let x: [Double] = [1, 2, 3, 10, 20, 30]
        let y = try output(
            "Conv1D", ["filters": 2, "kernel_size": 1, "data_format": "channels_first", "use_bias": false], [1, 2, 3],
            x, ["l.kernel": [1, 0, 0, 2]])
        #expect(y == [1, 2, 3, 20, 40, 60])
        #expect(try output("Flatten", ["data_format": "channels_first"], [1, 2, 3], x) == [1, 10, 2, 20, 3, 30])
    }

    /// TensorFlow: the gradient of the convolution that would give the input from the output.
    @Test func transposedConvolutionsSpreadEachStep() throws {
        func spread(_ settings: JSON, _ kernel: [Double]) throws -> [Double] {
            var config = settings
            config["filters"] = 1
            config["use_bias"] = false
            return try output("Conv1DTranspose", config, [1, 2, 1], [1, 10], ["l.kernel": kernel])
        }
        #expect(try spread(["kernel_size": 2, "strides": 3], [1, 2]) == [1, 2, 0, 10, 20, 0])
        #expect(try spread(["kernel_size": 3, "strides": 2, "padding": "same"], [1, 2, 3]) == [1, 2, 13, 20])
        #expect(try spread(["kernel_size": 4, "strides": 2, "padding": "same"], [1, 2, 3, 4]) == [2, 13, 24, 30])
        #expect(
            try spread(["kernel_size": 3, "strides": 2, "output_padding": 0, "padding": "same"], [1, 2, 3])
                == [2, 13, 20])
    }

    @Test func aMaskChoosesTheStepsOfAMean() throws {
        let x: [Double] = [1, 2, 6, 5, 7, 9]
        #expect(try output("GlobalAveragePooling1D", [:], [2, 3, 1], x, mask: [1, 1, 0, 0, 0, 1]) == [1.5, 9])
        let kept = try output(
            "GlobalAveragePooling1D", ["keepdims": true], [2, 3, 1], x, mask: [1, 0, 1, 1, 1, 1])
        #expect(kept == [3.5, 7])
        #expect(try output("GlobalMaxPooling1D", [:], [2, 3, 1], x, mask: [1, 1, 0, 0, 0, 1]) == [6, 9])
    }

    /// Keras 1 wrote the pairs of two dimensions in one list.
    @Test func bordersOfKeras1() throws {
        let borders: JSON = ["padding": [1, 0, 0, 1]]
        let y = try output("ZeroPadding2D", borders, [1, 1, 1, 1], [5], generation: .keras1)
        #expect(y == [0, 0, 5, 0])
        let refused = try #require(refusal("ZeroPadding2D", borders, inputs: [[1, 1, 1, 1]]))
        #expect(refused.contains("\"padding\" should be a whole number"))
    }

    /// Layers of the same order in a row leave no transpositions between them.
    @Test func channelsStayLastBetweenLayers() throws {
        let g = GraphBuilder()
        let scope = LayerScope(builder: g, options: .inference)
        var y = g.input("x", [1, 2, 6, 6])
        for (name, className, config) in [
            ("a", "Conv2D", ["filters": 3, "kernel_size": 3, "activation": "relu"]), ("b", "MaxPooling2D", [:]),
            ("c", "GlobalAveragePooling2D", [:]),
        ] as [(String, String, JSON)] {
            var config = config
            config["data_format"] = "channels_first"
            let layer = try LayerCatalog.make(
                LayerSpecification(className: className, name: name, config: config), generation: .keras3)
            y = try scope.within(name, className: className) { try layer([y], in: $0) }[0]
        }
        let graph = try g.build(outputs: [GraphOutput(.result("y"), y)]).applying([.deadNodes])
        #expect(graph.nodes.filter { $0.op.name == "transpose" }.count == 1)
    }

    static let refusals: [(String, JSON, Shape, String)] = [
        (
            "Conv1D", ["filters": 2, "kernel_size": 4], [2, 3, 2], "a window of (4,) does not fit into an input of (3,)"
        ),
        (
            "Conv1D", ["filters": 2, "kernel_size": 3, "dilation_rate": 2], [2, 4, 2],
            "a window of (3,) spread by (2,) does not fit into an input of (4,)"
        ),
        ("Conv3D", ["filters": 2, "kernel_size": 3], [2, 3, 2, 3, 2], "(3, 3, 3) does not fit"),
        ("Conv3D", ["filters": 2, "kernel_size": 3, "padding": "causal"], [2, 3, 3, 3, 2], "\"valid\" or \"same\""),
        ("Conv1D", ["filters": 2, "kernel_size": 3, "padding": "full"], [2, 3, 2], "or \"causal\""),
        ("Conv1D", ["filters": 3, "kernel_size": 1, "groups": 2], [2, 3, 4], "do not divide into 2 groups"),
        ("Conv2D", ["filters": 2, "kernel_size": 1, "data_format": "NCHW"], [2, 3, 3, 2], "\"channels_first\""),
        ("Conv3D", ["filters": 2, "kernel_size": 1], [2, 3, 3, 2], "takes 4-dimensional examples"),
        (
            "Conv1DTranspose", ["filters": 2, "kernel_size": 2, "strides": 2, "output_padding": 2], [2, 3, 2],
            "less than the strides of (2,)"
        ),
        (
            "Conv1DTranspose", ["filters": 2, "kernel_size": 2, "output_padding": 0, "padding": "same"], [2, 3, 2],
            "no transposed convolution"
        ),
        ("Conv2DTranspose", ["filters": 2, "kernel_size": 2, "groups": 2], [2, 3, 3, 2], "\"groups\""),
        ("DepthwiseConv1D", ["kernel_size": 2, "padding": "causal"], [2, 3, 2], "\"valid\" or \"same\""),
        ("LocallyConnected1D", ["filters": 1, "kernel_size": 4], [2, 3, 2], "does not fit"),
        ("LocallyConnected1D", ["filters": 1, "kernel_size": 2, "padding": "same"], [2, 3, 2], "should be \"valid\""),
        ("LocallyConnected1D", ["filters": 1, "kernel_size": 2, "implementation": 4], [2, 3, 2], "1, 2 or 3, not 4"),
        (
            "LocallyConnected1D", ["filters": 1, "kernel_size": 70000, "implementation": 2, "padding": "same"],
            [2, 3, 2], "65536 places"
        ),
        (
            "LocallyConnected1D", ["filters": 1, "kernel_size": 3, "implementation": 2], [1, 5000, 1],
            "too many connections"
        ),
        ("MaxPooling1D", ["pool_size": 4], [2, 3, 2], "does not fit"),
        ("AveragePooling3D", ["pool_size": [1, 1, 3]], [2, 3, 3, 2, 2], "does not fit"),
        ("GlobalMaxPooling1D", [:], [2, 0, 2], "nothing to pool"),
        ("ZeroPadding3D", ["padding": [1, 2]], [2, 3, 3, 2, 2], "3 of them, or 3 pairs"),
        ("ZeroPadding1D", ["padding": [1, -2]], [2, 3, 3], "from 0"),
        ("Cropping1D", ["cropping": [1, 2]], [2, 3, 3], "nothing is left"),
        ("Cropping2D", ["cropping": [[1, 2, 3], [1, 1]]], [2, 3, 3, 2], "2 pairs"),
    ]

    @Test(arguments: refusals) func whatDoesNotFitIsSaid(_ test: (String, JSON, Shape, String)) throws {
        let text = try #require(refusal(test.0, test.1, inputs: [test.2]))
        #expect(text.contains(test.3), "\(text)")
    }

    @Test func sizesThatOverflowAreRefused() {
        let huge: JSON = .integer(1 << 31)
        for (className, config, input) in [
            ("Conv1DTranspose", ["filters": 1, "kernel_size": 1, "strides": huge], [2, 1 << 20, 1]),
            ("Conv3DTranspose", ["filters": 1, "kernel_size": 1, "strides": huge], [1, 2, 2, 2, 1]),
            ("Conv1DTranspose", ["filters": 1, "kernel_size": huge, "dilation_rate": huge], [1, 2, 1]),
            ("ZeroPadding3D", ["padding": huge], [1, 2, 2, 2, 1]),
            ("SeparableConv1D", ["filters": 1, "kernel_size": 1, "depth_multiplier": huge], [1, 2, 1 << 20]),
            ("DepthwiseConv1D", ["kernel_size": 1, "depth_multiplier": huge], [1, 1 << 20, 1]),
            ("Conv1D", ["filters": huge, "kernel_size": 1], [1, 1 << 20, 1]),
        ] as [(String, JSON, Shape)] {
            #expect(refusal(className, config, inputs: [input])?.contains("too") == true, "\(className)")
        }
    }
}
