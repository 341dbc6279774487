import Graph
import Tensors

/// Attention of several heads (Vaswani and others 2017): every head weighs the values by the softmax of
/// query · key / √key_dim; the heads' results are joined by one more product.
///
/// Tensors: query, key, (gate,) value: kernel (features, heads, size), bias (heads, size); attention_output: kernel
/// (heads, value_dim, outputs…), bias (outputs…).
package struct MultiHeadAttention: Layer {
    package static let className = "MultiHeadAttention"
    package static var callKeywords: Set<String> { AttentionCall.keywords }
    package var passesMask: Bool { true }
    let heads: Int
    let keySize: Int
    let valueSize: Int
    let outputs: [Int]?
    /// Nil for all between batch and features.
    let axes: [Int]?
    let window: Int?
    let isGated: Bool
    let projection: HeadProjection
    let attention: HeadAttention

    package init(_ config: inout LayerConfig) throws {
        heads = try config.int("num_heads")
        keySize = try config.int("key_dim")
        valueSize = try config.int("value_dim", default: keySize)
        outputs = config.has("output_shape") ? try config.sizes("output_shape") : nil
        axes = config.has("attention_axes") ? try config.axes("attention_axes", default: []) : nil
        window = config.has("sliding_window") ? try config.int("sliding_window") : nil
        isGated = try config.bool("use_gate", default: false)
        projection = try HeadProjection(&config)
        attention = try HeadAttention(&config, size: keySize)
        // What shapes it was built for: the inputs say it again.
        for key in ["query_shape", "key_shape", "value_shape"] { _ = config.take(key) }
    }

    package func callAsFunction(_ inputs: [Value], in scope: LayerScope) throws -> [Value] {
        let call = try AttentionCall(inputs, window: window, in: scope)
        let g = scope.builder
        let rank = scope.shape(of: call.query).rank
        let attended =
            try axes.map { try scope.normalized(axes: $0, of: scope.shape(of: call.query)).sorted() }
            ?? Array(1..<rank - 1)
        guard attended.allSatisfy({ $0 < rank - 1 }) else {
            throw scope.error("the features, axis \(rank - 1), cannot be among its attention axes \(attended)")
        }
        let query = try projection.split(call.query, name: "query", heads: heads, size: keySize, in: scope)
        let key = try projection.split(call.key, name: "key", heads: heads, size: keySize, in: scope)
        let gate =
            try isGated
            ? projection.split(call.query, name: "gate", heads: heads, size: valueSize, in: scope) : nil
        let value = try projection.split(call.value, name: "value", heads: heads, size: valueSize, in: scope)
        var (heads, scores) = try attention(query, key, value, call, axes: attended, in: scope)
        if let gate { heads = g.multiply(heads, g.unary(.sigmoid, gate)) }
        let y = try projection.join(heads, outputs: outputs ?? [scope.shape(of: call.query)[-1]], in: scope)
        return call.returnsScores ? [y, scores] : [y]
    }
}

/// Keras 3's attention in which several query heads share a head of keys and values.
///
/// Tensors: as `MultiHeadAttention` has them.
package struct GroupedQueryAttention: Layer {
    package static let className = "GroupedQueryAttention"
    package static var callKeywords: Set<String> { AttentionCall.keywords }
    package var passesMask: Bool { true }
    let size: Int
    let queryHeads: Int
    let keyHeads: Int
    let window: Int?
    let isGated: Bool
    let projection: HeadProjection
    let attention: HeadAttention

    package init(_ config: inout LayerConfig) throws {
        size = try config.int("head_dim")
        queryHeads = try config.int("num_query_heads")
        keyHeads = try config.int("num_key_value_heads")
        guard queryHeads % keyHeads == 0 else {
            throw config.error("\(queryHeads) query heads do not divide among \(keyHeads) heads of keys and values")
        }
        window = config.has("sliding_window") ? try config.int("sliding_window") : nil
        isGated = try config.bool("use_gate", default: false)
        projection = try HeadProjection(&config)
        attention = try HeadAttention(&config, size: size)
    }

    package func callAsFunction(_ inputs: [Value], in scope: LayerScope) throws -> [Value] {
        let call = try AttentionCall(inputs, window: window, in: scope)
        try scope.requireRank(3, call.query)
        let g = scope.builder
        let query = try projection.split(call.query, name: "query", heads: queryHeads, size: size, in: scope)
        let key = try projection.split(call.key, name: "key", heads: keyHeads, size: size, in: scope)
        let gate =
            try isGated
            ? projection.split(call.query, name: "gate", heads: queryHeads, size: size, in: scope) : nil
        let value = try projection.split(call.value, name: "value", heads: keyHeads, size: size, in: scope)
        var (heads, scores) = try attention(
            query, repeated(key, in: g), repeated(value, in: g), call, axes: [1], in: scope)
        if let gate { heads = g.multiply(heads, g.unary(.sigmoid, gate)) }
        let y = try projection.join(heads, outputs: [scope.shape(of: call.query)[-1]], in: scope)
        return call.returnsScores ? [y, scores] : [y]
    }

    /// (batch, steps, key heads, size) → (batch, steps, query heads, size), each head several times in a row.
    private func repeated(_ x: Value, in g: GraphBuilder) -> Value {
        let shape = g.shape(of: x)
        let wide: Shape = [shape[0], shape[1], keyHeads, queryHeads / keyHeads, size]
        let copies = g.emit(.expand(shape: wide, axes: [3], scale: 1), [x])
        return g.reshape(copies, [shape[0], shape[1], queryHeads, size])
    }
}

extension LayerConfig {
    /// A size or a list of sizes.
    mutating func sizes(_ key: String) throws -> [Int] {
        guard let value = take(key) else { throw error("\"\(key)\" is missing") }
        let sizes = value.int.map { [$0] } ?? value.array?.compactMap(\.int) ?? []
        guard !sizes.isEmpty, sizes.count == value.array?.count ?? 1, sizes.allSatisfy({ (1...1 << 31).contains($0) })
        else { throw error("\"\(key)\" should be a size or a list of sizes, not \(value.serialized())") }
        return sizes
    }
}
