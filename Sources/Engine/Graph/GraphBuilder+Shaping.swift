import Tensors

/// Moving elements about. What changes nothing is not emitted; axes may be negative.
extension GraphBuilder {
    /// `x` repeated to `target` under NumPy's rules.
    ///
    /// - Precondition: it broadcasts to that.
    package func broadcast(_ x: Value, to target: Shape) -> Value {
        let own = shape(of: x)
        guard own != target else { return x }
        let lead = target.rank - own.rank
        precondition(own.broadcast(with: target) == target, "\(own) does not broadcast to \(target)")
        let axes = (0..<target.rank).filter { $0 < lead || (own[$0 - lead] == 1 && target[$0] != 1) }
        guard !axes.isEmpty else { return reshape(x, target) }
        return emit(.expand(shape: target, axes: axes, scale: 1), [reshape(x, target.removing(axes: axes))])
    }

    package func transpose(_ x: Value, _ order: [Int]) -> Value {
        order == Array(0..<shape(of: x).rank) ? x : emit(.transpose(order), [x])
    }

    package func concatenate(_ values: [Value], axis: Int) -> Value {
        if values.count == 1 { return values[0] }
        return emit(.concatenate(axis: place(of: axis, in: values[0])), values)
    }

    /// A box: `sizes` elements from `starts` on, in steps of `strides` (1 where nil).
    package func slice(_ x: Value, starts: [Int], sizes: [Int], strides: [Int]? = nil) -> Value {
        if sizes == shape(of: x).dimensions { return x }
        let strides = strides ?? sizes.map { _ in 1 }
        return emit(.slice(starts: starts, sizes: sizes, strides: strides), [x])
    }

    /// `count` elements of one axis from `start` on, in steps of `step`.
    package func slice(_ x: Value, axis: Int, from start: Int, count: Int, step: Int = 1) -> Value {
        let shape = shape(of: x)
        let axis = place(of: axis, in: x)
        var starts = [Int](repeating: 0, count: shape.rank)
        var strides = [Int](repeating: 1, count: shape.rank)
        var sizes = shape.dimensions
        (starts[axis], sizes[axis], strides[axis]) = (start, count, step)
        return slice(x, starts: starts, sizes: sizes, strides: strides)
    }

    /// Zeros around, and `interior` zeros between neighbours (none where nil).
    package func pad(_ x: Value, before: [Int], after: [Int], interior: [Int]? = nil) -> Value {
        let interior = interior ?? before.map { _ in 0 }
        if (before + after + interior).allSatisfy({ $0 == 0 }) { return x }
        return emit(.pad(before: before, after: after, interior: interior), [x])
    }

    /// The opposite order along `axes`.
    package func reverse(_ x: Value, axes: [Int]) -> Value {
        axes.isEmpty ? x : emit(.reverse(axes: axes.map { place(of: $0, in: x) }.sorted()), [x])
    }

    /// (rows, rest…), indices S → S + rest; an index outside gives NaN.
    package func gather(_ table: Value, _ indices: Value) -> Value { emit(.gather, [table, indices]) }

    /// `a` where `condition` is not 0, else `b`; all three broadcast.
    ///
    /// - Precondition: the shapes broadcast.
    package func select(_ condition: Value, _ a: Value, _ b: Value) -> Value {
        let operands = [condition, a, b]
        let shapes = operands.map { shape(of: $0) }
        let target = shapes.reduce(Shape.scalar) { known, next in
            guard let shape = known.broadcast(with: next) else { preconditionFailure("\(known) and \(next)") }
            return shape
        }
        // One value for all needs no copies.
        return emit(.select, operands.map { shape(of: $0) == .scalar ? $0 : broadcast($0, to: target) })
    }

    private func place(of axis: Int, in x: Value) -> Int {
        guard let place = shape(of: x).normalized(axis: axis) else {
            preconditionFailure("\(shape(of: x)) has no axis \(axis)")
        }
        return place
    }
}
