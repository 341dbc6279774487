import Tensors

extension Pass {
    /// Drops what no output depends on.
    package static let deadNodes = Pass(name: "dead-node removal") { graph in
        var alive = [Bool](repeating: false, count: graph.nodes.count)
        for output in graph.outputs { alive[output.value.node] = true }
        for index in graph.nodes.indices.reversed() where alive[index] {
            for input in graph.nodes[index].inputs { alive[input.node] = true }
        }
        var places = [Int](repeating: -1, count: graph.nodes.count)
        var kept: [Node] = []
        func moved(_ value: Value) -> Value { Value(node: places[value.node], output: value.output) }
        for (index, node) in graph.nodes.enumerated() where alive[index] {
            places[index] = kept.count
            kept.append(
                Node(
                    op: node.op, inputs: node.inputs.map(moved), outputs: node.outputs, scope: node.scope,
                    isBackward: node.isBackward))
        }
        return Graph(nodes: kept, outputs: graph.outputs.map { GraphOutput($0.role, moved($0.value)) })
    }

    /// A maximum pooling whose winners nobody reads does not write them down.
    package static let unusedIndices = Pass(name: "removal of unused pooling indices") { graph in
        let uses = graph.useCounts()
        return graph.rewriting { index, node, inputs, builder in
            guard case .pooling(let mode, let geometry, true) = node.op, uses[Value(node: index, output: 1)] == nil
            else {
                return nil
            }
            return builder.emitAll(.pooling(mode, geometry, keepsIndices: false), inputs)
        }
    }

    /// A recurrent layer through which no gradient flows does not keep its steps.
    package static let unusedSteps = Pass(name: "removal of unused recurrent steps") { graph in
        let uses = graph.useCounts()
        return graph.rewriting { index, node, inputs, builder in
            guard case .recurrent(var cell) = node.op, cell.keepsSteps,
                uses[Value(node: index, output: node.outputs.count - 1)] == nil
            else { return nil }
            cell.keepsSteps = false
            return builder.emitAll(.recurrent(cell), inputs)
        }
    }
}
