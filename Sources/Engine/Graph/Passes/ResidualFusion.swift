import Tensors

extension Pass {
    /// Takes the sum of two branches into the normalisation at the end of one of them, where nothing else reads what that
    /// gives: the sum is made in the same sweep.
    package static let residualFusion = Pass(name: "fusion of residual sums") { graph in
        let uses = graph.useCounts()
        /// What is added, by the normalisation; and which operand of a sum is one that does it.
        var added: [Int: Value] = [:]
        var sums: [Int: Int] = [:]
        for (index, node) in graph.nodes.enumerated() {
            guard case .binary(.add) = node.op, node.inputs.allSatisfy({ graph.type(of: $0) == node.outputs[0] })
            else { continue }
            // The other branch is there when the later one ends.
            let last = node.inputs[0].node > node.inputs[1].node ? 0 : 1
            let (norm, other) = (node.inputs[last], node.inputs[1 - last])
            guard norm.output == 0, uses[norm] == 1, other.node != norm.node, graph.nodes[norm.node].op.canAdd
            else { continue }
            added[norm.node] = other
            sums[index] = last
        }
        return graph.rewriting { index, node, inputs, builder, moved in
            if let place = sums[index] { return [inputs[place]] }
            return added[index].map { builder.emitAll(node.op.adding, inputs + [moved($0)]) }
        }
    }
}

extension Op {
    fileprivate var canAdd: Bool {
        switch self {
        case .batchNormInference(let attributes, nil): !attributes.hasResidual
        case .batchNormTraining(let attributes): !attributes.hasResidual && attributes.activation == nil
        default: false
        }
    }

    fileprivate var adding: Op {
        switch self {
        case .batchNormInference(var attributes, let activation):
            attributes.hasResidual = true
            return .batchNormInference(attributes, activation: activation)
        case .batchNormTraining(var attributes):
            attributes.hasResidual = true
            return .batchNormTraining(attributes)
        default: preconditionFailure("\(name) adds nothing")
        }
    }
}
