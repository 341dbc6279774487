/// A pattern over paths. `*` is any run of characters within a component, `**` any number of components, `re:` a
/// regular expression over the whole path. A pattern that matches a layer or block covers everything below it.
package struct PathPattern: Hashable, Sendable, CustomStringConvertible {
    package let description: String
    private let form: Form

    private enum Form: Hashable, Sendable {
        case glob([[Character]])
        case expression(PathExpression)
        /// Under a name of its own: what any of these covers.
        case any([PathPattern])
    }

    /// - Throws: `PathPatternError` for an empty pattern or a malformed regular expression.
    package init(_ text: String) throws {
        guard !text.isEmpty else { throw PathPatternError(pattern: text, reason: "it is empty") }
        description = text
        form =
            if text.hasPrefix("re:") {
                .expression(try PathExpression(text))
            } else {
                .glob(text.split(separator: ".", omittingEmptySubsequences: false).map(Array.init))
            }
    }

    /// A name for all that `patterns` cover, such as a block of layers.
    package init(named name: String, coveringAll patterns: [PathPattern]) {
        description = name
        form = .any(patterns)
    }

    /// Whether the pattern matches `path` itself or any prefix of it that ends at a dot.
    package func covers(_ path: ParameterPath) -> Bool {
        switch form {
        case .glob(let components): PathPattern.matches(components, path.components.map(Array.init))
        case .expression(let expression): prefixes(of: path).contains { expression.matches($0) }
        case .any(let patterns): patterns.contains { $0.covers(path) }
        }
    }

    /// The patterns that a name stands for; nil where it is a pattern itself.
    package var alternatives: [PathPattern]? { if case .any(let patterns) = form { patterns } else { nil } }

    private func prefixes(of path: ParameterPath) -> [String] {
        let parts = path.components
        return (1...max(parts.count, 1)).map { parts.prefix($0).joined(separator: ".") }
    }

    /// A pattern that is used up covers whatever of the path is left. Every place of the path that the pattern so far
    /// can have reached is kept, so that many `**` cost no more than their number.
    private static func matches(_ components: [[Character]], _ path: [[Character]]) -> Bool {
        var reached: Set<Int> = [0]
        for (index, component) in components.enumerated() {
            guard let first = reached.min() else { return false }
            if component == ["*", "*"] {
                if index == components.count - 1 { return first < path.count }
                reached = Set(first...path.count)
            } else {
                let fitting = reached.filter { $0 < path.count && PathPattern.glob(component[...], path[$0][...]) }
                reached = Set(fitting.map { $0 + 1 })
            }
        }
        return !reached.isEmpty
    }

    /// Greedy wildcard match with one point to return to: linear in practice, never exponential.
    private static func glob(_ pattern: ArraySlice<Character>, _ text: ArraySlice<Character>) -> Bool {
        var p = pattern.startIndex
        var t = text.startIndex
        var star: (pattern: Int, text: Int)?
        while t < text.endIndex {
            if p < pattern.endIndex, pattern[p] == "*" {
                star = (p, t)
                p += 1
            } else if p < pattern.endIndex, pattern[p] == text[t] {
                p += 1
                t += 1
            } else if let last = star {
                star = (last.pattern, last.text + 1)
                p = last.pattern + 1
                t = last.text + 1
            } else {
                return false
            }
        }
        return pattern[p...].allSatisfy { $0 == "*" }
    }
}

/// A regular expression, compiled once. Compiled expressions do not change, whoever matches with them.
private final class PathExpression: Hashable, @unchecked Sendable {
    private let text: String
    private let expression: Regex<AnyRegexOutput>

    init(_ text: String) throws {
        self.text = text
        do { expression = try Regex(String(text.dropFirst(3))) } catch {
            throw PathPatternError(pattern: text, reason: "the regular expression is malformed (\(error))")
        }
    }

    func matches(_ path: String) -> Bool { (try? expression.wholeMatch(in: path)) ?? nil != nil }

    static func == (a: PathExpression, b: PathExpression) -> Bool { a.text == b.text }

    func hash(into hasher: inout Hasher) { hasher.combine(text) }
}

package struct PathPatternError: Error, CustomStringConvertible {
    package let pattern: String
    package let reason: String
    package var description: String { "the pattern \"\(pattern)\" cannot be used: \(reason)" }
}
