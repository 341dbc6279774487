import Tensors

extension Op {
    func reductionTypes(_ rule: ShapeRule) throws -> [ValueType] {
        try rule.requireCount(1)
        let x = rule.shape(0)
        switch self {
        case .reduce(_, let axes):
            let isSet =
                zip(axes, axes.dropFirst()).allSatisfy { $0 < $1 } && axes.allSatisfy { (0..<x.rank).contains($0) }
            try rule.require(isSet, "the axes \(axes) should be ascending and within the rank")
            return [ValueType(x.removing(axes: axes))]
        case .expand(let shape, let axes, _):
            try rule.require(shape.removing(axes: axes) == x, "\(shape) without \(axes) is another shape")
            return [ValueType(shape)]
        default: preconditionFailure("\(name) is not a reduction")
        }
    }

    func reductionGradients(_ context: GradientContext) -> [Value?] {
        let g = context.builder
        let dy = context.outputGradient()
        let x = context.inputs[0]
        let shape = context.shape(x)
        switch self {
        case .reduce(.sum, let axes): return [g.emit(.expand(shape: shape, axes: axes, scale: 1), [dy])]
        case .reduce(.mean, let axes):
            let count = axes.reduce(1) { $0 * shape[$1] }
            return [g.emit(.expand(shape: shape, axes: axes, scale: 1 / Float(count)), [dy])]
        case .reduce(.maximum, let axes):
            // Equal maxima share the gradient, as they do in TensorFlow and JAX.
            func spread(_ value: Value) -> Value { g.emit(.expand(shape: shape, axes: axes, scale: 1), [value]) }
            let winners = g.binary(.greaterOrEqual, x, spread(context.outputs[0]))
            return [g.multiply(winners, spread(g.divide(dy, g.sum(winners, axes: axes))))]
        case .expand(_, let axes, let scale): return [g.scale(g.sum(dy, axes: axes), by: scale)]
        default: preconditionFailure("\(name) is not a reduction")
        }
    }
}

extension Shape {
    /// The shape without the given axes.
    package func removing(axes: [Int]) -> Shape {
        Shape(dimensions.indices.filter { !axes.contains($0) }.map { dimensions[$0] })
    }
}
