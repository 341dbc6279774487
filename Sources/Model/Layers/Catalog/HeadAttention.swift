import Graph
import Tensors

/// softmax(query · keyᵀ / √size) · value for every head, over any axes of the examples.
struct HeadAttention: Hashable, Sendable {
    let scale: Float
    let dropout: Float
    let generation: KerasGeneration
    /// tf_keras' `softmax_robust_masking`.
    let isRobust: Bool

    init(_ config: inout LayerConfig, size: Int) throws {
        scale = 1 / Float(size).squareRoot()
        dropout = try config.float("dropout", default: 0, in: 0...1)
        generation = config.generation
        isRobust = try config.bool("softmax_robust_masking", default: false)
        // Which kernel computes it, and where its noise comes from, is our own business.
        for key in ["flash_attention", "seed"] { _ = config.take(key) }
    }

    /// - Parameters:
    ///   - query: (batch, …, heads, size); key and value alike, with their own extents along `axes`.
    ///   - axes: what is attended over; the other axes between batch and heads are as good as the batch.
    /// - Returns: heads as `query` has them with the values' size, and scores (batch, others…, heads, query axes…, key
    ///   axes…).
    func callAsFunction(
        _ query: Value, _ key: Value, _ value: Value, _ call: AttentionCall, axes: [Int], in scope: LayerScope
    ) throws -> (heads: Value, scores: Value) {
        let g = scope.builder
        let (queries, keys) = (g.shape(of: query), g.shape(of: key))
        let rank = queries.rank
        let others = (1..<rank - 2).filter { !axes.contains($0) }
        guard others.allSatisfy({ queries[$0] == keys[$0] }), queries[0] == keys[0] else {
            throw scope.error(
                "a query of \(scope.shape(of: call.query)) does not fit a value of \(scope.shape(of: call.value))")
        }
        // (batch, others…, heads, axes…, size) → (rows, steps, size)
        let order = [0] + others + [rank - 2] + axes + [rank - 1]
        let lead = [queries[0]] + others.map { queries[$0] } + [queries[-2]]
        let rows = lead.reduce(1, *)
        func stacked(_ x: Value) -> Value {
            let shape = g.shape(of: x)
            return g.reshape(
                g.emit(.transpose(order), [x]), [rows, axes.reduce(1) { $0 * shape[$1] }, shape[-1]])
        }
        let raw = g.matmul(g.scale(stacked(query), by: scale), stacked(key), transposeRight: true)
        let (from, to) = (axes.map { queries[$0] }, axes.map { keys[$0] })
        let full = Shape(lead + from + to)
        let weights = try masked(g.reshape(raw, full), by: call, axes: axes.count, in: scope) { masked in
            g.softmax(g.reshape(masked, g.shape(of: raw)))
        }
        var used = g.reshape(weights, g.shape(of: raw))
        if scope.options.isTraining, dropout > 0 {
            used = g.emit(.dropout(rate: dropout, substream: scope.path.fingerprint), [used])
        }
        let mixed = g.matmul(used, stacked(value))
        let unstacked = g.reshape(mixed, Shape(lead + from + [g.shape(of: value)[-1]]))
        let inverse = (0..<rank).map { order.firstIndex(of: $0)! }
        return (g.emit(.transpose(inverse), [unstacked]), g.reshape(weights, full))
    }

    /// Takes the masked scores out of a softmax, as the Keras that wrote the file does. They differ where nothing is left.
    private func masked(
        _ scores: Value, by call: AttentionCall, axes: Int, in scope: LayerScope, softmax: (Value) -> Value
    ) throws -> Value {
        guard let mask = call.mask else { return softmax(scores) }
        let g = scope.builder
        let (shape, known) = (g.shape(of: scores), g.shape(of: mask))
        // Keras puts the missing axes before those of the steps.
        let split = max(known.rank - 2 * axes, 0)
        let ones = Array(repeating: 1, count: max(shape.rank - known.rank, 0))
        let wide = g.reshape(mask, Shape(known.dimensions.prefix(split) + ones + known.dimensions.dropFirst(split)))
        guard shape.broadcast(with: g.shape(of: wide)) == shape else {
            throw scope.error("a mask of \(known) does not fit scores of \(shape)")
        }
        if generation != .keras3, !isRobust {
            let isGone = g.subtract(g.constant(1), wide)
            return softmax(g.add(scores, g.scale(isGone, by: -1e9)))
        }
        let y = softmax(g.select(wide, scores, g.constant(-1e9)))
        // Keras 3 goes through another kernel where nobody asks for the scores, which leaves such rows even.
        let leavesRowsEven = shape.rank == 4 && dropout == 0 && !call.returnsScores
        guard generation == .keras3, !leavesRowsEven else { return y }
        return g.select(wide, g.reshape(y, shape), g.constant(0))
    }
}
