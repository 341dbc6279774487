import Tensors

extension Op {
    func shapingTypes(_ rule: ShapeRule) throws -> [ValueType] {
        if case .concatenate(let axis) = self { return [try concatenatedType(rule, axis: axis)] }
        try rule.requireCount(1)
        let x = rule.shape(0)
        switch self {
        case .reshape(let shape):
            try rule.require(shape.count == x.count, "\(shape) has another number of elements")
            return [ValueType(shape)]
        case .transpose(let order):
            try rule.require(order.sorted() == Array(0..<x.rank), "\(order) is not an order of the axes")
            return [ValueType(Shape(order.map { x[$0] }))]
        case .slice(let starts, let sizes):
            try rule.require(starts.count == x.rank && sizes.count == x.rank, "the box has another rank")
            let fits = (0..<x.rank).allSatisfy { starts[$0] >= 0 && sizes[$0] >= 0 && starts[$0] + sizes[$0] <= x[$0] }
            try rule.require(fits, "the box \(starts)+\(sizes) lies outside")
            return [ValueType(Shape(sizes))]
        case .pad(let before, let after):
            try rule.require(before.count == x.rank && after.count == x.rank, "the padding has another rank")
            return [ValueType(Shape((0..<x.rank).map { before[$0] + x[$0] + after[$0] }))]
        default: preconditionFailure("\(name) does not change a shape")
        }
    }

    private func concatenatedType(_ rule: ShapeRule, axis: Int) throws -> ValueType {
        try rule.require(!rule.inputs.isEmpty, "nothing to join")
        var shape = rule.shape(0).dimensions
        try rule.require(shape.indices.contains(axis), "there is no axis \(axis)")
        for input in rule.inputs.dropFirst() {
            var other = input.shape.dimensions
            try rule.require(other.count == shape.count, "the ranks differ")
            shape[axis] += other[axis]
            other[axis] = shape[axis]
            try rule.require(other == shape, "the shapes differ beside axis \(axis)")
        }
        return ValueType(Shape(shape))
    }

    func shapingGradients(_ context: GradientContext) -> [Value?] {
        let dy = context.outputGradient()
        let x = context.shape(context.inputs[0])
        switch self {
        case .reshape: return [context.builder.reshape(dy, x)]
        case .transpose(let order):
            var inverse = order
            for (to, from) in order.enumerated() { inverse[from] = to }
            return [context.emit(.transpose(inverse), [dy])]
        case .slice(let starts, let sizes):
            let after = (0..<x.rank).map { x[$0] - starts[$0] - sizes[$0] }
            return [context.emit(.pad(before: starts, after: after), [dy])]
        case .pad(let before, _): return [context.emit(.slice(starts: before, sizes: x.dimensions), [dy])]
        case .concatenate(let axis):
            var start = 0
            return context.inputs.indices.map { index in
                let shape = context.shape(context.inputs[index])
                defer { start += shape[axis] }
                guard context.needs[index] else { return nil }
                var starts = [Int](repeating: 0, count: shape.rank)
                starts[axis] = start
                return context.emit(.slice(starts: starts, sizes: shape.dimensions), [dy])
            }
        default: preconditionFailure("\(name) does not change a shape")
        }
    }
}
