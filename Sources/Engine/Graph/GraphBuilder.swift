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

// The vocabulary layers and losses are written in.
extension GraphBuilder {
    package func input(_ name: String, _ shape: Shape) -> Value { emit(.input(name, shape)) }
    package func parameter(_ path: ParameterPath, _ shape: Shape) -> Value { emit(.parameter(path, shape)) }
    package func constant(_ value: Float, _ shape: Shape = .scalar) -> Value { emit(.constant(value, shape)) }
    package func unary(_ function: UnaryFunction, _ x: Value) -> Value { emit(.unary(function), [x]) }
    package func binary(_ function: BinaryFunction, _ a: Value, _ b: Value) -> Value {
        emit(.binary(function), [a, b])
    }
    package func add(_ a: Value, _ b: Value) -> Value { binary(.add, a, b) }
    package func subtract(_ a: Value, _ b: Value) -> Value { binary(.subtract, a, b) }
    package func multiply(_ a: Value, _ b: Value) -> Value { binary(.multiply, a, b) }
    package func divide(_ a: Value, _ b: Value) -> Value { binary(.divide, a, b) }
    package func scale(_ x: Value, by factor: Float) -> Value { factor == 1 ? x : emit(.scale(factor), [x]) }
    package func sum(_ x: Value, axes: [Int]) -> Value { axes.isEmpty ? x : emit(.reduce(.sum, axes: axes), [x]) }
    package func mean(_ x: Value, axes: [Int]) -> Value { axes.isEmpty ? x : emit(.reduce(.mean, axes: axes), [x]) }
    package func sumAll(_ x: Value) -> Value { sum(x, axes: Array(0..<shape(of: x).rank)) }

    package func reshape(_ x: Value, _ shape: Shape) -> Value {
        shape == self.shape(of: x) ? x : emit(.reshape(shape), [x])
    }

    package func matmul(
        _ a: Value, _ b: Value, transposeLeft: Bool = false, transposeRight: Bool = false
    ) -> Value {
        emit(.matmul(transposeLeft: transposeLeft, transposeRight: transposeRight), [a, b])
    }
}
