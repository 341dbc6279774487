import JSON
import OrderedCollections
import Tensors
import Training

/// Where the model comes from. Paths are absolute.
package struct ModelSection: Sendable, Hashable {
    package enum Source: Sendable, Hashable {
        /// A whole model.
        case checkpoint(String)
        /// A Keras config; with weights from these files (one weights file or `.npz`, or `.npy` files in the order of
        /// the parameters), without any from scratch.
        case architecture(String, weights: [String])
    }

    package let source: Source
    /// The last layer that is kept.
    package let cutAt: String?
    /// Layers on top of what is kept; empty where the model stays as it is.
    package let head: [HeadLayer]
    /// What Lambda layers compute, by the names of the layers.
    package let lambdas: [String: String]
    /// Groups of layers by their names.
    package let blocks: OrderedDictionary<String, [PathPattern]>
    /// What starts afresh although a file has it.
    package let reinitialize: [PolicySelector]

    /// The blocks as patterns that rules use by name.
    package var namedBlocks: [String: PathPattern] {
        Dictionary(
            uniqueKeysWithValues: blocks.map { ($0.key, PathPattern(named: $0.key, coveringAll: $0.value)) })
    }

    init(_ node: RecipeNode) throws {
        if let checkpoint = try node.optional("checkpoint") {
            source = .checkpoint(try checkpoint.text())
        } else {
            source = .architecture(
                try node.member("architecture").text(), weights: try node.optional("weights")?.texts() ?? [])
        }
        let written = try node.optional("lambda")?.members ?? [:]
        lambdas = Dictionary(try written.map { ($0.key, try $0.value.text()) }, uniquingKeysWith: { first, _ in first })
        blocks = try (node.optional("blocks")?.members ?? [:]).mapValues { try $0.texts().map { try PathPattern($0) } }
        let named = Dictionary(
            uniqueKeysWithValues: blocks.map { ($0.key, PathPattern(named: $0.key, coveringAll: $0.value)) })
        reinitialize = try (node.optional("reinitialize")?.texts() ?? []).map {
            try PolicySelector($0).naming(named)
        }
        cutAt = try node.optional("cut_at")?.text()
        head = try node.optional("head")?.list().map { try HeadLayer($0) } ?? []
    }
}

/// A layer of a head as the recipe describes it.
package struct HeadLayer: Sendable, Hashable {
    package let className: String
    /// Nil: the class in snake case, with a counter.
    package let name: String?
    /// The settings of a Keras config. A number of classes that is still to be filled in is the text `"classes"`.
    package let config: JSON
    /// The path in the recipe, such as `model.head.0`, for messages.
    package let path: String

    init(_ node: RecipeNode) throws {
        className = try node.member("layer").text()
        name = try node["name"]?.text()
        path = node.path
        var members = node.json.object ?? [:]
        members.removeValue(forKey: "layer")
        members.removeValue(forKey: "name")
        config = .object(members)
    }

    /// The settings with every `"classes"` replaced by a number.
    package func config(classes: Int) -> JSON {
        guard let members = config.object else { return config }
        return .object(members.mapValues { $0 == "classes" ? .integer(classes) : $0 })
    }
}
