import Graph
import JSON
import Tensors

/// The product of two inputs summed over one axis of each, example by example; with `normalize`, of unit vectors.
package struct Dot: MergingLayer {
    package static let className = "Dot"
    /// Of the first and the second input; negative ones count from the end.
    let axes: [Int]
    let normalizes: Bool
    /// What Σx² is at least when normalising.
    let floor: Float

    package init(_ config: inout LayerConfig) throws {
        guard config.has("axes") else { throw config.error("\"axes\" is missing") }
        let axes = try config.axes("axes", default: [])
        guard axes.count <= 2 else { throw config.error("\"axes\" should be one axis or two, not \(axes)") }
        self.axes = axes.count == 1 ? [axes[0], axes[0]] : axes
        normalizes = try config.bool("normalize", default: false)
        // TensorFlow's l2_normalize; Keras 3's own has a floor of 10⁻⁷ under the norm itself.
        floor = config.generation == .keras3 ? 1e-14 : 1e-12
    }

    package func merge(_ inputs: [Value], in scope: LayerScope) throws -> Value {
        guard inputs.count == 2 else { throw scope.error("it takes two inputs, and \(inputs.count) were given") }
        let g = scope.builder
        let shapes = inputs.map { scope.shape(of: $0) }
        guard let a = shapes[0].normalized(axis: axes[0]), let b = shapes[1].normalized(axis: axes[1]), a > 0, b > 0,
            shapes[0][a] == shapes[1][b]
        else {
            throw scope.error(
                "the axes \(axes) of inputs of \(shapes[0].droppingFirst) and \(shapes[1].droppingFirst) do not fit")
        }
        let unit = zip(inputs, [a, b]).map { x, axis in
            normalizes ? g.normalized(x, axes: [axis], squareFloor: floor) : x
        }
        func last(_ value: Value, _ shape: Shape, _ axis: Int) -> (rows: Value, rest: [Int]) {
            let rest = (1..<shape.rank).filter { $0 != axis }
            let moved = g.emit(.transpose([0] + rest + [axis]), [value])
            let extents = rest.map { shape[$0] }
            return (g.reshape(moved, [shape[0], extents.reduce(1, *), shape[axis]]), extents)
        }
        let (left, leftRest) = last(unit[0], shapes[0], a)
        let (right, rightRest) = last(unit[1], shapes[1], b)
        // (batch, m, k) × (batch, n, k)ᵀ; two vectors give a column of one.
        let product = g.matmul(left, right, transposeRight: true)
        let rest = leftRest + rightRest
        return g.reshape(product, Shape([shapes[0][0]] + (rest.isEmpty ? [1] : rest)))
    }
}

extension GraphBuilder {
    /// x / √max(Σx², floor) over the given axes.
    func normalized(_ x: Value, axes: [Int], squareFloor: Float) -> Value {
        let squares = kept(.sum, unary(.square, x), axes: axes)
        return divide(x, unary(.sqrt, binary(.maximum, squares, constant(squareFloor))))
    }
}
