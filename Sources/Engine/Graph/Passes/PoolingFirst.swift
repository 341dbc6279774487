import Tensors

extension Pass {
    /// A maximum pooling before the rectifier in front of it: both rise, so the order is all the same, but the rectifier
    /// and its gradient then have only the winners to go through. The gradients are the same as well: where a window's
    /// winner is another one, it gets none.
    package static let poolingFirst = Pass(name: "pooling before rectifiers") { graph in
        let uses = graph.useCounts()
        /// The poolings that move forward, by the rectifier behind which they stand.
        var poolings: [Int: Int] = [:]
        /// The rectifiers' gradients, by the pooling's; and the other way round.
        var rectifiers: [Int: Int] = [:]
        var poolingGradients: [Int: Int] = [:]
        for (index, node) in graph.nodes.enumerated() {
            guard case .pooling(.maximum, _, _) = node.op,
                case .unary(let function) = graph.nodes[node.inputs[0].node].op, function.isRectifier
            else { continue }
            let pairs = graph.gradientPairs(rectifier: node.inputs[0].node, pooling: index)
            // One use of the rectifier's output is the pooling, the others are its own gradients.
            guard uses[node.inputs[0]] == 1 + pairs.count, uses[Value(node: index, output: 1)] ?? 0 <= pairs.count
            else {
                continue
            }
            poolings[index] = node.inputs[0].node
            for (pooling, rectifier) in pairs {
                rectifiers[pooling] = rectifier
                poolingGradients[rectifier] = pooling
            }
        }
        return graph.rewriting { index, node, inputs, builder, moved in
            if let rectifier = poolings[index] {
                let before = builder.emitAll(node.op, [moved(graph.nodes[rectifier].inputs[0])])
                return [builder.emit(graph.nodes[rectifier].op, [before[0]])] + before.dropFirst()
            }
            if let rectifier = rectifiers[index] {
                // (dy, indices) → the rectifier's gradient on the winners, spread.
                let winners = Value(node: graph.nodes[index].inputs[1].node)
                let passed = builder.emit(graph.nodes[rectifier].op, [moved(winners), inputs[0]])
                return [builder.emit(node.op, [passed, inputs[1]])]
            }
            return poolingGradients[index] == nil ? nil : [inputs[1]]
        }
    }
}

extension Graph {
    /// The pairs of a pooling's gradient and the rectifier's gradient that alone reads it.
    fileprivate func gradientPairs(rectifier: Int, pooling: Int) -> [(pooling: Int, rectifier: Int)] {
        let uses = useCounts()
        return nodes.indices.compactMap { index in
            guard case .unaryGradient(let function) = nodes[index].op, .unary(function) == nodes[rectifier].op,
                nodes[index].inputs[0] == Value(node: rectifier)
            else { return nil }
            let dy = nodes[index].inputs[1]
            guard uses[dy] == 1, case .poolingGradient(.maximum, _) = nodes[dy.node].op,
                nodes[dy.node].inputs[1] == Value(node: pooling, output: 1)
            else { return nil }
            return (dy.node, index)
        }
    }
}
