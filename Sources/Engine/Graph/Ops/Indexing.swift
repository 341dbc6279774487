import Tensors

extension Op {
    func indexingTypes(_ rule: ShapeRule) throws -> [ValueType] {
        try rule.requireCount(2)
        let (first, second) = (rule.shape(0), rule.shape(1))
        switch self {
        case .gather:
            try rule.require(first.rank >= 1, "a table has rows")
            return [ValueType(Shape(second.dimensions + first.dimensions.dropFirst()))]
        case .scatterAdd(let rows):
            try rule.require(rows >= 0, "it has \(rows) rows")
            let lead = second.dimensions.prefix(first.rank)
            try rule.require(Array(lead) == first.dimensions, "the values should begin with the indices' shape")
            return [ValueType(Shape([rows] + second.dimensions.dropFirst(first.rank)))]
        default: preconditionFailure("\(name) does not look up rows")
        }
    }

    /// Indices get no gradient.
    func indexingGradients(_ context: GradientContext) -> [Value?] {
        let g = context.builder
        let dy = context.outputGradient()
        switch self {
        case .gather:
            let table = context.shape(context.inputs[0])
            return [context.needs[0] ? g.emit(.scatterAdd(rows: table[0]), [context.inputs[1], dy]) : nil, nil]
        case .scatterAdd(let rows):
            guard context.needs[1] else { return [nil, nil] }
            let indices = context.inputs[0]
            let isInside = g.multiply(
                g.binary(.greaterOrEqual, indices, g.constant(0)),
                g.binary(.greater, g.constant(Float(rows)), indices))
            let shape = context.shape(context.inputs[1])
            let rank = context.shape(indices).rank
            let ones = Shape(shape.dimensions.enumerated().map { $0.offset < rank ? $0.element : 1 })
            // What adds to nothing has no slope, and a look-up outside is NaN.
            return [nil, g.select(g.reshape(isInside, ones), g.gather(dy, indices), g.constant(0))]
        default: preconditionFailure("\(name) does not look up rows")
        }
    }
}
