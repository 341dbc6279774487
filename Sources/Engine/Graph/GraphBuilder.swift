import Tensors

/// Where a graph is written down, node by node, in an order in which it can run. Equal nodes are emitted once.
package final class GraphBuilder {
    package private(set) var nodes: [Node] = []
    private var known: [NodeKey: Int] = [:]
    /// The layer on whose behalf nodes are emitted now.
    package var scope: ParameterPath = ""
    package var isBackward = false

    private struct NodeKey: Hashable {
        let op: Op
        let inputs: [Value]
    }

    package init() {}

    /// Appends a node, or finds the equal one that is there, and returns its outputs.
    @discardableResult
    package func emitAll(_ op: Op, _ inputs: [Value]) -> [Value] {
        let key = NodeKey(op: op, inputs: inputs)
        if let node = known[key] { return nodes[node].outputs.indices.map { Value(node: node, output: $0) } }
        let outputs: [ValueType]
        do { outputs = try op.outputTypes(inputs.map(type)) } catch { preconditionFailure("\(scope): \(error)") }
        let index = nodes.count
        nodes.append(Node(op: op, inputs: inputs, outputs: outputs, scope: scope, isBackward: isBackward))
        known[key] = index
        return outputs.indices.map { Value(node: index, output: $0) }
    }

    /// `emitAll` for the first output.
    package func emit(_ op: Op, _ inputs: [Value] = []) -> Value { emitAll(op, inputs)[0] }

    /// Appends a node as it is, even where an equal one is there.
    @discardableResult
    func append(_ node: Node) -> Int {
        nodes.append(node)
        return nodes.count - 1
    }

    package func type(of value: Value) -> ValueType { nodes[value.node].outputs[value.output] }
    package func shape(of value: Value) -> Shape { type(of: value).shape }
    package func node(of value: Value) -> Node { nodes[value.node] }

    /// The finished graph.
    package func build(outputs: [GraphOutput]) -> Graph { Graph(nodes: nodes, outputs: outputs) }
}
