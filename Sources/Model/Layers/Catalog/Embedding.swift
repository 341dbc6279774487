import Graph
import Tensors

/// A row of a table for every number; embeddings (input_dim, output_dim). With `mask_zero`, 0 marks steps that do not
/// count. A number outside the table gives NaN.
package struct Embedding: SimpleLayer {
    package static let className = "Embedding"
    let rows: Int
    let width: Int
    let masksZero: Bool
    let initializer: Initializer
    let regularizer: Regularizer?

    package init(_ config: inout LayerConfig) throws {
        rows = try config.int("input_dim")
        width = try config.int("output_dim")
        masksZero = try config.bool("mask_zero", default: false)
        initializer = try config.initializer(
            "embeddings_initializer", default: .uniform(minimum: -0.05, maximum: 0.05))
        regularizer = try config.regularizer("embeddings_regularizer")
        // How many steps there are, the input says; the rest is about how Keras looks up.
        for key in ["input_length", "use_one_hot_matmul", "sparse"] { _ = config.take(key) }
        try config.refuse("lora_rank", "lora_alpha")
    }

    package func callAsFunction(_ x: Value, in scope: LayerScope) throws -> Value {
        let g = scope.builder
        let table = try scope.parameter(
            "embeddings", [rows, width], role: .embedding, initializer: initializer, regularizer: regularizer)
        try scope.requireAddressable(scope.shape(of: x).dimensions + [width])
        let y = g.gather(table, x)
        if masksZero { scope.setMask(g.isNot(x, 0), of: y) }
        return y
    }
}

/// Steps whose features are all `mask_value` do not count, and are zero.
package struct Masking: SimpleLayer {
    package static let className = "Masking"
    let value: Float

    package init(_ config: inout LayerConfig) throws { value = try config.float("mask_value", default: 0) }

    package func callAsFunction(_ x: Value, in scope: LayerScope) throws -> Value {
        let (g, shape) = (scope.builder, scope.shape(of: x))
        guard shape.rank >= 2, shape[-1] > 0 else { throw scope.error("it takes sequences of features") }
        let mask = g.emit(.reduce(.maximum, axes: [shape.rank - 1]), [g.isNot(x, value)])
        let y = g.multiply(x, g.reshape(mask, Shape(shape.dimensions.dropLast() + [1])))
        scope.setMask(mask, of: y)
        return y
    }
}

extension GraphBuilder {
    /// 1 where x is another number than `value`, else 0.
    func isNot(_ x: Value, _ value: Float) -> Value {
        subtract(constant(1), binary(.equal, x, constant(value)))
    }
}
