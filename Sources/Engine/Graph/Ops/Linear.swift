import Tensors

extension Op {
    func linearTypes(_ rule: ShapeRule) throws -> [ValueType] {
        switch self {
        case .matmul(let transposeLeft, let transposeRight):
            try rule.requireCount(2)
            let (a, b) = (rule.shape(0), rule.shape(1))
            try rule.require(a.rank >= 2 && a.rank == b.rank, "the ranks should be equal and at least 2")
            let batch = Array(a.dimensions.dropLast(2))
            try rule.require(batch == Array(b.dimensions.dropLast(2)), "the leading dimensions differ")
            let (m, k) = transposeLeft ? (a[-1], a[-2]) : (a[-2], a[-1])
            let (k2, n) = transposeRight ? (b[-1], b[-2]) : (b[-2], b[-1])
            try rule.require(k == k2, "the inner dimensions differ")
            return [ValueType(Shape(batch + [m, n]))]
        case .linear(let hasBias, _):
            try rule.requireCount(hasBias ? 3 : 2)
            let (x, w) = (rule.shape(0), rule.shape(1))
            try rule.require(x.rank == 2 && w.rank == 2 && x[1] == w[0], "the inner dimensions differ")
            if hasBias { try rule.requireShape(2, [w[1]]) }
            return [ValueType([x[0], w[1]])]
        default: preconditionFailure("\(name) is not linear algebra")
        }
    }

    func linearGradients(_ context: GradientContext) -> [Value?] {
        let g = context.builder
        let dy = context.outputGradient()
        let (a, b) = (context.inputs[0], context.inputs[1])
        switch self {
        case .matmul(let ta, let tb):
            // C = op(A) op(B): dA = dC op(B)ᵀ, dB = op(A)ᵀ dC, transposed back where the operand was.
            let da =
                ta
                ? { g.matmul(b, dy, transposeLeft: tb, transposeRight: true) }
                : { g.matmul(dy, b, transposeRight: !tb) }
            let db =
                tb
                ? { g.matmul(dy, a, transposeLeft: true, transposeRight: ta) }
                : { g.matmul(a, dy, transposeLeft: !ta) }
            return [context.needs[0] ? da() : nil, context.needs[1] ? db() : nil]
        case .linear(let hasBias, let activation):
            precondition(activation == nil, "fusion comes after differentiation")
            let dx = context.needs[0] ? g.matmul(dy, b, transposeRight: true) : nil
            let dw = context.needs[1] ? g.matmul(a, dy, transposeLeft: true) : nil
            return hasBias ? [dx, dw, context.needs[2] ? g.sum(dy, axes: [0]) : nil] : [dx, dw]
        default: preconditionFailure("\(name) is not linear algebra")
        }
    }
}
