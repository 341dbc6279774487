import JSON
import OrderedCollections

/// Where a value of a recipe comes from.
package enum RecipeOrigin: Hashable, Sendable {
    case text(SourceLocation)
    /// A `--set` of the command line; the text before its `=`.
    case option(String)
    /// Nobody wrote it. The location is that of the section it belongs to.
    case standard(SourceLocation?)

    package var location: SourceLocation? {
        switch self {
        case .text(let location): location
        case .option: nil
        case .standard(let location): location
        }
    }

    var isWritten: Bool { if case .standard = self { false } else { true } }
    var isOption: Bool { if case .option = self { true } else { false } }
}

/// A value of a recipe that knows where it and its parts come from and under which path the user knows it.
package struct RecipeNode: Sendable {
    package enum Content: Sendable {
        case scalar(JSON)
        case list([RecipeNode])
        case object(OrderedDictionary<String, RecipeNode>)
        /// Something was there but made no sense, and that has been said.
        case invalid
    }

    package var content: Content
    package let origin: RecipeOrigin
    /// Where the key before the value stands; the value's own origin where there is none.
    package let keyOrigin: RecipeOrigin
    /// As the user wrote it: `phases.0.epochs`.
    package let path: String

    init(_ content: Content, origin: RecipeOrigin, keyOrigin: RecipeOrigin? = nil, path: String) {
        self.content = content
        self.origin = origin
        self.keyOrigin = keyOrigin ?? origin
        self.path = path
    }

    /// The whole of `value`, all of it from one place.
    init(_ value: JSON, origin: RecipeOrigin, path: String) {
        switch value {
        case .array(let elements):
            let nodes = elements.enumerated().map { index, element in
                RecipeNode(element, origin: origin, path: RecipeNode.join(path, String(index)))
            }
            self.init(.list(nodes), origin: origin, path: path)
        case .object(let members):
            let nodes = OrderedDictionary(
                uniqueKeysWithValues: members.map { key, member in
                    (key, RecipeNode(member, origin: origin, path: RecipeNode.join(path, key)))
                })
            self.init(.object(nodes), origin: origin, path: path)
        default: self.init(.scalar(value), origin: origin, path: path)
        }
    }

    /// A value that was read from a text, each part with its place.
    init(_ located: LocatedJSON) {
        self.init(located.value, located.root, path: "")
    }

    private init(_ value: JSON, _ place: LocatedJSON.Place, path: String) {
        let content: Content
        switch value {
        case .array(let elements):
            content = .list(
                zip(elements, place.children).enumerated().map { index, pair in
                    RecipeNode(pair.0, pair.1, path: RecipeNode.join(path, String(index)))
                })
        case .object(let members):
            content = .object(
                OrderedDictionary(
                    uniqueKeysWithValues: zip(members, place.children).map { member, place in
                        (member.key, RecipeNode(member.value, place, path: RecipeNode.join(path, member.key)))
                    }))
        default: content = .scalar(value)
        }
        self.init(content, origin: .text(place.value), keyOrigin: .text(place.key), path: path)
    }

    static func join(_ path: String, _ key: String) -> String { path.isEmpty ? key : path + "." + key }
}

extension RecipeNode {
    package var members: OrderedDictionary<String, RecipeNode>? {
        if case .object(let members) = content { members } else { nil }
    }

    package var elements: [RecipeNode]? { if case .list(let elements) = content { elements } else { nil } }

    package var scalar: JSON? { if case .scalar(let value) = content { value } else { nil } }

    package var isNull: Bool { scalar?.isNull ?? false }

    var isInvalid: Bool { if case .invalid = content { true } else { false } }

    package subscript(key: String) -> RecipeNode? { members?[key] }

    /// The part at a dotted path from here, such as `optimizer.learning_rate`.
    package subscript(dotted path: String) -> RecipeNode? {
        var node = self
        for component in path.split(separator: ".") {
            let next: RecipeNode? =
                if let elements = node.elements, let index = Int(component) {
                    elements.indices.contains(index) ? elements[index] : nil
                } else {
                    node.members?[String(component)]
                }
            guard let next else { return nil }
            node = next
        }
        return node
    }

    /// The value alone; what is invalid is null.
    package var json: JSON {
        switch content {
        case .scalar(let value): value
        case .list(let elements): .array(elements.map(\.json))
        case .object(let members): .object(members.mapValues(\.json))
        case .invalid: .null
        }
    }

    func with(_ content: Content) -> RecipeNode {
        RecipeNode(content, origin: origin, keyOrigin: keyOrigin, path: path)
    }

    /// The node as the text after "found".
    var found: String {
        switch content {
        case .scalar(.string(let text)): "\"\(text.count > 60 ? text.prefix(57) + "…" : text[...])\""
        case .scalar(let value): value.serialized()
        case .list(let elements): elements.isEmpty ? "an empty list" : "a list"
        case .object: "an object"
        case .invalid: "nothing that makes sense"
        }
    }
}
