import Tensors

extension Pass {
    /// Gives every gradient and every update a value of its own, so that each can be computed straight into its place in
    /// a slab even where two parameters happen to have the same gradient.
    package static let distinctGradients = Pass(name: "separation of gradients") { graph in
        let builder = GraphBuilder()
        for node in graph.nodes {
            builder.scope = node.scope
            builder.isBackward = node.isBackward
            builder.append(node)
        }
        func root(_ value: Value) -> Value {
            var value = value
            while graph.nodes[value.node].op.isView { value = graph.nodes[value.node].inputs[0] }
            return value
        }
        var taken: Set<Value> = []
        let outputs = graph.outputs.map { output in
            if case .result = output.role { return output }
            let place = root(output.value)
            guard graph.nodes[place.node].op.isSource || !taken.insert(place).inserted else { return output }
            builder.scope = graph.nodes[output.value.node].scope
            let copy = builder.append(
                Node(
                    op: .identity, inputs: [output.value], outputs: [graph.type(of: output.value)],
                    scope: builder.scope, isBackward: true))
            return GraphOutput(output.role, Value(node: copy))
        }
        return builder.build(outputs: outputs)
    }
}
