import JSON
import OrderedCollections

/// One call of a layer: the values it is called on, and how they are passed.
package struct LayerCall: Hashable, Sendable {
    package var inputs: [TensorReference]
    /// Per input the keyword it is passed as (`initial_state`, `mask`, `key`), nil for a positional one.
    package var keywords: [String?]
    /// Keywords whose values are written down, such as `use_causal_mask`.
    package var settings: OrderedDictionary<String, JSON>
    /// Whether the file says that its first input carries a mask.
    package var expectsMask: Bool

    package init(
        _ inputs: [TensorReference], keywords: [String?]? = nil, settings: OrderedDictionary<String, JSON> = [:],
        expectsMask: Bool = false
    ) {
        precondition(keywords.map { $0.count == inputs.count } ?? true, "one keyword an input")
        self.inputs = inputs
        self.keywords = keywords ?? inputs.map { _ in nil }
        self.settings = settings
        self.expectsMask = expectsMask
    }
}

extension LayerCall: ExpressibleByArrayLiteral {
    package init(arrayLiteral inputs: TensorReference...) { self.init(inputs) }
}
