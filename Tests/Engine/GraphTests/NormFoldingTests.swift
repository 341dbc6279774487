import TestSupport
import Tensors
import Testing

@testable import Graph

@Suite struct NormFoldingTests {
    /// x → convolution or product → normalisation by fixed statistics → swish, and a loss whose gradient goes to `x`.
    private struct Problem {
        let graph: Graph
        let interpreter: GraphInterpreter
        var all: Set<ParameterPath> { Set(interpreter.parameters.keys).subtracting(["x"]) }

        init(isConvolution: Bool, hasBias: Bool, attributes: BatchNormAttributes) {
            let g = GraphBuilder()
            var random = TestValues(seed: 7)
            var interpreter = GraphInterpreter()
            func parameter(_ name: String, _ shape: Shape, positive: Bool = false) -> Value {
                interpreter.parameters[ParameterPath(name)] =
                    positive ? random.uniform(shape.count, in: 0.5...2) : random.normal(shape.count)
                return g.parameter(ParameterPath(name), shape)
            }
            let geometry = ConvolutionGeometry(
                batch: 2, input: [5, 4], inputChannels: 3, output: [5, 4], outputChannels: 4, kernel: [3, 3],
                strides: [1, 1], dilations: [1, 1], paddingBefore: [1, 1], paddingAfter: [1, 1], groups: 1)
            let x = parameter("x", isConvolution ? geometry.inputShape : [6, 3])
            let kernel = parameter("kernel", isConvolution ? geometry.kernelShape : [3, 4])
            let operands = [x, kernel] + (hasBias ? [parameter("bias", [4])] : [])
            let y = g.emit(
                isConvolution
                    ? .convolution(geometry, hasBias: hasBias, activation: nil)
                    : .linear(hasBias: hasBias, activation: nil), operands)
            let affine =
                (attributes.hasScale ? [parameter("gamma", [4])] : [])
                + (attributes.hasOffset ? [parameter("beta", [4])] : [])
            let statistics = [parameter("mean", [4]), parameter("variance", [4], positive: true)]
            let z = g.emit(.batchNormInference(attributes, activation: nil), [y] + affine + statistics)
            let loss = g.sumAll(g.unary(.swish, z))
            let gradient = g.gradients(of: loss, withRespectTo: [x])[0]!
            graph = g.build(outputs: [
                GraphOutput(.result("z"), z), GraphOutput(.result("loss"), loss), GraphOutput(.gradient("x"), gradient),
            ])
            self.interpreter = interpreter
        }
    }

    @Test(arguments: [true, false], [true, false]) func aFixedNormalisationIsFolded(
        _ isConvolution: Bool, _ hasBias: Bool
    ) throws {
        for (hasScale, hasOffset) in [(true, true), (true, false), (false, true), (false, false)] {
            let attributes = BatchNormAttributes(epsilon: 0.01, hasScale: hasScale, hasOffset: hasOffset)
            let problem = Problem(isConvolution: isConvolution, hasBias: hasBias, attributes: attributes)
            let folded = try problem.graph.applying([.normFolding(constants: problem.all), .deadNodes])
            #expect(!folded.nodes.contains { if case .batchNormInference = $0.op { true } else { false } })
            #expect(!folded.nodes.contains { if case .batchNormGradient = $0.op { true } else { false } })
            let (expected, found) = (problem.interpreter.run(problem.graph), problem.interpreter.run(folded))
            for output in problem.graph.outputs {
                let role = output.role
                let (values, wanted) = (try #require(found.output(role)), try #require(expected.output(role)))
                #expect(deviation(values, from: wanted) < 1e-12, "\(role)")
            }
        }
    }

    /// What is folded is worked out once: nothing that runs in every step reads a statistic or scales a gradient.
    @Test func nothingOfTheNormalisationIsLeftInAStep() throws {
        let attributes = BatchNormAttributes(epsilon: 0.01, hasScale: true, hasOffset: true)
        let problem = Problem(isConvolution: true, hasBias: false, attributes: attributes)
        let folded = try problem.graph.applying(Pass.standard(constants: problem.all))
        let isConstant = folded.constantNodes(problem.all)
        let names = folded.nodes.indices.filter { !isConstant[$0] && !folded.nodes[$0].op.isSource }
            .map { folded.nodes[$0].op.name }
        let expected = ["convolution", "unary", "reduce", "unaryGradient", "convolutionInputGradient", "expand"]
        #expect(Set(names).isSubset(of: expected))
    }

    @Test(arguments: ["kernel", "gamma", "beta", "mean", "variance"]) func whatMayChangeIsNotFolded(
        _ changing: String
    ) throws {
        let attributes = BatchNormAttributes(epsilon: 0.01, hasScale: true, hasOffset: true)
        let problem = Problem(isConvolution: true, hasBias: true, attributes: attributes)
        let constants = problem.all.subtracting([ParameterPath(changing)])
        let graph = try problem.graph.applying([.normFolding(constants: constants)])
        #expect(graph.nodes.contains { $0.op == .batchNormInference(attributes, activation: nil) })
    }

    @Test func aProductThatIsReadElsewhereStaysAsItIs() throws {
        let g = GraphBuilder()
        let attributes = BatchNormAttributes(epsilon: 0.01, hasScale: false, hasOffset: false)
        let y = g.emit(.linear(hasBias: false, activation: nil), [g.input("x", [2, 3]), g.parameter("w", [3, 4])])
        let statistics = [g.parameter("mean", [4]), g.parameter("variance", [4])]
        let z = g.emit(.batchNormInference(attributes, activation: nil), [y] + statistics)
        let graph = g.build(outputs: [GraphOutput(.result("y"), y), GraphOutput(.result("z"), z)])
        let folded = try graph.applying([.normFolding(constants: ["w", "mean", "variance"])])
        #expect(folded.nodes.contains { $0.op == .batchNormInference(attributes, activation: nil) })
    }

    @Test func constantsAreWhatOnlyConstantsMake() throws {
        let g = GraphBuilder()
        let (w, v) = (g.parameter("w", [2]), g.parameter("v", [2]))
        let known = g.add(g.unary(.sqrt, w), g.constant(1))
        let given = g.scale(w, by: 2)
        let drawn = g.emit(.dropout(rate: 0.5, substream: 1), [w])
        let mixed = g.add(known, v)
        let graph = g.build(outputs: [
            GraphOutput(.result("a"), mixed), GraphOutput(.result("b"), given), GraphOutput(.result("c"), drawn),
        ])
        let isConstant = graph.constantNodes(["w"])
        #expect([w, known].allSatisfy { isConstant[$0.node] })
        #expect([v, given, drawn, mixed].allSatisfy { !isConstant[$0.node] })
    }
}
