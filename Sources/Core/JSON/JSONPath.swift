/// One step into a JSON value: a key of an object or an index of an array.
package enum JSONPathComponent: Hashable, Sendable, ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
    CustomStringConvertible
{
    case key(String)
    case index(Int)

    package init(stringLiteral value: String) { self = .key(value) }
    package init(integerLiteral value: Int) { self = .index(value) }

    package var description: String {
        switch self {
        case .key(let key): key
        case .index(let index): String(index)
        }
    }
}

extension Array where Element == JSONPathComponent {
    /// As `--set` writes it: `phases.0.epochs`; empty for the whole value.
    package var dotted: String { map(\.description).joined(separator: ".") }
}

extension JSON {
    /// The value at a path from here; nil where there is none.
    package subscript(path: [JSONPathComponent]) -> JSON? {
        var value = self
        for component in path {
            let next: JSON? =
                switch component {
                case .key(let key): value[key]
                case .index(let index): value[index]
                }
            guard let next else { return nil }
            value = next
        }
        return value
    }
}
