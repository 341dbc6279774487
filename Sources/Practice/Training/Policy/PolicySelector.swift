import Layers
import Tensors

/// Which tensors a rule speaks of.
package enum PolicySelector: Hashable, Sendable, CustomStringConvertible {
    case pattern(PathPattern)
    /// `last 3`: the layers of the three smallest depths, the head included.
    case last(Int)
    /// `first 3`: the layers of the three greatest depths.
    case first(Int)
    /// `last block`, `last 2 blocks`: nearest the output, the head left out.
    case lastBlocks(Int)
    /// `first block`, `first 2 blocks`: nearest the input.
    case firstBlocks(Int)
    /// `until: L`: from the input up to L, L included; with a block, all of the block.
    case until(PathPattern)
    /// `from: L`: from L up to the output, L included.
    case from(PathPattern)
    /// `role: bias`: tensors by what they are for.
    case role(PolicyRoles)

    /// A pattern, `last 3`, `first block`, `until: conv2d`, `role: bias` (the colon may be left out).
    /// - Throws: `PathPatternError`; `PolicyRuleError` for `last 0`, `last x` and a role that is not known.
    package init(_ text: String) throws {
        let words = text.split(whereSeparator: { $0 == " " || $0 == ":" })
        guard (2...3).contains(words.count), !text.hasPrefix("re:") else {
            self = .pattern(try PathPattern(text))
            return
        }
        switch (words[0], words.count) {
        case ("last", _), ("first", _): self = try PolicySelector.counted(words, text)
        case ("until", 2): self = .until(try PathPattern(String(words[1])))
        case ("from", 2): self = .from(try PathPattern(String(words[1])))
        case ("role", 2):
            guard let roles = PolicyRoles(rawValue: String(words[1])) else { throw PolicyRuleError.unknownRole(text) }
            self = .role(roles)
        default: self = .pattern(try PathPattern(text))
        }
    }

    private static func counted(_ words: [Substring], _ text: String) throws -> PolicySelector {
        let isFirst = words[0] == "first"
        let ofBlocks = ["block", "blocks"].contains(words[words.count - 1])
        let count = ofBlocks && words.count == 2 ? 1 : Int(words[1])
        guard let count, count > 0, ofBlocks || words.count == 2 else {
            throw PolicyRuleError.lastWithoutCount(text)
        }
        if ofBlocks { return isFirst ? .firstBlocks(count) : .lastBlocks(count) }
        return isFirst ? .first(count) : .last(count)
    }

    package var description: String {
        switch self {
        case .pattern(let pattern): pattern.description
        case .last(let count): "last \(count)"
        case .first(let count): "first \(count)"
        case .lastBlocks(let count): count == 1 ? "last block" : "last \(count) blocks"
        case .firstBlocks(let count): count == 1 ? "first block" : "first \(count) blocks"
        case .until(let pattern): "until: \(pattern)"
        case .from(let pattern): "from: \(pattern)"
        case .role(let roles): "role: \(roles.rawValue)"
        }
    }

    /// The path pattern in it, if there is one.
    package var pattern: PathPattern? {
        switch self {
        case .pattern(let pattern), .until(let pattern), .from(let pattern): pattern
        case .last, .first, .lastBlocks, .firstBlocks, .role: nil
        }
    }

    /// With a pattern that is the name of a block, or `name.**`, standing for the block.
    package func naming(_ blocks: [String: PathPattern]) -> PolicySelector {
        guard let text = pattern?.description,
            let block = blocks[text] ?? (text.hasSuffix(".**") ? blocks[String(text.dropLast(3))] : nil)
        else { return self }
        switch self {
        case .pattern: return .pattern(block)
        case .until: return .until(block)
        case .from: return .from(block)
        case .last, .first, .lastBlocks, .firstBlocks, .role: return self
        }
    }

    /// The indices of the tensors that are meant, in order.
    package func matches(in tensors: [PolicyTensor]) -> [Int] {
        switch self {
        case .pattern(let pattern):
            return tensors.indices.filter { pattern.covers(tensors[$0].path) }
        case .last(let count):
            return tensors.indices.filter { tensors[$0].depth < count }
        case .first(let count):
            let depths = Set(Set(tensors.map(\.depth)).sorted().suffix(count))
            return tensors.indices.filter { depths.contains(tensors[$0].depth) }
        case .lastBlocks(let count):
            return blocks(tensors) { $0.prefix(count) }
        case .firstBlocks(let count):
            return blocks(tensors) { $0.suffix(count) }
        case .until(let pattern):
            let depths = tensors.filter { pattern.covers($0.path) }.map(\.depth)
            guard let nearest = depths.min() else { return [] }
            return tensors.indices.filter { tensors[$0].depth >= nearest }
        case .from(let pattern):
            let depths = tensors.filter { pattern.covers($0.path) }.map(\.depth)
            guard let farthest = depths.max() else { return [] }
            return tensors.indices.filter { tensors[$0].depth <= farthest }
        case .role(let roles):
            return tensors.indices.filter { roles.roles.contains(tensors[$0].role) }
        }
    }

    /// - Parameter pick: takes some of the levels, the one nearest the output first.
    private func blocks(_ tensors: [PolicyTensor], _ pick: ([Int]) -> ArraySlice<Int>) -> [Int] {
        let base = tensors.indices.filter { !tensors[$0].isHead }
        let levels = Set(pick(Set(base.map { tensors[$0].level }).sorted()))
        return base.filter { levels.contains(tensors[$0].level) }
    }

    /// Whether the selector speaks of this very tensor, as `**.bias` and `role: bias` do, rather than of the layer or
    /// block around it, as `**` and `conv2d` and `conv2d.*` do.
    package func names(_ tensor: PolicyTensor) -> Bool {
        if case .role(let roles) = self { return roles.roles.contains(tensor.role) }
        guard case .pattern(let pattern) = self else { return false }
        if let patterns = pattern.alternatives { return patterns.contains { PolicySelector.pattern($0).names(tensor) } }
        guard pattern.covers(tensor.path), !pattern.covers(tensor.layer) else { return false }
        return pattern.description.last != "*"
            || pattern.description.split(separator: ".").last?.contains { $0 != "*" } == true
    }
}

/// What tensors are for, by the names that `role:` takes.
package enum PolicyRoles: String, Sendable, CaseIterable {
    case kernel, embedding
    /// Everything that is added: biases and the offsets of normalizations.
    case bias
    /// Scale, offset and statistics of normalizations.
    case norm

    package var roles: Set<ParameterRole> {
        switch self {
        case .kernel: [.kernel]
        case .embedding: [.embedding]
        case .bias: [.bias, .offset]
        case .norm: [.scale, .offset, .statistic]
        }
    }
}
