import Tensors

extension Pass {
    /// Takes an activation into the product, convolution or normalisation before it, where nothing else reads the value
    /// between them. Backward passes read the activation's output wherever that is enough, so this holds in training too.
    package static let activationFusion = Pass(name: "activation fusion") { graph in
        let uses = graph.useCounts()
        /// What each producer takes in, and the node that is thereby gone.
        var taken: [Int: UnaryFunction] = [:]
        var gone: Set<Int> = []
        for (index, node) in graph.nodes.enumerated() {
            guard case .unary(let function) = node.op, let producer = node.inputs.first, uses[producer] == 1,
                producer.output == 0, graph.nodes[producer.node].op.canTake(function)
            else { continue }
            taken[producer.node] = function
            gone.insert(index)
        }
        return graph.rewriting { index, node, inputs, builder in
            if gone.contains(index) { return inputs }
            return taken[index].map { builder.emitAll(node.op.taking($0), inputs) }
        }
    }
}

extension Op {
    /// Whether the operation computes the function in the same sweep over its output.
    fileprivate func canTake(_ function: UnaryFunction) -> Bool {
        switch self {
        case .linear(_, nil): return true
        case .convolution(_, _, nil), .batchNormInference(_, nil): return function.isRectifier
        case .batchNormTraining(let attributes): return attributes.activation == nil && function.isRectifier
        default: return false
        }
    }

    fileprivate func taking(_ function: UnaryFunction) -> Op {
        switch self {
        case .linear(let hasBias, nil): .linear(hasBias: hasBias, activation: function)
        case .convolution(let geometry, let hasBias, nil):
            .convolution(geometry, hasBias: hasBias, activation: function)
        case .batchNormInference(let attributes, nil): .batchNormInference(attributes, activation: function)
        case .batchNormTraining(let attributes): .batchNormTraining(attributes.with(function))
        default: preconditionFailure("\(name) takes no activation")
        }
    }
}
