import Tensors

extension Pass {
    /// Multiplies a normalisation by fixed statistics into the convolution or product before it, where nothing in either
    /// changes while the plan lives: kernel · f and (bias − mean) · f + beta, with f = gamma / √(variance + epsilon), are
    /// constants. A gradient that goes through both is multiplied into the kernel as well.
    package static func normFolding(constants: Set<ParameterPath>) -> Pass {
        Pass(name: "folding of fixed normalisations") { graph in
            let folding = NormFolding(graph, constants)
            if folding.norms.isEmpty { return graph }
            return graph.rewriting { index, node, inputs, builder, moved in
                folding.replacement(of: index, node, inputs, builder, moved)
            }
        }
    }
}

/// Which normalisations of a graph are folded, and what stands in their place.
private struct NormFolding {
    private let graph: Graph
    /// Per folded normalisation the producer of its input.
    private(set) var norms: [Int: Int] = [:]
    /// Gradients of folded normalisations, and the norm each belongs to.
    private var gradients: [Int: Int] = [:]
    /// Gradients of a convolution's input that read one of those, and it alone does.
    private var inputGradients: [Int: Int] = [:]

    init(_ graph: Graph, _ constants: Set<ParameterPath>) {
        self.graph = graph
        let uses = graph.useCounts()
        let isConstant = graph.constantNodes(constants)
        /// Gradient nodes by the value that was normalised.
        let byInput = Dictionary(
            grouping: graph.nodes.indices.filter {
                if case .batchNormGradient = graph.nodes[$0].op { true } else { false }
            }, by: { graph.nodes[$0].inputs[0] })
        for (index, node) in graph.nodes.enumerated() {
            guard case .batchNormInference = node.op, node.inputs.dropFirst().allSatisfy({ isConstant[$0.node] }),
                case let producer = node.inputs[0].node, graph.nodes[producer].takesFactor,
                graph.nodes[producer].inputs.dropFirst().allSatisfy({ isConstant[$0.node] })
            else { continue }
            let own = byInput[node.inputs[0]] ?? []
            guard uses[node.inputs[0]] == 1 + own.count, own.allSatisfy({ graph.nodes[$0].isPlainGradient(of: node) })
            else { continue }
            norms[index] = producer
            for gradient in own { gradients[gradient] = index }
        }
        for (index, node) in graph.nodes.enumerated() {
            guard let dy = node.inputs.first, uses[dy] == 1, let norm = gradients[dy.node],
                isConstant[node.inputs.last!.node], node.isInputGradient(of: graph.nodes[norms[norm]!])
            else { continue }
            inputGradients[index] = dy.node
        }
    }

    func replacement(
        of index: Int, _ node: Node, _ inputs: [Value], _ g: GraphBuilder, _ moved: (Value) -> Value
    ) -> [Value]? {
        if let producer = norms[index], case .batchNormInference(let attributes, let activation) = node.op {
            let source = graph.nodes[producer]
            let factor = factor(of: node, g, moved)
            let operands = source.inputs.map(moved)
            var bias = g.scale(inputs[inputs.count - 2], by: -1)
            if operands.count > 2 { bias = g.add(operands[2], bias) }
            bias = g.multiply(bias, factor)
            if attributes.hasOffset { bias = g.add(bias, inputs[attributes.hasScale ? 2 : 1]) }
            let kernel = g.multiply(operands[1], factor)
            return [g.emit(source.op.folded(activation), [operands[0], kernel, bias])]
        }
        if inputGradients.values.contains(index) { return [inputs.last!] }
        if let norm = gradients[index] {
            return [g.multiply(inputs.last!, factor(of: graph.nodes[norm], g, moved))]
        }
        if let gradient = inputGradients[index], let norm = gradients[gradient] {
            return [g.emit(node.op, [inputs[0], g.multiply(inputs[1], factor(of: graph.nodes[norm], g, moved))])]
        }
        return nil
    }

    /// gamma / √(variance + epsilon), (channels,).
    private func factor(of norm: Node, _ g: GraphBuilder, _ moved: (Value) -> Value) -> Value {
        guard case .batchNormInference(let attributes, _) = norm.op else { preconditionFailure("not a normalisation") }
        let root = g.unary(.sqrt, g.add(moved(norm.inputs.last!), g.constant(attributes.epsilon)))
        return g.divide(attributes.hasScale ? moved(norm.inputs[1]) : g.constant(1), root)
    }
}

extension Op {
    /// The operation with a bias, and through the activation of the normalisation that it takes in.
    fileprivate func folded(_ activation: UnaryFunction?) -> Op {
        switch self {
        case .convolution(let geometry, _, nil): .convolution(geometry, hasBias: true, activation: activation)
        case .linear(_, nil): .linear(hasBias: true, activation: activation)
        default: preconditionFailure("\(name) takes no normalisation")
        }
    }
}

extension Node {
    /// Whether a factor per channel of the result can be multiplied into the second operand.
    fileprivate var takesFactor: Bool {
        switch op {
        case .convolution(_, _, nil), .linear(_, nil): true
        default: false
        }
    }

    /// Whether this is a gradient of `norm` that goes to its input only.
    fileprivate func isPlainGradient(of norm: Node) -> Bool {
        guard case .batchNormGradient(let attributes, false, .input) = op, attributes.activation == nil else {
            return false
        }
        return Array(inputs.suffix(3).prefix(2)) == Array(norm.inputs.suffix(2))
    }

    /// Whether this is the gradient of the first operand of `product`, by a kernel that has `product`'s channels last.
    fileprivate func isInputGradient(of product: Node) -> Bool {
        guard inputs.count == 2, inputs[1] == product.inputs[1] else { return false }
        switch (op, product.op) {
        case (.convolutionInputGradient(let geometry), .convolution(let own, _, _)): return geometry == own
        case (.matmul(transposeLeft: false, transposeRight: true), .linear): return true
        default: return false
        }
    }
}
