import Graph
import Tensors

/// The dimensions of an example in another order; `dims` counts them from 1.
package struct Permute: SimpleLayer {
    package static let className = "Permute"
    let dims: [Int]
    package init(_ config: inout LayerConfig) throws {
        guard config.has("dims") else { throw config.error("\"dims\" is missing") }
        dims = try config.axes("dims", default: [])
        guard dims.sorted() == Array(1...dims.count) else {
            throw config.error("\"dims\" should name every dimension from 1 on once, not \(dims)")
        }
    }

    package func callAsFunction(_ x: Value, in scope: LayerScope) throws -> Value {
        try scope.requireRank(dims.count + 1, x)
        return scope.builder.emit(.transpose([0] + dims), [x])
    }
}

/// (batch, features) → (batch, n, features): every example n times over.
package struct RepeatVector: SimpleLayer {
    package static let className = "RepeatVector"
    let count: Int
    package init(_ config: inout LayerConfig) throws { count = try config.int("n") }

    package func callAsFunction(_ x: Value, in scope: LayerScope) throws -> Value {
        try scope.requireRank(2, x)
        let shape = scope.shape(of: x)
        let repeated: Shape = [shape[0], count, shape[1]]
        guard repeated.countIfAddressable != nil else {
            throw scope.error("its output would be too large: \(repeated)")
        }
        return scope.builder.emit(.expand(shape: repeated, axes: [1], scale: 1), [x])
    }
}
