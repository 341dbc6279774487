import TestSupport
import Tensors
import Testing

@testable import Graph

/// What is frozen costs nothing: a backward pass holds only the operations that lead to what trains.
@Suite struct PruningTests {
    private let geometry = ConvolutionGeometry(
        batch: 2, input: [4, 4], inputChannels: 1, output: [2, 2], outputChannels: 3, kernel: [3, 3], strides: [1, 1],
        dilations: [1, 1], paddingBefore: [0, 0], paddingAfter: [0, 0], groups: 1)

    /// convolution – relu – linear – loss; gives the names of the backward operations.
    private func backward(training: Set<ParameterPath>) -> [String] {
        let g = GraphBuilder()
        let x = g.input("x", geometry.inputShape)
        let kernel = g.parameter("conv.kernel", geometry.kernelShape)
        let bias = g.parameter("conv.bias", [3])
        let weights = g.parameter("dense.kernel", [12, 2])
        let offset = g.parameter("dense.bias", [2])
        let y = g.unary(.relu, g.emit(.convolution(geometry, hasBias: true, activation: nil), [x, kernel, bias]))
        let z = g.emit(.linear(hasBias: true, activation: nil), [g.reshape(y, [2, 12]), weights, offset])
        let loss = g.sumAll(g.unary(.square, z))
        let targets = [kernel, bias, weights, offset].filter {
            if case .parameter(let path, _) = g.node(of: $0).op { training.contains(path) } else { false }
        }
        let before = g.nodes.count
        #expect(g.gradients(of: loss, withRespectTo: targets).allSatisfy { $0 != nil })
        return g.nodes[before...].map(\.op.name)
    }

    @Test func everythingTrains() {
        let names = backward(training: ["conv.kernel", "conv.bias", "dense.kernel", "dense.bias"])
        #expect(names.filter { $0 == "matmul" }.count == 2)
        #expect(names.filter { $0 == "convolutionKernelGradient" }.count == 1)
        #expect(!names.contains("convolutionInputGradient"))
    }

    @Test func aFrozenBaseHasNoBackwardPass() {
        let names = backward(training: ["dense.kernel", "dense.bias"])
        #expect(names.filter { $0 == "matmul" }.count == 1)
        #expect(!names.contains { $0.hasPrefix("convolution") })
        #expect(names.filter { $0 == "unaryGradient" }.count == 1)
    }

    @Test func aFrozenHeadPassesOnOnlyWhatTheBaseNeeds() {
        let names = backward(training: ["conv.kernel"])
        #expect(names.filter { $0 == "matmul" }.count == 1)
        #expect(names.filter { $0 == "convolutionKernelGradient" }.count == 1)
    }

    @Test func aBiasAloneIsASum() {
        let names = backward(training: ["conv.bias"])
        #expect(!names.contains { $0.hasPrefix("convolution") })
        #expect(names.filter { $0 == "reduce" }.count == 1)
        #expect(backward(training: ["dense.bias"]).filter { $0 == "matmul" }.isEmpty)
    }

    @Test func aKernelWithAFrozenBiasHasNoBiasGradient() {
        let g = GraphBuilder()
        let (x, kernel) = (g.input("x", geometry.inputShape), g.parameter("kernel", geometry.kernelShape))
        let op = Op.convolution(geometry, hasBias: true, activation: nil)
        let loss = g.sumAll(g.emit(op, [x, kernel, g.parameter("bias", [3])]))
        _ = g.gradients(of: loss, withRespectTo: [kernel])
        #expect(g.nodes.contains { $0.op == .convolutionKernelGradient(geometry, hasBias: false) })
        #expect(!g.nodes.contains { $0.op == .convolutionKernelGradient(geometry, hasBias: true) })
    }

    @Test func aNormalisationGivesOnlyWhatIsWanted() {
        let attributes = BatchNormAttributes(epsilon: 1e-3, hasScale: true, hasOffset: true)
        for (training, wants): ([Int], BatchNormGradients) in [
            ([0], .input), ([1], .scale), ([2], .offset), ([1, 2], [.scale, .offset]), ([0, 2], [.input, .offset]),
        ] {
            let g = GraphBuilder()
            let values = [g.input("x", [4, 3]), g.parameter("gamma", [3]), g.parameter("beta", [3])]
            let loss = g.sumAll(g.unary(.square, g.emitAll(.batchNormTraining(attributes), values)[0]))
            _ = g.gradients(of: loss, withRespectTo: training.map { values[$0] })
            #expect(g.nodes.contains { $0.op == .batchNormGradient(attributes, training: true, wants: wants) })
        }
    }

    @Test func aJoinGivesOnlyTheBranchThatTrains() {
        let g = GraphBuilder()
        let (frozen, trained) = (g.parameter("a", [2, 1]), g.parameter("b", [2, 3]))
        let loss = g.sumAll(g.unary(.square, g.emit(.concatenate(axis: 1), [frozen, trained])))
        _ = g.gradients(of: loss, withRespectTo: [trained])
        #expect(g.nodes.filter { $0.op.name == "slice" }.count == 1)
    }

    @Test func whatTheLossDoesNotDependOnHasNoGradient() {
        let g = GraphBuilder()
        let (used, unused) = (g.parameter("used", [2]), g.parameter("unused", [2]))
        let elsewhere = g.unary(.exp, unused)
        let gradients = g.gradients(of: g.sumAll(used), withRespectTo: [used, unused, elsewhere])
        #expect(gradients[0] != nil)
        #expect(gradients[1] == nil)
        #expect(gradients[2] == nil)
    }

    @Test func aParameterThatIsTheLossHasGradientOne() throws {
        let g = GraphBuilder()
        let loss = g.parameter("loss", .scalar)
        let gradient = try #require(g.gradients(of: loss, withRespectTo: [loss])[0])
        #expect(g.node(of: gradient).op == .constant(1, .scalar))
    }

    @Test func backwardNodesAreMarkedAndBelongToTheirLayer() {
        let g = GraphBuilder()
        let x = g.input("x", [2, 3])
        g.scope = "dense"
        let y = g.matmul(x, g.parameter("dense.kernel", [3, 2]))
        g.scope = "loss"
        let loss = g.sumAll(g.unary(.square, y))
        let before = g.nodes.count
        _ = g.gradients(of: loss, withRespectTo: [g.parameter("dense.kernel", [3, 2])])
        #expect(g.nodes[..<before].allSatisfy { !$0.isBackward })
        #expect(g.nodes[before...].allSatisfy { $0.isBackward })
        #expect(g.nodes[before...].filter { $0.op.name == "matmul" }.map(\.scope) == ["dense"])
        #expect(g.scope == "loss" && !g.isBackward)
    }
}
