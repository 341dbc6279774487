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
        case .select:
            try rule.requireCount(3)
            let shape = rule.inputs.map(\.shape).max { $0.rank < $1.rank } ?? .scalar
            for index in 0..<3 where rule.shape(index) != .scalar { try rule.requireShape(index, shape) }
            return [ValueType(shape)]
        case .binary:
            try rule.requireCount(2)
            guard let shape = rule.shape(0).broadcast(with: rule.shape(1)) else {
                throw GraphError(op: self, inputs: rule.inputs, reason: "the shapes do not broadcast")
            }
            // What only repeats is float32 in any case, and does not decide.
            let whole = rule.inputs.filter { $0.shape == shape }
            let isReduced = !whole.isEmpty && whole.allSatisfy { $0.dataType == .bfloat16 }
            try rule.require(
                isReduced || rule.inputs.allSatisfy { $0.dataType == .float32 }, "the types of the elements differ")
            return [ValueType(shape, isReduced ? .bfloat16 : .float32)]
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
        case .select:
            let g = context.builder
            let condition = context.inputs[0]
            func masked(_ index: Int, _ a: Value, _ b: Value) -> Value? {
                context.needs[index]
                    ? g.sum(g.emit(.select, [condition, a, b]), to: g.shape(of: context.inputs[index])) : nil
            }
            return [nil, masked(1, dy, g.constant(0)), masked(2, g.constant(0), dy)]
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
        case .power:
            // d(aᵇ)/da = b·aᵇ⁻¹; d(aᵇ)/db = aᵇ·ln a, 0 where a is not above 0, as in TensorFlow.
            func slope() -> Value { g.multiply(b, g.binary(.power, a, g.subtract(b, g.constant(1)))) }
            func logarithm() -> Value {
                let isPositive = g.binary(.greater, a, g.constant(0))
                return g.unary(.log, g.select(isPositive, a, g.constant(1)))
            }
            return [
                left(g.multiply(dy, slope())), right(g.multiply(dy, g.multiply(context.outputs[0], logarithm()))),
            ]
        case .greaterOrEqual, .greater, .equal: return [nil, nil]
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
