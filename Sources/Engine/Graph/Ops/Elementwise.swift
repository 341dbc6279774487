import Tensors

extension Op {
    func elementwiseTypes(_ rule: ShapeRule) throws -> [ValueType] {
        switch self {
        case .unary, .scale, .identity:
            try rule.requireCount(1)
            return [rule.inputs[0]]
        case .unaryGradient:
            try rule.requireCount(2)
            try rule.requireShape(1, rule.shape(0))
            return [rule.inputs[0]]
        case .binary:
            try rule.requireCount(2)
            guard let shape = rule.shape(0).broadcast(with: rule.shape(1)) else {
                throw GraphError(op: self, inputs: rule.inputs, reason: "the shapes do not broadcast")
            }
            return [ValueType(shape)]
        default: preconditionFailure("\(name) is not element-wise")
        }
    }

    func elementwiseGradients(_ context: GradientContext) -> [Value?] {
        let dy = context.outputGradient()
        switch self {
        case .unary(let function):
            if function == .sign { return [nil] }
            let saved = function.gradientUsesOutput ? context.outputs[0] : context.inputs[0]
            return [context.emit(.unaryGradient(function), [saved, dy])]
        case .scale(let factor): return [context.builder.scale(dy, by: factor)]
        case .identity: return [dy]
        case .binary(let function): return binaryGradients(function, dy, context)
        default: preconditionFailure("\(name) is not element-wise")
        }
    }

    private func binaryGradients(_ function: BinaryFunction, _ dy: Value, _ context: GradientContext) -> [Value?] {
        let g = context.builder
        let (a, b) = (context.inputs[0], context.inputs[1])
        func left(_ gradient: @autoclosure () -> Value) -> Value? {
            context.needs[0] ? g.sum(gradient(), to: g.shape(of: a)) : nil
        }
        func right(_ gradient: @autoclosure () -> Value) -> Value? {
            context.needs[1] ? g.sum(gradient(), to: g.shape(of: b)) : nil
        }
        switch function {
        case .add: return [left(dy), right(dy)]
        case .subtract: return [left(dy), right(g.scale(dy, by: -1))]
        case .multiply: return [left(g.multiply(dy, b)), right(g.multiply(dy, a))]
        case .divide:
            // d(a/b)/db = −(a/b)/b
            return [left(g.divide(dy, b)), right(g.scale(g.divide(g.multiply(dy, context.outputs[0]), b), by: -1))]
        case .maximum, .minimum:
            // Ties go to the first operand, wholly.
            let first = function == .maximum ? g.binary(.greaterOrEqual, a, b) : g.binary(.greaterOrEqual, b, a)
            return [left(g.multiply(dy, first)), right(g.subtract(dy, g.multiply(dy, first)))]
        case .greaterOrEqual: return [nil, nil]
        }
    }
}

extension GraphBuilder {
    /// Sums a broadcast result's gradient back to the shape of the operand.
    func sum(_ gradient: Value, to target: Shape) -> Value {
        let full = shape(of: gradient)
        guard full != target else { return gradient }
        let lead = full.rank - target.rank
        let axes = (0..<full.rank).filter { $0 < lead || (target[$0 - lead] == 1 && full[$0] != 1) }
        return reshape(sum(gradient, axes: axes), target)
    }
}
