import Tensors

/// Places from the first of `count` elements to the last, `stride` apart.
private func span(_ count: Int, _ stride: Int) -> Int { count == 0 ? 0 : (count - 1) * stride + 1 }

extension Op {
    func shapingTypes(_ rule: ShapeRule) throws -> [ValueType] {
        if case .concatenate(let axis) = self { return [try concatenatedType(rule, axis: axis)] }
        try rule.requireCount(1)
        let x = rule.shape(0)
        let element = rule.inputs[0].dataType
        switch self {
        case .reshape(let shape):
            try rule.require(shape.count == x.count, "\(shape) has another number of elements")
            return [ValueType(shape, element)]
        case .transpose(let order):
            try rule.require(order.sorted() == Array(0..<x.rank), "\(order) is not an order of the axes")
            return [ValueType(Shape(order.map { x[$0] }), element)]
        case .slice(let starts, let sizes, let strides):
            let ranks = [starts.count, sizes.count, strides.count]
            try rule.require(ranks.allSatisfy { $0 == x.rank }, "the box has another rank")
            let fits = (0..<x.rank).allSatisfy { axis in
                starts[axis] >= 0 && sizes[axis] >= 0 && strides[axis] >= 1
                    && starts[axis] + span(sizes[axis], strides[axis]) <= x[axis]
            }
            try rule.require(fits, "the box \(starts)+\(sizes) in steps of \(strides) lies outside")
            return [ValueType(Shape(sizes), element)]
        case .pad(let before, let after, let interior):
            let ranks = [before.count, after.count, interior.count]
            try rule.require(ranks.allSatisfy { $0 == x.rank }, "the padding has another rank")
            try rule.require((before + after + interior).allSatisfy { $0 >= 0 }, "the padding is negative")
            return [
                ValueType(
                    Shape((0..<x.rank).map { before[$0] + span(x[$0], interior[$0] + 1) + after[$0] }), element)
            ]
        case .reverse(let axes):
            try rule.require(Set(axes).isSubset(of: 0..<x.rank), "there are no axes \(axes)")
            try rule.require(Set(axes).count == axes.count, "the axes \(axes) repeat")
            return [rule.inputs[0]]
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
        return ValueType(Shape(shape), rule.inputs[0].dataType)
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
        case .slice(let starts, let sizes, let strides):
            let after = (0..<x.rank).map { x[$0] - starts[$0] - span(sizes[$0], strides[$0]) }
            return [context.emit(.pad(before: starts, after: after, interior: strides.map { $0 - 1 }), [dy])]
        case .pad(let before, _, let interior):
            return [context.emit(.slice(starts: before, sizes: x.dimensions, strides: interior.map { $0 + 1 }), [dy])]
        case .reverse: return [context.emit(self, [dy])]
        case .concatenate(let axis):
            var start = 0
            return context.inputs.indices.map { index in
                let shape = context.shape(context.inputs[index])
                defer { start += shape[axis] }
                guard context.needs[index] else { return nil }
                var starts = [Int](repeating: 0, count: shape.rank)
                starts[axis] = start
                let strides = [Int](repeating: 1, count: shape.rank)
                return context.emit(.slice(starts: starts, sizes: shape.dimensions, strides: strides), [dy])
            }
        default: preconditionFailure("\(name) does not change a shape")
        }
    }
}
