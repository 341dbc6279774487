import Tensors

/// What a gradient rule sees: the node, the gradients that reached its outputs, and which of its inputs need one.
struct GradientContext {
    let builder: GraphBuilder
    let inputs: [Value]
    let outputs: [Value]
    let outputGradients: [Value?]
    /// Per input: whether anything that trains lies behind it. A rule emits nothing for the others.
    let needs: [Bool]

    func emit(_ op: Op, _ inputs: [Value]) -> Value { builder.emit(op, inputs) }
    func shape(_ value: Value) -> Shape { builder.shape(of: value) }

    /// The gradient of an output; of the only one, by default.
    func outputGradient(_ index: Int = 0) -> Value {
        guard let gradient = outputGradients[index] else {
            preconditionFailure("no gradient reaches output \(index)")
        }
        return gradient
    }
}

extension GraphBuilder {
    /// Reverse-mode differentiation, pruned edge by edge: only what lies between `loss` and the targets is emitted, and
    /// a rule is told which operands matter.
    ///
    /// - Parameter loss: a scalar.
    /// - Returns: per target its gradient, nil where the loss does not depend on it.
    package func gradients(of loss: Value, withRespectTo targets: [Value]) -> [Value?] {
        precondition(shape(of: loss) == .scalar, "only a scalar has a gradient")
        let forward = nodes
        let wanted = Set(targets)
        var leads = [Bool](repeating: false, count: loss.node + 1)
        for index in 0...loss.node {
            leads[index] = forward[index].inputs.contains { wanted.contains($0) || leads[$0.node] }
        }
        func isNeeded(_ value: Value) -> Bool { wanted.contains(value) || leads[value.node] }

        let outerScope = scope
        isBackward = true
        defer {
            isBackward = false
            scope = outerScope
        }
        var gradients: [Value: Value] = [loss: constant(1)]
        for index in stride(from: loss.node, through: 0, by: -1) where leads[index] {
            let node = forward[index]
            let outputs = node.outputs.indices.map { Value(node: index, output: $0) }
            let arrived = outputs.map { gradients[$0] }
            guard arrived.contains(where: { $0 != nil }) else { continue }
            scope = node.scope
            let context = GradientContext(
                builder: self, inputs: node.inputs, outputs: outputs, outputGradients: arrived,
                needs: node.inputs.map(isNeeded))
            for (input, gradient) in zip(node.inputs, node.op.gradients(context)) {
                guard let gradient, isNeeded(input) else { continue }
                gradients[input] = gradients[input].map { add($0, gradient) } ?? gradient
            }
        }
        return targets.map { gradients[$0] }
    }
}
