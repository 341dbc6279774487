import TestSupport
import Tensors
import Testing

@testable import Graph

@Suite struct GraphVerifierTests {
    private func node(_ op: Op, _ inputs: [Value] = [], _ outputs: [ValueType]) -> Node {
        Node(op: op, inputs: inputs, outputs: outputs, scope: "", isBackward: false)
    }

    private func problem(_ nodes: [Node], _ outputs: [GraphOutput] = []) -> String? {
        do {
            try Graph(nodes: nodes, outputs: outputs).verify(after: "a pass")
            return nil
        } catch { return "\(error)" }
    }

    private var x: Node { node(.input("x", [2]), [], [ValueType([2])]) }
    private var w: Node { node(.parameter("w", [2]), [], [ValueType([2])]) }

    @Test func aSoundGraphPasses() {
        for seed in 0..<10 {
            #expect(throws: Never.self) { try RandomGraph(seed: seed).graph.verify(after: "tracing") }
        }
    }

    @Test func aValueMustComeBeforeItsUser() throws {
        let later = node(.unary(.relu), [Value(node: 1)], [ValueType([2])])
        #expect(try #require(problem([later, x])).contains("not there yet"))
        let missing = node(.unary(.relu), [Value(node: 0, output: 1)], [ValueType([2])])
        #expect(try #require(problem([x, missing])).contains("node 1 (unary)"))
    }

    @Test func typesMustFollowFromTheRules() throws {
        #expect(
            try #require(problem([x, node(.unary(.relu), [Value(node: 0)], [ValueType([3])])])).contains("wrong types"))
        #expect(
            try #require(problem([x, node(.binary(.add), [Value(node: 0)], [ValueType([2])])])).contains("2 inputs"))
        #expect(try #require(problem([node(.softmax, [], [ValueType([2])])])).contains("softmax"))
    }

    @Test func aParameterStandsOnce() throws {
        #expect(try #require(problem([w, w])).contains("w stands twice"))
    }

    @Test func outputsMustExistOnceAndFit() throws {
        #expect(try #require(problem([x], [GraphOutput(.result("y"), Value(node: 3))])).contains("not there"))
        let y = GraphOutput(.result("y"), Value(node: 0))
        #expect(try #require(problem([x], [y, y])).contains("given twice"))
        #expect(try #require(problem([x], [GraphOutput(.gradient("w"), Value(node: 0))])).contains("shape"))
        let scalar = node(.constant(1, .scalar), [], [ValueType(.scalar)])
        #expect(
            try #require(problem([w, scalar], [GraphOutput(.update("w"), Value(node: 1))])).contains(
                "parameter's shape"))
        #expect(problem([w, x], [GraphOutput(.gradient("w"), Value(node: 1))]) == nil)
    }

    @Test func anOutputOfANodeThatDoesNotExistIsCaught() throws {
        #expect(
            try #require(problem([x], [GraphOutput(.result("y"), Value(node: 0, output: 1))])).contains("not there"))
    }

    @Test func thePassThatBrokeTheGraphIsNamed() throws {
        let breaking = Pass(name: "a careless pass") { Graph(nodes: [$0.nodes[0], $0.nodes[0]], outputs: []) }
        let error = #expect(throws: GraphVerificationError.self) {
            try Graph(nodes: [w], outputs: [GraphOutput(.result("w"), Value(node: 0))]).applying([.deadNodes, breaking])
        }
        #expect(try #require(error).description.contains("after a careless pass"))
    }
}
