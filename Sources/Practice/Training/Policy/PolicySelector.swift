import Tensors

/// Which tensors a rule speaks of.
package enum PolicySelector: Hashable, Sendable, CustomStringConvertible {
    case pattern(PathPattern)
    /// `last 3`: the layers of the three smallest depths, the head included.
    case last(Int)
    /// `until: L`: from the input up to L, L included; with a block, all of the block.
    case until(PathPattern)
    /// `from: L`: from L up to the output, L included.
    case from(PathPattern)

    /// A pattern, `last 3`, `until: conv2d` or `from: conv2d` (the colon may be left out).
    /// - Throws: `PathPatternError`; `PolicyRuleError` for `last 0` and `last x`.
    package init(_ text: String) throws {
        let words = text.split(whereSeparator: { $0 == " " || $0 == ":" })
        guard words.count == 2, !text.hasPrefix("re:") else {
            self = .pattern(try PathPattern(text))
            return
        }
        switch words[0] {
        case "last":
            guard let count = Int(words[1]), count > 0 else {
                throw PolicyRuleError.lastWithoutCount(text)
            }
            self = .last(count)
        case "until": self = .until(try PathPattern(String(words[1])))
        case "from": self = .from(try PathPattern(String(words[1])))
        default: self = .pattern(try PathPattern(text))
        }
    }

    package var description: String {
        switch self {
        case .pattern(let pattern): pattern.description
        case .last(let count): "last \(count)"
        case .until(let pattern): "until: \(pattern)"
        case .from(let pattern): "from: \(pattern)"
        }
    }

    /// The path pattern in it, if there is one.
    package var pattern: PathPattern? {
        switch self {
        case .pattern(let pattern), .until(let pattern), .from(let pattern): pattern
        case .last: nil
        }
    }

    /// The indices of the tensors that are meant, in order.
    package func matches(in tensors: [PolicyTensor]) -> [Int] {
        switch self {
        case .pattern(let pattern):
            return tensors.indices.filter { pattern.covers(tensors[$0].path) }
        case .last(let count):
            return tensors.indices.filter { tensors[$0].depth < count }
        case .until(let pattern):
            let depths = tensors.filter { pattern.covers($0.path) }.map(\.depth)
            guard let nearest = depths.min() else { return [] }
            return tensors.indices.filter { tensors[$0].depth >= nearest }
        case .from(let pattern):
            let depths = tensors.filter { pattern.covers($0.path) }.map(\.depth)
            guard let farthest = depths.max() else { return [] }
            return tensors.indices.filter { tensors[$0].depth <= farthest }
        }
    }

    /// Whether the selector speaks of this very tensor, as `**.bias` does, rather than of the layer or block around
    /// it, as `**` and `conv2d` and `conv2d.*` do.
    package func names(_ tensor: PolicyTensor) -> Bool {
        guard case .pattern(let pattern) = self, pattern.covers(tensor.path), !pattern.covers(tensor.layer) else {
            return false
        }
        return pattern.description.last != "*"
            || pattern.description.split(separator: ".").last?.contains { $0 != "*" } == true
    }
}
