import Tensors
import Testing

@testable import Graph

@Suite struct TrafficTests {
    private func bytes(_ g: GraphBuilder, _ value: Value) -> Int {
        g.build(outputs: [GraphOutput(.result("y"), value)]).bytes(of: g.nodes[value.node])
    }

    @Test func everyOperandIsReadAndEveryResultWrittenOnce() {
        let g = GraphBuilder()
        let (a, b) = (g.input("a", [3, 5]), g.input("b", [5, 4]))
        let y = g.matmul(a, b)
        #expect(bytes(g, y) == 4 * (15 + 20 + 12))
        #expect(bytes(g, g.add(y, y)) == 4 * 36)
    }

    @Test func sourcesAndViewsMoveNothingAndLookUpsOnlyTheirRows() {
        let g = GraphBuilder()
        let table = g.parameter("t", [1000, 8])
        let indices = g.input("i", [6])
        #expect(bytes(g, table) == 0)
        #expect(bytes(g, g.reshape(indices, [2, 3])) == 0)
        let rows = g.emit(.gather, [table, indices])
        #expect(bytes(g, rows) == 4 * (2 * 6 * 8 + 6))
    }

    @Test func eachKindIsHeldAgainstItsOwnRate() {
        let geometry = ConvolutionGeometry(
            batch: 1, input: [4, 4], inputChannels: 2, output: [4, 4], outputChannels: 2, kernel: [1, 1],
            strides: [1, 1], dilations: [1, 1], paddingBefore: [0, 0], paddingAfter: [0, 0], groups: 1)
        #expect(Op.convolutionInputGradient(geometry).bound == .convolution)
        #expect(Op.linear(hasBias: true, activation: nil).bound == .product)
        #expect(Op.softmax.bound == .memory)
    }
}
