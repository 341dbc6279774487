import Graph
import Tensors
import Testing

@Suite struct GraphBuilderTests {
    @Test func equalNodesAreEmittedOnce() {
        let g = GraphBuilder()
        let x = g.input("x", [2, 3])
        #expect(g.unary(.relu, x) == g.unary(.relu, x))
        #expect(g.unary(.relu, x) != g.unary(.relu(maximum: 6), x))
        #expect(g.parameter("w", [3]) == g.parameter("w", [3]))
        #expect(g.constant(1) != g.constant(1, [1]))
        #expect(g.add(x, g.constant(1)) == g.add(x, g.constant(1)))
        #expect(g.add(x, g.constant(1)) != g.add(g.constant(1), x))
        let first = g.emitAll(.sparseCrossEntropy(labelSmoothing: 0), [x, g.input("t", [2])])
        #expect(first == g.emitAll(.sparseCrossEntropy(labelSmoothing: 0), [x, g.input("t", [2])]))
        #expect(first.map(\.output) == [0, 1])
    }

    @Test func dropoutsOfDifferentLayersStayApart() {
        let g = GraphBuilder()
        let x = g.input("x", [4])
        #expect(g.emit(.dropout(rate: 0.5, substream: 1), [x]) != g.emit(.dropout(rate: 0.5, substream: 2), [x]))
    }

    @Test func operationsThatDoNothingAreNotEmitted() {
        let g = GraphBuilder()
        let x = g.input("x", [2, 3])
        #expect(g.scale(x, by: 1) == x)
        #expect(g.reshape(x, [2, 3]) == x)
        #expect(g.sum(x, axes: []) == x)
        #expect(g.mean(x, axes: []) == x)
        #expect(g.nodes.count == 1)
    }

    @Test func usesAreCountedByNodesAndOutputs() {
        let g = GraphBuilder()
        let x = g.input("x", [2])
        let y = g.multiply(x, x)
        let graph = g.build(outputs: [GraphOutput(.result("y"), y), GraphOutput(.result("x"), x)])
        #expect(graph.useCounts() == [x: 3, y: 1])
        #expect(graph.result("y") == y)
        #expect(graph.result("z") == nil)
    }

    @Test func anOperationsNameHasNoAttributes() {
        #expect(Op.scale(2).name == "scale")
        #expect(Op.softmax.name == "softmax")
        #expect(Op.unary(.relu).name == "unary")
    }
}
