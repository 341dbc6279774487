import Graph
import JSON
import Layers
import TestSupport
import Tensors
import Testing

@Suite struct SequenceLayerTests {
    private func inner(_ className: String, _ config: JSON) -> JSON {
        ["class_name": .string(className), "config": config]
    }

    /// Calls a layer on given numbers; the outputs' values, and the masks they carry.
    private func run(
        _ className: String, _ config: JSON, _ inputs: [DoubleArray], parameters: [String: [Double]],
        masks: [Int: DoubleArray] = [:], call: LayerCall = [], generation: KerasGeneration = .keras3
    ) throws -> (outputs: [[Double]], masks: [[Double]?], shapes: [Shape]) {
        let g = GraphBuilder()
        let scope = LayerScope(builder: g, options: .inference)
        let layer = try LayerCatalog.make(
            LayerSpecification(className: className, name: "l", config: config), generation: generation)
        var interpreter = GraphInterpreter()
        let values = inputs.enumerated().map { index, array in
            interpreter.inputs["x\(index)"] = array.values
            return g.input("x\(index)", array.shape)
        }
        for (index, mask) in masks {
            interpreter.inputs["m\(index)"] = mask.values
            scope.setMask(g.input("m\(index)", mask.shape), of: values[index])
        }
        let outputs = try scope.within("l", className: className) { scope in
            try scope.calling(call) { try layer(values, in: scope) }
        }
        for (name, numbers) in parameters { interpreter.parameters[ParameterPath("l." + name)] = numbers }
        let given = outputs.map { scope.mask(of: $0) }
        let results = outputs.enumerated().map { GraphOutput(.result("y\($0.offset)"), $0.element) }
        let marks = given.enumerated().compactMap { index, mask in
            mask.map { GraphOutput(.result("mask\(index)"), $0) }
        }
        let found = interpreter.run(g.build(outputs: results + marks))
        return (
            outputs.indices.map { found.result("y\($0)") ?? [] }, outputs.indices.map { found.result("mask\($0)") },
            outputs.map { g.shape(of: $0) }
        )
    }

    private func sums(_ x: [Double], _ shape: Shape) -> DoubleArray { DoubleArray(shape: shape, values: x) }

    /// Running sums: h' = x + h.
    private let adding: JSON = ["units": 1, "activation": "linear", "use_bias": false]
    private let ones: [String: [Double]] = ["kernel": [1], "recurrent_kernel": [1]]

    private func adding(_ settings: JSON) -> JSON {
        .object((adding.object ?? [:]).merging(settings.object ?? [:]) { $1 })
    }

    @Test func whatASequenceReturns() throws {
        let x = sums([1, 2, 4], [1, 3, 1])
        func outputs(_ settings: JSON) throws -> [[Double]] {
            try run("SimpleRNN", adding(settings), [x], parameters: ones).outputs
        }
        #expect(try outputs([:]) == [[7]])
        #expect(try outputs(["return_sequences": true]) == [[1, 3, 7]])
        #expect(try outputs(["return_sequences": true, "go_backwards": true]) == [[4, 6, 7]])
        #expect(try outputs(["return_sequences": true, "return_state": true]) == [[1, 3, 7], [7]])
        #expect(try outputs(["return_state": true]) == [[7], [7]])
    }

    @Test func statesComeBehindOrByKeyword() throws {
        let (x, h) = (sums([1, 2], [1, 2, 1]), sums([10], [1, 1]))
        let names = ["x", "h"].map { TensorReference(layer: $0) }
        for call in [[], LayerCall(names), LayerCall(names, keywords: [nil, "initial_state"])] as [LayerCall] {
            #expect(try run("SimpleRNN", adding, [x, h], parameters: ones, call: call).outputs == [[13]])
        }
        let mask = LayerCall(names, keywords: [nil, "mask"])
        let found = try run("SimpleRNN", adding, [x, sums([0, 1], [1, 2])], parameters: ones, call: mask)
        #expect(found.outputs == [[2]])
        let problem = refusal("LSTM", ["units": 2], inputs: [[1, 2, 1], [1, 2]])
        #expect(problem?.contains("it has 2 states, and 1 are given") == true)
        #expect(refusal("LSTM", ["units": 2], inputs: [[1, 2, 1], [1, 2], [1, 3]])?.contains("is (3,)") == true)
        #expect(
            refusal("LSTM", ["units": 2, "activation": "softmax"], inputs: [[1, 2, 1]])?.contains("single") == true)
        #expect(refusal("LSTM", ["units": 2], inputs: [[1, 2]])?.contains("it takes sequences") == true)
    }

    @Test func masksHideSteps() throws {
        let x = sums([1, 2, 4, 1, 2, 4], [2, 3, 1])
        let mask = sums([1, 0, 1, 0, 0, 0], [2, 3])
        func found(_ settings: JSON) throws -> ([[Double]], [Double]?) {
            let result = try run("SimpleRNN", adding(settings), [x], parameters: ones, masks: [0: mask])
            return (result.outputs, result.masks[0])
        }
        #expect(try found([:]) == ([[5, 0]], nil))
        #expect(try found(["return_sequences": true]) == ([[1, 1, 5, 0, 0, 0]], mask.values))
        #expect(try found(["return_sequences": true, "zero_output_for_mask": true]).0 == [[1, 0, 5, 0, 0, 0]])
        #expect(try found(["return_sequences": true, "go_backwards": true]).0 == [[4, 4, 5, 0, 0, 0]])
    }

    @Test func lookingUpZeroMasks() throws {
        let config: JSON = ["input_dim": 3, "output_dim": 1, "mask_zero": true]
        let found = try run("Embedding", config, [sums([2, 0, 1], [1, 3])], parameters: ["embeddings": [5, 6, 7]])
        #expect(found.outputs == [[7, 5, 6]] && found.masks == [[1, 0, 1]])
        let masking = try run("Masking", ["mask_value": 2], [sums([2, 2, 2, 3], [1, 2, 2])], parameters: [:])
        #expect(masking.outputs == [[0, 0, 2, 3]] && masking.masks == [[0, 1]])
    }

    @Test func bothDirections() throws {
        let x = sums([1, 2, 4], [1, 3, 1])
        var parameters: [String: [Double]] = [:]
        for (name, numbers) in ones {
            parameters["forward_rnn." + name] = numbers
            parameters["backward_rnn." + name] = numbers
        }
        func found(_ settings: JSON, merge: JSON = "concat", mask: DoubleArray? = nil) throws -> [[Double]] {
            var config = adding(settings)
            config["name"] = "rnn"
            let result = try run(
                "Bidirectional", ["layer": inner("SimpleRNN", config), "merge_mode": merge], [x],
                parameters: parameters, masks: mask.map { [0: $0] } ?? [:])
            #expect(result.masks[0] == (settings["return_sequences"] == true ? mask?.values : nil))
            return result.outputs
        }
        #expect(try found([:]) == [[7, 7]])
        #expect(try found(["return_sequences": true]) == [[1, 7, 3, 6, 7, 4]])
        #expect(try found(["return_sequences": true], merge: nil) == [[1, 3, 7], [7, 6, 4]])
        #expect(try found(["return_sequences": true, "return_state": true], merge: "mul") == [[7, 18, 28], [7], [7]])
        // The first sequence backwards, the second turned around.
        #expect(try found(["return_sequences": true, "go_backwards": true], merge: nil) == [[4, 6, 7], [7, 3, 1]])
        let masked = try found(["return_sequences": true], merge: nil, mask: sums([1, 0, 1], [1, 3]))
        #expect(masked == [[1, 0, 5], [5, 0, 4]])
    }

    @Test func namesOfDirectionsAreTheSameWhicheverKerasWroteThem() throws {
        func paths(_ config: JSON) throws -> [String] {
            try LayerCheck("Bidirectional", config, inputs: [[1, 2, 1]]).specs.map(\.path.description)
        }
        let keras2 = inner("SimpleRNN", ["units": 1, "name": "rnn"])
        let keras3 = inner("SimpleRNN", ["units": 1, "name": "forward_rnn"])
        let backward = inner("SimpleRNN", ["units": 1, "name": "backward_rnn", "go_backwards": true])
        let expected = ["forward_rnn", "backward_rnn"].flatMap { name in
            ["kernel", "recurrent_kernel", "bias"].map { "layer.\(name).\($0)" }
        }
        #expect(try paths(["layer": keras2]) == expected)
        #expect(try paths(["layer": keras3, "backward_layer": backward]) == expected)
        #expect(throws: LayerError.self) { try paths(["layer": keras2, "backward_layer": keras3]) }
        #expect(throws: LayerError.self) { try paths(["layer": inner("Dense", ["units": 1])]) }
        #expect(throws: UnknownLayerError.self) { try paths(["layer": inner("Mystery", [:])]) }
    }

    /// The stored order of cuDNN's numbers, against the plain layer with the numbers put in its own.
    @Test(arguments: [("CuDNNLSTM", "LSTM", 4), ("CuDNNGRU", "GRU", 3)])
    func cuDNNsLayout(_ cuDNN: String, _ plain: String, _ gates: Int) throws {
        let (width, units) = (2, 3)
        let columns = gates * units
        var random = TestValues(seed: 3)
        let x = sums(random.normal(2 * 4 * width), [2, 4, width])
        let kernel = random.normal(width * columns)
        let recurrent = random.normal(units * columns)
        let bias = random.normal(2 * columns)
        var (plainKernel, plainRecurrent) = (kernel, recurrent)
        for gate in 0..<gates {
            for unit in 0..<units {
                for row in 0..<width {
                    // Element (unit, row) of a matrix whose rows lie one behind another.
                    let place = unit * width + row
                    plainKernel[row * columns + gate * units + unit] =
                        kernel[place / units * columns + gate * units + place % units]
                }
                for row in 0..<units {
                    plainRecurrent[row * columns + gate * units + unit] =
                        recurrent[unit * columns + gate * units + row]
                }
            }
        }
        let sum = (0..<columns).map { bias[$0] + bias[columns + $0] }
        let config: JSON = ["units": .integer(units), "return_sequences": true]
        let first = try run(
            cuDNN, config, [x], parameters: ["kernel": kernel, "recurrent_kernel": recurrent, "bias": bias])
        let second = try run(
            plain, config, [x],
            parameters: [
                "kernel": plainKernel, "recurrent_kernel": plainRecurrent, "bias": gates == 4 ? sum : bias,
            ])
        #expect(deviation(first.outputs[0], from: second.outputs[0]) < 1e-12)
    }

    @Test func timeDistributedKeepsMasks() throws {
        let x = sums([1, 2, 3, 4], [1, 2, 2])
        let config: JSON = ["layer": inner("Dense", ["units": 1, "use_bias": false])]
        let mask = sums([0, 1], [1, 2])
        let found = try run("TimeDistributed", config, [x], parameters: ["kernel": [1, 10]], masks: [0: mask])
        #expect(found.outputs == [[21, 43]] && found.masks == [[0, 1]])
        // A mask of every number inside goes to the inner layer; a step counts if anything in it does.
        let words = sums([1, 1, 1, 1, 1, 1], [1, 3, 2, 1])
        let deep = sums([1, 1, 0, 1, 0, 0], [1, 3, 2])
        let inside: JSON = ["layer": inner("SimpleRNN", adding)]
        let sequence = try run("TimeDistributed", inside, [words], parameters: ones, masks: [0: deep])
        #expect(sequence.outputs == [[2, 1, 0]] && sequence.masks == [[1, 1, 0]])
    }

    @Test func aModelGoesOverTime() throws {
        let specification = LayerSpecification(
            className: "TimeDistributed", name: "td", config: ["layer": ["class_name": "Sequential"]])
        let model = try sequential(
            "inner", [2], layer("Dense", "dense", ["units": 1, "use_bias": false]), layer("BatchNormalization", "bn"))
        let wrapped = try LayerCatalog.make(specification, generation: .keras3, models: { _ in model })
        let whole = try functional(
            "whole",
            [
                input("x", [3, 2]),
                Model.Entry(
                    specification: specification, content: .layer(wrapped), calls: [[TensorReference(layer: "x")]]),
            ], inputs: ["x"], outputs: ["td"])
        let registry = try LayerRegistry(whole)
        #expect(registry.parameters.keys.map(\.description).first == "td.dense.kernel")
        #expect(registry.layers["td"]?.parameters.count == 5)
        #expect(registry.owner(of: "td.bn")?.path == "td")
        #expect(registry.outputShapes == [[3, 1]])
    }

    /// Statistics inside a wrapper count the steps of valid examples and no others.
    @Test func aNormalisationOverTimeCountsValidSteps() throws {
        let g = GraphBuilder()
        let scope = LayerScope(builder: g, options: TraceOptions(isTraining: true) { _ in .train })
        let config: JSON = ["layer": inner("BatchNormalization", ["momentum": 0])]
        let layer = try LayerCatalog.make(
            LayerSpecification(className: "TimeDistributed", name: "td", config: config), generation: .keras3)
        _ = try scope.within("td", className: "TimeDistributed") { try layer([g.input("x", [3, 2, 1])], in: $0) }
        var interpreter = GraphInterpreter(
            inputs: ["x": [1, 3, 5, 7, 100, 100]],
            parameters: ["td.gamma": [1], "td.beta": [0], "td.moving_mean": [0], "td.moving_variance": [1]])
        interpreter.validRows = 2
        let run = interpreter.run(g.build(outputs: scope.updates))
        #expect(run.output(.update("td.moving_mean")) == [4])
        #expect(run.output(.update("td.moving_variance")) == [5])
    }

    /// Two cells one above the other are two layers one after the other.
    @Test func stackedCellsAreStackedLayers() throws {
        let x = sums([1, 2, 4], [1, 3, 1])
        let cells: JSON = [
            inner("SimpleRNNCell", adding(["name": "a"])), inner("SimpleRNNCell", adding(["name": "b"])),
        ]
        let stack: JSON = inner("StackedRNNCells", ["cells": cells])
        let parameters = Dictionary(
            uniqueKeysWithValues: ["a", "b"].flatMap { name in ones.map { ("\(name).\($0.key)", $0.value) } })
        let mask = sums([1, 0, 1], [1, 3])
        func outputs(_ cell: JSON, masked: Bool) throws -> [[Double]] {
            let config: JSON = ["cell": cell, "return_sequences": true, "return_state": true]
            return try run("RNN", config, [x], parameters: parameters, masks: masked ? [0: mask] : [:]).outputs
        }
        #expect(try outputs(stack, masked: false) == [[1, 4, 11], [7], [11]])
        #expect(try outputs(cells, masked: true) == [[1, 1, 6], [5], [6]])
        let problem = refusal("RNN", ["cell": inner("MyCell", [:])], inputs: [[1, 2, 1]])
        #expect(problem?.contains("its cell \"MyCell\" is not known") == true)
    }

    @Test(arguments: [false, true], [false, true])
    func convolutionalMasks(_ goesBackwards: Bool, _ zeroes: Bool) throws {
        let config: JSON = [
            "filters": 1, "kernel_size": 1, "return_sequences": true, "return_state": true,
            "go_backwards": .bool(goesBackwards), "zero_output_for_mask": .bool(zeroes),
        ]
        var random = TestValues(seed: 8)
        let parameters = ["kernel": random.normal(4), "recurrent_kernel": random.normal(4), "bias": random.normal(4)]
        let frames = random.normal(3)
        let masked = try run(
            "ConvLSTM1D", config, [sums(frames, [1, 3, 1, 1])], parameters: parameters,
            masks: [0: sums([1, 0, 1], [1, 3])])
        let short = try run(
            "ConvLSTM1D", config, [sums([frames[0], frames[2]], [1, 2, 1, 1])], parameters: parameters)
        let expected = [short.outputs[0][0], zeroes ? 0 : short.outputs[0][0], short.outputs[0][1]]
        #expect(deviation(masked.outputs[0], from: expected) < 1e-12)
        #expect(masked.outputs[1] == short.outputs[1] && masked.outputs[2] == short.outputs[2])
    }

    @Test func aFreshForgetGateForgetsNothing() {
        var values = [Float](repeating: 5, count: 8)
        Initializer.forgetGate(.zeros, units: 2).fill(&values, shape: [8], path: "b", seed: 1)
        #expect(values == [0, 0, 1, 1, 0, 0, 0, 0])
    }
}
