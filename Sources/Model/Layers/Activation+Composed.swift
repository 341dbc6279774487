import Graph
import Tensors

/// Keras' activation functions that no single kernel computes.
package enum ComposedActivation: Hashable, Sendable {
    case softmax(axes: [Int])
    case logSoftmax(axis: Int)
    case sparsemax(axis: Int)
    case glu(axis: Int)
    case celu(alpha: Float)
    case hardShrink(Float)
    case softShrink(Float)
    case squareplus(Float)
    /// x where x > the threshold, else a value.
    case threshold(Float, otherwise: Float)
    case hardSilu, hardTanh, logSigmoid, mish, sparsePlus, tanhShrink

    func callAsFunction(_ x: Value, in scope: LayerScope) -> Value {
        let g = scope.builder
        switch self {
        case .softmax(let axes): return scope.over(axes, x) { g.emit(.softmax, [$0]) }
        case .logSoftmax(let axis): return scope.over([axis], x) { ComposedActivation.logSoftmax($0, g) }
        case .sparsemax(let axis): return scope.over([axis], x) { ComposedActivation.sparsemax($0, g) }
        case .glu(let axis): return glu(x, axis: axis, in: scope)
        // α(e^{x/α} − 1) below zero, x above: a scaled ELU.
        case .celu(let alpha): return g.scale(g.unary(.elu(alpha: 1), g.scale(x, by: 1 / alpha)), by: alpha)
        case .hardShrink(let limit):
            return g.select(g.binary(.greater, g.unary(.abs, x), g.constant(limit)), x, g.constant(0))
        case .softShrink(let limit): return g.subtract(x, g.clip(x, from: -limit, to: limit))
        case .squareplus(let b):
            let root = g.unary(.sqrt, g.add(g.unary(.square, x), g.constant(b)))
            return g.scale(g.add(x, root), by: 0.5)
        case .threshold(let limit, let value):
            return g.select(g.binary(.greater, x, g.constant(limit)), x, g.constant(value))
        case .hardSilu: return g.multiply(x, g.unary(.hardSigmoid(slope: 1 / 6, shift: 0.5), x))
        case .hardTanh: return g.clip(x, from: -1, to: 1)
        case .logSigmoid: return g.scale(g.unary(.softplus, g.scale(x, by: -1)), by: -1)
        case .mish: return g.multiply(x, g.unary(.tanh, g.unary(.softplus, x)))
        case .sparsePlus:
            // ¼(x + 1)² between −1 and 1, x above: both pieces, each flat where the other moves.
            let curve = g.unary(.square, g.add(g.clip(x, from: -1, to: 1), g.constant(1)))
            return g.add(g.scale(curve, by: 0.25), g.unary(.relu, g.subtract(x, g.constant(1))))
        case .tanhShrink: return g.subtract(x, g.unary(.tanh, x))
        }
    }

    /// The first half times the sigmoid of the second.
    private func glu(_ x: Value, axis: Int, in scope: LayerScope) -> Value {
        let g = scope.builder
        let shape = g.shape(of: x)
        guard let axis = shape.normalized(axis: axis), axis > 0, shape[axis] % 2 == 0 else {
            scope.fail("glu halves an even axis, and there is none at \(axis) in an input of \(shape.droppingFirst)")
            return x
        }
        let half = shape[axis] / 2
        let gate = g.unary(.sigmoid, g.slice(x, axis: axis, from: half, count: half))
        return g.multiply(g.slice(x, axis: axis, from: 0, count: half), gate)
    }

    /// x − max − log Σ exp(x − max) over the last axis.
    static func logSoftmax(_ x: Value, _ g: GraphBuilder) -> Value {
        let last = [g.shape(of: x).rank - 1]
        let shifted = g.subtract(x, g.kept(.maximum, x, axes: last))
        return g.subtract(shifted, g.unary(.log, g.kept(.sum, g.unary(.exp, shifted), axes: last)))
    }

    /// Keras' sparsemax over the last axis: max(x − τ, 0).
    ///
    /// Sorted downwards with running sums Sₖ, the support is where 1 + k·xₖ > Sₖ. Martins and Astudillo (2016) take τ from
    /// the last of those sums; Keras 3 adds all of them up, and a file of its means what it computes: τ = (ΣSₖ − 1) / |support|.
    /// Comparing all pairs finds k and Sₖ of each element without sorting.
    private static func sparsemax(_ x: Value, _ g: GraphBuilder) -> Value {
        let shape = g.shape(of: x)
        let (rank, last) = (shape.rank, [shape.rank - 1])
        let rows = g.reshape(x, Shape(shape.dimensions + [1]))
        let columns = g.reshape(x, Shape(shape.dimensions.dropLast() + [1, shape[-1]]))
        // (…, i, j): whether x_j stands before x_i or is x_i; of equal ones the first stands first.
        let width = shape[-1]
        let order = g.table((0..<width * width).map { $0 % width <= $0 / width ? 1 : 0 }, [width, width])
        let isBefore = g.maximum(
            g.binary(.greater, columns, rows), g.multiply(g.binary(.equal, columns, rows), order))
        let place = g.sum(isBefore, axes: [rank])
        let total = g.sum(g.multiply(isBefore, columns), axes: [rank])
        let margin = g.subtract(g.add(g.multiply(place, x), g.constant(1)), total)
        let support = g.binary(.greater, margin, g.constant(0))
        let sum = g.subtract(g.kept(.sum, g.multiply(support, total), axes: last), g.constant(1))
        return g.unary(.relu, g.subtract(x, g.divide(sum, g.kept(.sum, support, axes: last))))
    }
}

extension GraphBuilder {
    /// min(max(x, low), high)
    package func clip(_ x: Value, from low: Float, to high: Float) -> Value {
        binary(.minimum, binary(.maximum, x, constant(low)), constant(high))
    }

    /// A reduction whose axes stay, with one element each.
    package func kept(_ reduction: Reduction, _ x: Value, axes: [Int]) -> Value {
        var dimensions = shape(of: x).dimensions
        for axis in axes { dimensions[axis] = 1 }
        return axes.isEmpty ? x : reshape(emit(.reduce(reduction, axes: axes.sorted()), [x]), Shape(dimensions))
    }
}

extension LayerScope {
    /// Applies a function of the last axis to the given axes of `x` together: moved to the end, made one, and put back.
    /// Fails where there is no such axis.
    package func over(_ axes: [Int], _ x: Value, _ function: (Value) -> Value) -> Value {
        let shape = shape(of: x)
        let chosen = Set(axes.compactMap { shape.normalized(axis: $0) }).sorted()
        guard !chosen.isEmpty, chosen.count == axes.count, chosen[0] > 0 else {
            let list = axes.map(String.init).joined(separator: ", ")
            fail("there is no axis \(list) in an input of rank \(shape.rank)")
            return x
        }
        if chosen == [shape.rank - 1] { return function(x) }
        let rest = (0..<shape.rank).filter { !chosen.contains($0) }
        let order = rest + chosen
        let moved = Shape(order.map { shape[$0] })
        let merged = Shape(rest.map { shape[$0] } + [chosen.reduce(1) { $0 * shape[$1] }])
        let y = function(builder.reshape(builder.emit(.transpose(order), [x]), merged))
        let inverse = (0..<shape.rank).map { order.firstIndex(of: $0)! }
        return builder.emit(.transpose(inverse), [builder.reshape(y, moved)])
    }
}
