import TestSupport
import Tensors
import Testing

@testable import Graph

@Suite struct CostTests {
    @Test func aProductCountsTwoPerElementAndTerm() throws {
        for (ta, tb) in [(false, false), (true, false), (false, true), (true, true)] {
            let g = GraphBuilder()
            let a = g.input("a", ta ? [5, 3] : [3, 5])
            let y = g.matmul(a, g.input("b", tb ? [4, 5] : [5, 4]), transposeLeft: ta, transposeRight: tb)
            #expect(g.build(outputs: [GraphOutput(.result("y"), y)]).flops.forward == 2 * 3 * 5 * 4)
        }
    }

    /// The first two layers of Keras' MNIST network: a 3 × 3 convolution of 28 × 28 × 1 to 32 filters.
    @Test func aConvolutionCountsItsTaps() {
        let geometry = ConvolutionGeometry(
            batch: 8, input: [28, 28], inputChannels: 1, output: [26, 26], outputChannels: 32, kernel: [3, 3],
            strides: [1, 1], dilations: [1, 1], paddingBefore: [0, 0], paddingAfter: [0, 0], groups: 1)
        let g = GraphBuilder()
        let (x, kernel) = (g.input("x", geometry.inputShape), g.parameter("k", geometry.kernelShape))
        let y = g.emit(.convolution(geometry, hasBias: false, activation: nil), [x, kernel])
        let forward = 2 * 8 * 26 * 26 * 32 * 9
        #expect(g.build(outputs: [GraphOutput(.result("y"), y)]).flops == (forward, 0))
        _ = g.gradients(of: g.sumAll(y), withRespectTo: [kernel])
        let gradients = g.nodes.filter { $0.op.name == "convolutionKernelGradient" }
        let graph = g.build(outputs: [])
        #expect(gradients.map { graph.flops(of: $0) } == [forward])
        #expect(graph.flops.backward >= forward)
    }

    @Test func groupsDivideTheWork() {
        let geometry = ConvolutionGeometry(
            batch: 1, input: [4, 4], inputChannels: 6, output: [4, 4], outputChannels: 6, kernel: [1, 1],
            strides: [1, 1], dilations: [1, 1], paddingBefore: [0, 0], paddingAfter: [0, 0], groups: 6)
        let g = GraphBuilder()
        let y = g.emit(
            .convolution(geometry, hasBias: false, activation: nil),
            [g.input("x", geometry.inputShape), g.parameter("k", geometry.kernelShape)])
        #expect(g.build(outputs: [GraphOutput(.result("y"), y)]).flops.forward == 2 * 16 * 6)
    }

    @Test func shapesAndCopiesAreFree() {
        let g = GraphBuilder()
        let x = g.input("x", [2, 3])
        let y = g.emit(.transpose([1, 0]), [g.reshape(x, [3, 2])])
        #expect(g.build(outputs: [GraphOutput(.result("y"), y)]).flops.forward == 0)
    }
}
