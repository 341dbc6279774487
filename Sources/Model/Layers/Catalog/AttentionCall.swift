import Graph
import JSON
import Tensors

/// What an attention of several heads is called with: query, value and key, which tensors and steps to leave out.
struct AttentionCall {
    static let keywords: Set<String> = [
        "query", "value", "key", "query_mask", "value_mask", "key_mask", "attention_mask", "use_causal_mask",
        "return_attention_scores",
    ]

    let query: Value
    let value: Value
    let key: Value
    let returnsScores: Bool
    /// (batch, query steps, key steps) of ones and zeros, or what broadcasts to it; nil where everything counts.
    let mask: Value?

    /// The order in which Keras takes them without a keyword.
    private static let order = [
        "query", "value", "key", "query_mask", "value_mask", "key_mask", "attention_mask",
    ]

    /// - Parameter window: how far a step may look to either side (Keras 3's `sliding_window`).
    init(_ inputs: [Value], window: Int?, in scope: LayerScope) throws {
        let given = try AttentionCall.named(inputs, in: scope)
        guard let query = given["query"], let value = given["value"] else {
            throw scope.error("it takes a query and a value, and \(inputs.count) inputs were given")
        }
        let key = given["key"] ?? value
        (self.query, self.value, self.key) = (query, value, key)
        returnsScores = try scope.flag("return_attention_scores")
        let g = scope.builder
        let ranks = [query, value, key].map { scope.shape(of: $0).rank }
        guard ranks.allSatisfy({ $0 == ranks[0] && $0 >= 3 }) else {
            throw scope.error("query, value and key should have the same rank of at least 3, not \(ranks)")
        }
        let (queries, keys) = (scope.shape(of: query), scope.shape(of: value))
        guard keys.dimensions.dropLast() == scope.shape(of: key).dimensions.dropLast() else {
            throw scope.error("a key of \(scope.shape(of: key)) does not fit a value of \(keys)")
        }
        func wide(_ mask: Value, as shape: (Int) -> Shape) -> Value { g.reshape(mask, shape(g.shape(of: mask)[-1])) }
        var masks: [Value] = []
        if let mask = given["query_mask"] ?? scope.mask(of: query) { masks.append(wide(mask) { [queries[0], $0, 1] }) }
        if let mask = given["value_mask"] ?? scope.mask(of: value) { masks.append(wide(mask) { [keys[0], 1, $0] }) }
        if given["key"] != nil, let mask = given["key_mask"] ?? scope.mask(of: key) {
            masks.append(wide(mask) { [keys[0], 1, $0] })
        }
        if try scope.flag("use_causal_mask") {
            masks.append(g.band(queries[1], keys[1]) { query, key in key <= query })
        }
        if let window { masks.append(g.band(queries[1], keys[1]) { query, key in abs(query - key) < window }) }
        if let mask = given["attention_mask"] { masks.append(mask) }
        for pair in zip(masks, masks.dropFirst())
        where g.shape(of: pair.0).broadcast(with: g.shape(of: pair.1)) == nil {
            throw scope.error("masks of \(g.shape(of: pair.0)) and \(g.shape(of: pair.1)) do not fit")
        }
        mask = masks.dropFirst().reduce(masks.first) { known, next in known.map { g.multiply($0, next) } }
    }

    private static func named(_ inputs: [Value], in scope: LayerScope) throws -> [String: Value] {
        var given: [String: Value] = [:]
        var free = order[...]
        for (index, input) in inputs.enumerated() {
            let keyword = scope.call.keywords.indices.contains(index) ? scope.call.keywords[index] : nil
            guard let name = keyword ?? free.first(where: { given[$0] == nil }) else {
                throw scope.error("it takes \(order.count) tensors, and \(inputs.count) were given")
            }
            if keyword == nil { free = free.drop { $0 != name }.dropFirst() }
            guard given.updateValue(input, forKey: name) == nil else {
                throw scope.error("its \(name) is given twice")
            }
        }
        return given
    }
}

extension LayerScope {
    /// A keyword of the call that is true, false or absent.
    func flag(_ keyword: String) throws -> Bool {
        guard let value = call.settings[keyword], !value.isNull else { return false }
        guard let flag = value.bool else {
            throw error(
                "it is called with \(keyword) = \(value.serialized().prefix(80)), which should be true or false")
        }
        return flag
    }
}

extension GraphBuilder {
    /// (1, rows, columns) of ones where `isIn` holds.
    func band(_ rows: Int, _ columns: Int, _ isIn: (Int, Int) -> Bool) -> Value {
        let values: [Float] = (0..<rows).flatMap { row in (0..<columns).map { isIn(row, $0) ? 1 : 0 } }
        return table(values, [1, rows, columns])
    }
}
