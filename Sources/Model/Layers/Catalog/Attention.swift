import Graph
import Tensors

/// Attention between sequences without heads (Luong and others 2015): values weighed by the softmax of query · key, or
/// with `score_mode` "concat" of Σ tanh(query + key) times a learnt number. Scalars: scale, concat_score_weight.
package struct Attention: Layer {
    package static let className = "Attention"
    package static var callKeywords: Set<String> { SequenceAttention.keywords }
    let scales: Bool
    let isConcatenating: Bool
    let attention: SequenceAttention

    package init(_ config: inout LayerConfig) throws {
        scales = try config.bool("use_scale", default: false)
        isConcatenating = try config.choice("score_mode", default: "dot", of: ["dot", "concat"]) == "concat"
        attention = try SequenceAttention(&config)
    }

    package func callAsFunction(_ inputs: [Value], in scope: LayerScope) throws -> [Value] {
        let scale = scales ? try scope.parameter("scale", [], role: .scale, initializer: .ones) : nil
        let weight =
            try isConcatenating
            ? scope.parameter("concat_score_weight", [], role: .scale, initializer: .ones) : nil
        return try attention(inputs, in: scope) { query, key in
            let g = scope.builder
            guard let weight else {
                let scores = g.matmul(query, key, transposeRight: true)
                return scale.map { g.multiply(scores, $0) } ?? scores
            }
            let sums = g.pairSums(query, key)
            let bent = g.unary(.tanh, scale.map { g.multiply(sums, $0) } ?? sums)
            return g.multiply(g.sum(bent, axes: [3]), weight)
        }
    }
}

/// Additive attention (Bahdanau and others 2015): values weighed by the softmax of Σ scale · tanh(query + key), with a
/// learnt scale (features,).
package struct AdditiveAttention: Layer {
    package static let className = "AdditiveAttention"
    package static var callKeywords: Set<String> { SequenceAttention.keywords }
    let scales: Bool
    let attention: SequenceAttention

    package init(_ config: inout LayerConfig) throws {
        scales = try config.bool("use_scale", default: true)
        attention = try SequenceAttention(&config)
    }

    package func callAsFunction(_ inputs: [Value], in scope: LayerScope) throws -> [Value] {
        let size = inputs.first.map { scope.shape(of: $0).dimensions.last ?? 1 } ?? 1
        let scale = try scales ? scope.parameter("scale", [size], role: .scale, initializer: .glorotUniform) : nil
        return try attention(inputs, in: scope) { query, key in
            let g = scope.builder
            let bent = g.unary(.tanh, g.pairSums(query, key))
            return g.sum(scale.map { g.multiply(bent, $0) } ?? bent, axes: [3])
        }
    }
}

/// What the two have in common: a query and a value, (batch, steps, features) each, a key that is the value unless said,
/// masks, and the weighing.
struct SequenceAttention: Hashable, Sendable {
    static let keywords: Set<String> = ["mask", "return_attention_scores", "use_causal_mask"]
    let dropout: Float
    /// Older Keras 2 said in the settings what newer ones say in the call.
    let isCausal: Bool

    init(_ config: inout LayerConfig) throws {
        dropout = try config.float("dropout", default: 0, in: 0...1)
        isCausal = try config.bool("causal", default: false)
        _ = config.take("seed")
    }

    func callAsFunction(
        _ inputs: [Value], in scope: LayerScope, scores: (_ query: Value, _ key: Value) throws -> Value
    ) throws -> [Value] {
        let g = scope.builder
        // Keras multiplies whatever it is given: without a time axis a batch's examples attend to one another.
        guard inputs.contains(where: { g.shape(of: $0).rank != 2 }) else {
            let whole = inputs.map { g.reshape($0, g.shape(of: $0).batched(1)) }
            return try self(whole, in: scope, scores: scores).map { g.reshape($0, g.shape(of: $0).droppingFirst) }
        }
        let (tensors, masks) = try parts(inputs, in: scope)
        let (query, value, key) = (tensors[0], tensors[1], tensors.count > 2 ? tensors[2] : tensors[1])
        var gone: [Value] = []
        if let mask = masks.value {
            gone.append(g.subtract(g.constant(1), g.reshape(mask, [g.shape(of: mask)[0], 1, g.shape(of: mask)[1]])))
        }
        if try isCausal || scope.flag("use_causal_mask") {
            gone.append(g.band(g.shape(of: query)[1], g.shape(of: key)[1]) { query, key in key > query })
        }
        var logits = try scores(query, key)
        if let first = gone.first {
            let all = gone.dropFirst().reduce(first) { g.maximum($0, $1) }
            logits = g.subtract(logits, g.scale(all, by: 1e9))
        }
        let weights = g.softmax(logits)
        var used = weights
        if scope.options.isTraining, dropout > 0 {
            used = g.emit(.dropout(rate: dropout, substream: scope.path.fingerprint), [used])
        }
        var y = g.matmul(used, value)
        if let mask = masks.query {
            y = g.multiply(y, g.reshape(mask, [g.shape(of: mask)[0], g.shape(of: mask)[1], 1]))
            scope.setMask(mask, of: y)
        }
        return try scope.flag("return_attention_scores") ? [y, weights] : [y]
    }

    /// The tensors, and the masks that are given or come with them.
    private func parts(
        _ inputs: [Value], in scope: LayerScope
    ) throws -> (tensors: [Value], masks: (query: Value?, value: Value?)) {
        if let mask = scope.call.settings["mask"], !mask.isNull {
            throw scope.error("it is called with mask = \(mask.serialized().prefix(80)), which is not known")
        }
        let keywords = inputs.indices.map { scope.call.keywords.indices.contains($0) ? scope.call.keywords[$0] : nil }
        let tensors = zip(inputs, keywords).filter { $0.1 == nil }.map(\.0)
        let masks = zip(inputs, keywords).filter { $0.1 == "mask" }.map(\.0)
        let shapes = tensors.map { scope.shape(of: $0) }
        guard (2...3).contains(tensors.count), masks.count <= 2, shapes.allSatisfy({ $0.rank == 3 }) else {
            let list = shapes.map(\.droppingFirst.description).joined(separator: ", ")
            throw scope.error("it takes two or three sequences of vectors and two masks, and was given \(list)")
        }
        let (query, value, key) = (shapes[0], shapes[1], shapes[shapes.count - 1])
        guard query[2] == key[2], value[1] == key[1] else {
            throw scope.error(
                "a query of \(query.droppingFirst), a value of \(value.droppingFirst) and a key of "
                    + "\(key.droppingFirst) do not fit")
        }
        guard masks.isEmpty else { return (tensors, (masks[0], masks.count > 1 ? masks[1] : nil)) }
        return (tensors, (scope.mask(of: tensors[0]), scope.mask(of: tensors[1])))
    }
}

extension GraphBuilder {
    /// (batch, m, size), (batch, n, size) → (batch, m, n, size): every vector of one plus every one of the other.
    fileprivate func pairSums(_ a: Value, _ b: Value) -> Value {
        let (left, right) = (shape(of: a), shape(of: b))
        return add(
            reshape(a, [left[0], left[1], 1, left[2]]), reshape(b, [right[0], 1, right[1], right[2]]))
    }
}
