import TestSupport
import Tensors
import Testing

@testable import Graph

@Suite struct PassTests {
    /// Everything a graph gives, by role.
    private func outputs(_ graph: Graph, _ interpreter: GraphInterpreter) -> [GraphOutput.Role: [Double]] {
        let run = interpreter.run(graph)
        return Dictionary(uniqueKeysWithValues: graph.outputs.map { ($0.role, run[$0.value]) })
    }

    @Test(arguments: 0..<40) func everyPassKeepsEveryResult(_ seed: Int) throws {
        let random = RandomGraph(seed: seed, isPadded: seed % 3 == 0)
        let expected = outputs(random.graph, random.interpreter)
        #expect(expected.values.joined().allSatisfy { $0.isFinite })
        var graph = random.graph
        for pass in Pass.standard {
            graph = try graph.applying([pass])
            let found = outputs(graph, random.interpreter)
            #expect(Set(found.keys) == Set(expected.keys))
            for (role, values) in expected {
                #expect(deviation(try #require(found[role]), from: values) < 1e-12, "\(role) after \(pass.name)")
            }
        }
        #expect(graph.nodes.count <= random.graph.nodes.count + graph.outputs.count)
    }

    @Test(arguments: 0..<20) func randomGraphsHaveTrueGradients(_ seed: Int) throws {
        let random = RandomGraph(seed: seed, operations: 8, isPadded: seed % 2 == 0)
        let run = random.interpreter.run(random.graph)
        for output in random.graph.outputs {
            guard case .gradient(let path) = output.role else { continue }
            let count = try #require(random.interpreter.parameters[path]).count
            for index in Set([0, count / 2, count - 1]) {
                func loss(_ change: Double) -> Double {
                    var moved = random.interpreter
                    moved.parameters[path]![index] += change
                    return moved.run(random.graph).result("loss")![0]
                }
                let quotient = (loss(1e-6) - loss(-1e-6)) / 2e-6
                #expect(abs(run[output.value][index] - quotient) < 1e-6 * max(1, abs(quotient)), "\(path)[\(index)]")
            }
        }
    }

    @Test func whatNoOutputNeedsIsDropped() throws {
        let g = GraphBuilder()
        let x = g.input("x", [2])
        _ = g.unary(.exp, g.parameter("unused", [3]))
        let graph = try g.build(outputs: [GraphOutput(.result("y"), g.unary(.relu, x))]).applying([.deadNodes])
        #expect(graph.nodes.map(\.op) == [.input("x", [2]), .unary(.relu)])
    }

    @Test func anActivationJoinsItsProducer() throws {
        let g = GraphBuilder()
        let x = g.input("x", [2, 3])
        let y = g.emit(.linear(hasBias: false, activation: nil), [x, g.parameter("w", [3, 4])])
        let graph = try g.build(outputs: [GraphOutput(.result("y"), g.unary(.swish, y))])
            .applying([.activationFusion])
        #expect(graph.nodes.last?.op == .linear(hasBias: false, activation: .swish))
    }

    @Test func anActivationStaysApartWhereTheValueBeforeItIsRead() throws {
        let g = GraphBuilder()
        let x = g.input("x", [2, 3])
        let y = g.emit(.linear(hasBias: false, activation: nil), [x, g.parameter("w", [3, 4])])
        let twice = try g.build(outputs: [GraphOutput(.result("y"), g.add(g.unary(.relu, y), y))])
            .applying([.activationFusion])
        #expect(twice.nodes.contains { $0.op == .unary(.relu) })
        let given = try g.build(outputs: [GraphOutput(.result("y"), y), GraphOutput(.result("z"), g.unary(.relu, y))])
            .applying([.deadNodes, .activationFusion])
        #expect(given.nodes.contains { $0.op == .unary(.relu) })
    }

    @Test func onlyARectifierJoinsAConvolution() throws {
        for (function, joins) in [
            (UnaryFunction.relu, true), (.relu(maximum: 6), true), (.relu(slope: 0.1), false), (.tanh, false),
        ] {
            let g = GraphBuilder()
            let geometry = ShapeRuleTests.geometry
            let x = g.input("x", geometry.inputShape)
            let y = g.emit(
                .convolution(geometry, hasBias: false, activation: nil), [x, g.parameter("k", geometry.kernelShape)])
            let graph = try g.build(outputs: [GraphOutput(.result("y"), g.unary(function, y))])
                .applying([.activationFusion])
            #expect(graph.nodes.contains { $0.op == .unary(function) } == !joins, "\(function)")
        }
    }

    @Test func fusionHoldsInTrainingToo() throws {
        let g = GraphBuilder()
        let (x, w) = (g.input("x", [2, 3]), g.parameter("w", [3, 4]))
        let y = g.unary(.relu, g.emit(.linear(hasBias: false, activation: nil), [x, w]))
        let loss = g.sumAll(g.unary(.square, y))
        let gradient = try #require(g.gradients(of: loss, withRespectTo: [w])[0])
        let graph = try g.build(outputs: [GraphOutput(.result("loss"), loss), GraphOutput(.gradient("w"), gradient)])
            .applying(Pass.standard)
        #expect(graph.nodes.contains { $0.op == .linear(hasBias: false, activation: .relu) })
        #expect(!graph.nodes.contains { $0.op == .unary(.relu) })
    }

    @Test func aRectifierJoinsANormalisationByTheBatchAndItsGradient() throws {
        for function in [UnaryFunction.relu, .relu(maximum: 6), .relu(slope: 0.1), .tanh] {
            let g = GraphBuilder()
            let attributes = BatchNormAttributes(epsilon: 0.1, hasScale: true, hasOffset: true)
            let parameters = ["x", "gamma", "beta"].map { g.parameter(ParameterPath($0), $0 == "x" ? [5, 3] : [3]) }
            let y = g.unary(function, g.emitAll(.batchNormTraining(attributes), parameters)[0])
            let loss = g.sumAll(g.unary(.square, y))
            let gradients = g.gradients(of: loss, withRespectTo: parameters)
            let graph = try g.build(
                outputs: [GraphOutput(.result("loss"), loss)]
                    + zip(["x", "gamma", "beta"], gradients).map { GraphOutput(.gradient(ParameterPath($0)), $1!) }
            ).applying(Pass.standard)
            var fused = attributes
            fused.activation = function
            let joins = function.isRectifier
            let backward = Op.batchNormGradient(fused, training: true, wants: [.input, .scale, .offset])
            #expect(graph.nodes.contains { $0.op == .batchNormTraining(fused) } == joins, "\(function)")
            #expect(graph.nodes.contains { $0.op == backward } == joins, "\(function)")
            #expect(graph.nodes.contains { $0.op == .unaryGradient(function) } == !joins, "\(function)")
        }
    }

    /// Where something else reads the gradient, or the rectifier's input, both stay apart.
    @Test func aRectifierStaysApartFromAGradientThatIsReadTwice() throws {
        let g = GraphBuilder()
        let attributes = BatchNormAttributes(epsilon: 0.1, hasScale: false, hasOffset: false)
        let (x, shortcut) = (g.parameter("x", [5, 3]), g.parameter("s", [5, 3]))
        let normal = g.emitAll(.batchNormTraining(attributes), [x])[0]
        let loss = g.sumAll(g.unary(.square, g.unary(.relu, g.add(normal, shortcut))))
        let gradients = g.gradients(of: loss, withRespectTo: [x, shortcut])
        let graph = try g.build(outputs: [
            GraphOutput(.gradient("x"), try #require(gradients[0])),
            GraphOutput(.gradient("s"), try #require(gradients[1])),
        ]).applying(Pass.standard)
        var fused = attributes
        (fused.hasResidual, fused.activation) = (true, .relu)
        #expect(graph.nodes.contains { $0.op == .batchNormTraining(fused) })
        #expect(graph.nodes.contains { $0.op == .unaryGradient(.relu) })
    }

    /// The sum of two branches joins the normalisation at the end of the later one, and the rectifier behind it as well;
    /// by the batch or by fixed statistics, whichever operand it is.
    @Test(arguments: [(true, true), (true, false), (false, true), (false, false)])
    func aSumJoinsTheNormalisationBeforeIt(_ byBatch: Bool, _ isFirst: Bool) throws {
        let g = GraphBuilder()
        var attributes = BatchNormAttributes(epsilon: 0.1, hasScale: true, hasOffset: false)
        let (x, other, gamma) = (g.input("x", [5, 3]), g.input("other", [5, 3]), g.input("gamma", [3]))
        let statistics = [g.input("mean", [3]), g.input("variance", [3])]
        func normal(_ x: Value) -> Value {
            byBatch
                ? g.emitAll(.batchNormTraining(attributes), [x, gamma])[0]
                : g.emit(.batchNormInference(attributes, activation: nil), [x, gamma] + statistics)
        }
        let shortcut = normal(other)
        let main = normal(x)
        let y = g.unary(.relu, isFirst ? g.add(main, shortcut) : g.add(shortcut, main))
        let graph = g.build(outputs: [GraphOutput(.result("y"), y)])
        let fused = try graph.applying(Pass.standard)
        attributes.hasResidual = true
        let expected =
            byBatch
            ? Op.batchNormTraining(attributes.with(.relu)) : .batchNormInference(attributes, activation: .relu)
        #expect(fused.nodes.last?.op == expected && !fused.nodes.contains { $0.op == .binary(.add) })
        let interpreter = GraphInterpreter(
            inputs: [
                "x": (0..<15).map { Double($0 * 7 % 5) }, "other": (0..<15).map { Double($0 * 3 % 7) - 3 },
                "gamma": [1, -2, 0.5], "mean": [1, 2, 3], "variance": [2, 1, 0.5],
            ], parameters: [:])
        #expect(outputs(fused, interpreter) == outputs(graph, interpreter))
    }

    @Test func aSumStaysApartFromWhatIsReadTwiceOrSpread() throws {
        let attributes = BatchNormAttributes(epsilon: 0.1, hasScale: false, hasOffset: false)
        func ops(_ sum: (GraphBuilder, Value) -> Value) throws -> [Op] {
            let g = GraphBuilder()
            let normal = g.emitAll(.batchNormTraining(attributes), [g.input("x", [5, 3])])[0]
            return try g.build(outputs: [GraphOutput(.result("y"), sum(g, normal))]).applying(Pass.standard).nodes.map(
                \.op)
        }
        #expect(try ops { g, y in g.add(y, y) }.contains(.binary(.add)))
        #expect(try ops { g, y in g.add(y, g.multiply(y, y)) }.contains(.binary(.add)))
        #expect(try ops { g, y in g.add(g.input("row", [3]), y) }.contains(.binary(.add)))
        #expect(try ops { g, y in g.multiply(g.input("other", [5, 3]), y) }.contains(.binary(.multiply)))
    }

    @Test(arguments: [true, false]) func aPoolingComesBeforeItsRectifier(_ trains: Bool) throws {
        let g = GraphBuilder()
        let geometry = PoolingGeometry(
            batch: 2, input: [5, 4], output: [4, 3], channels: 2, window: [2, 2], strides: [1, 1],
            paddingBefore: [0, 0], paddingAfter: [0, 0])
        let x = g.parameter("x", geometry.inputShape)
        let pooling = Op.pooling(.maximum, geometry, keepsIndices: true)
        let y = g.emit(pooling, [g.unary(.relu, x)])
        let loss = g.sumAll(g.unary(.square, y))
        let gradient = try #require(g.gradients(of: loss, withRespectTo: [x])[0])
        let before = g.build(
            outputs: [GraphOutput(.result("y"), y)] + (trains ? [GraphOutput(.gradient("x"), gradient)] : []))
        let after = try before.applying([.deadNodes, .poolingFirst, .deadNodes])
        let rectifier = try #require(after.nodes.first { $0.op == .unary(.relu) })
        #expect(rectifier.outputs[0].shape == geometry.outputShape)
        for node in after.nodes where node.op == .unaryGradient(.relu) {
            #expect(node.outputs[0].shape == geometry.outputShape)
        }
        var values = TestValues(seed: 3)
        let interpreter = GraphInterpreter(parameters: ["x": values.normal(geometry.inputShape.count)])
        let (expected, found) = (interpreter.run(before), interpreter.run(after))
        #expect(found.output(.result("y")) == expected.output(.result("y")))
        if trains { #expect(found.output(.gradient("x")) == expected.output(.gradient("x"))) }
    }

    /// MobileNet's strided convolutions: zeros after the picture, then windows of 3 in steps of 2.
    @Test(arguments: [1, 4]) func zerosAroundAPictureBecomeTheConvolutionsPadding(_ groups: Int) throws {
        let g = GraphBuilder()
        let x = g.parameter("x", [2, 6, 8, 4])
        let padded = g.emit(.pad(before: [0, 0, 1, 0], after: [0, 1, 2, 0], interior: [0, 0, 0, 0]), [x])
        let geometry = ConvolutionGeometry(
            batch: 2, input: [7, 11], inputChannels: 4, output: [3, 5], outputChannels: 8, kernel: [3, 3],
            strides: [2, 2], dilations: [1, 1], paddingBefore: [0, 0], paddingAfter: [0, 0], groups: groups)
        let kernel = g.parameter("k", geometry.kernelShape)
        let y = g.emit(.convolution(geometry, hasBias: false, activation: nil), [padded, kernel])
        let gradients = g.gradients(of: g.sumAll(g.unary(.square, y)), withRespectTo: [x, kernel])
        let before = g.build(outputs: [
            GraphOutput(.result("y"), y), GraphOutput(.gradient("x"), try #require(gradients[0])),
            GraphOutput(.gradient("k"), try #require(gradients[1])),
        ])
        let after = try before.applying([.deadNodes, .paddingFolding, .deadNodes])
        for node in after.nodes {
            if case .pad = node.op { Issue.record("the padding is still there") }
            if case .slice = node.op { Issue.record("the crop is still there") }
        }
        var values = TestValues(seed: 5)
        let interpreter = GraphInterpreter(
            parameters: ["x": values.normal(384), "k": values.normal(geometry.kernelShape.count)])
        let (expected, found) = (interpreter.run(before), interpreter.run(after))
        for role in before.outputs.map(\.role) {
            let pairs = zip(try #require(found.output(role)), try #require(expected.output(role)))
            let worst = pairs.map { abs($0 - $1) }.max() ?? .infinity
            #expect(worst < 1e-4, "\(role)")
        }
    }

    /// What else reads the padded value needs it, and a window wholly in the padding has no fast kernel.
    @Test(arguments: [true, false]) func zerosThatAreNeededStay(_ readTwice: Bool) throws {
        let g = GraphBuilder()
        let x = g.parameter("x", [1, 4, 4, 2])
        let width = readTwice ? 1 : 3
        let padded = g.emit(.pad(before: [0, width, 0, 0], after: [0, 0, 0, 0], interior: [0, 0, 0, 0]), [x])
        let geometry = ConvolutionGeometry(
            batch: 1, input: [4 + width, 4], inputChannels: 2, output: [2 + width, 2], outputChannels: 3,
            kernel: [3, 3], strides: [1, 1], dilations: [1, 1], paddingBefore: [0, 0], paddingAfter: [0, 0], groups: 1)
        let kernel = g.parameter("k", geometry.kernelShape)
        let y = g.emit(.convolution(geometry, hasBias: false, activation: nil), [padded, kernel])
        let other = readTwice ? [GraphOutput(.result("z"), g.unary(.tanh, padded))] : []
        let graph = g.build(outputs: [GraphOutput(.result("y"), y)] + other)
        #expect(try graph.applying([.paddingFolding, .deadNodes]).nodes.count == graph.nodes.count)
    }

    /// A rectifier that something else reads stays where it is.
    @Test func aPoolingStaysBehindARectifierThatIsReadTwice() throws {
        let g = GraphBuilder()
        let geometry = ShapeRuleTests.window
        let positive = g.unary(.relu, g.parameter("x", geometry.inputShape))
        let y = g.emit(.pooling(.maximum, geometry, keepsIndices: false), [positive])
        let graph = try g.build(outputs: [GraphOutput(.result("y"), y), GraphOutput(.result("z"), positive)])
            .applying([.poolingFirst])
        #expect(graph.nodes.first { $0.op == .unary(.relu) }?.outputs[0].shape == geometry.inputShape)
    }

    @Test func winnersThatNobodyReadsAreNotWrittenDown() throws {
        let g = GraphBuilder()
        let geometry = ShapeRuleTests.window
        let x = g.parameter("x", geometry.inputShape)
        let y = g.emit(.pooling(.maximum, geometry, keepsIndices: true), [x])
        let forward = try g.build(outputs: [GraphOutput(.result("y"), y)]).applying([.unusedIndices])
        #expect(forward.nodes.last?.op == .pooling(.maximum, geometry, keepsIndices: false))
        let loss = g.sumAll(y)
        let gradient = try #require(g.gradients(of: loss, withRespectTo: [x])[0])
        let training = try g.build(outputs: [GraphOutput(.gradient("x"), gradient)])
            .applying([.deadNodes, .unusedIndices])
        #expect(training.nodes.contains { $0.op == .pooling(.maximum, geometry, keepsIndices: true) })
    }

    @Test func equalGradientsGetPlacesOfTheirOwn() throws {
        let g = GraphBuilder()
        let (a, b) = (g.parameter("a", [2]), g.parameter("b", [2]))
        let loss = g.sumAll(g.add(a, b))
        let gradients = g.gradients(of: loss, withRespectTo: [a, b])
        #expect(gradients[0] == gradients[1])
        let graph = try g.build(outputs: [
            GraphOutput(.gradient("a"), try #require(gradients[0])),
            GraphOutput(.gradient("b"), try #require(gradients[1])),
            GraphOutput(.update("a"), b),
        ]).applying([.distinctGradients])
        #expect(Set(graph.outputs.map(\.value)).count == 3)
        #expect(graph.outputs.allSatisfy { !graph.nodes[$0.value.node].op.isSource })
        let run = GraphInterpreter(parameters: ["a": [1, 2], "b": [3, 4]]).run(graph)
        #expect(run.output(.gradient("a")) == [1, 1])
        #expect(run.output(.gradient("b")) == [1, 1])
        #expect(run.output(.update("a")) == [3, 4])
    }
}
