import Tensors

extension Pass {
    /// Takes the gradient of a rectifier into that of the normalisation before it, which can tell from its own input what
    /// the rectifier let through: the rectifier's output is not read again, and its gradient never written.
    package static let rectifiedGradients = Pass(name: "fusion of rectifiers' gradients") { graph in
        let uses = graph.useCounts()
        /// By gradient node: the rectifier, gamma and beta.
        var taken: [Int: (function: UnaryFunction, affine: [Value])] = [:]
        var gone: Set<Int> = []
        for (index, node) in graph.nodes.enumerated() {
            guard case .batchNormGradient(let attributes, _, _) = node.op, attributes.activation == nil,
                let dy = node.inputs.last, uses[dy] == 1, case .unaryGradient(let function) = graph.nodes[dy.node].op,
                let affine = graph.affine(of: graph.nodes[dy.node].inputs[0], through: function, before: node)
            else { continue }
            taken[index] = (function, affine)
            gone.insert(dy.node)
        }
        return graph.rewriting { index, node, inputs, builder, moved in
            // What arrives at the rectifier arrives at the normalisation.
            if gone.contains(index) { return [inputs[1]] }
            guard let (function, affine) = taken[index],
                case .batchNormGradient(let attributes, let training, let wants) = node.op
            else { return nil }
            let fused = Op.batchNormGradient(attributes.with(function), training: training, wants: wants)
            return builder.emitAll(fused, [inputs[0]] + affine.map(moved) + inputs.suffix(3))
        }
    }
}

extension Graph {
    /// Gamma and beta of the normalisation that `gradient` belongs to, where `value` is what it gives through `function`, a
    /// rectifier; else nil.
    fileprivate func affine(of value: Value, through function: UnaryFunction, before gradient: Node) -> [Value]? {
        let node = nodes[value.node]
        guard function.isRectifier, value.output == 0, node.inputs.first == gradient.inputs[0] else { return nil }
        let statistics = Array(gradient.inputs.suffix(3).prefix(2))
        switch node.op {
        case .batchNormTraining(let attributes) where attributes.activation == function && !attributes.hasResidual:
            let own = [1, 2].map { Value(node: value.node, output: $0) }
            return own == statistics ? Array(node.inputs.dropFirst()) : nil
        case .batchNormInference(let attributes, .some(function)) where !attributes.hasResidual:
            guard Array(node.inputs.suffix(2)) == statistics else { return nil }
            return Array(node.inputs.dropFirst().prefix(attributes.affineCount))
        default: return nil
        }
    }
}
