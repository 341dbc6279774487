import Tensors

/// The paths that someone may have meant by a pattern that matches nothing.
package enum PathSuggestions {
    /// The layers, blocks and tensors nearest to `pattern`, the nearest first, in the order of `paths` where equally
    /// near.
    /// - Parameter paths: the tensors of the model; what lies above them is considered too.
    package static func nearest(to pattern: String, among paths: [ParameterPath], limit: Int = 3) -> [String] {
        let wanted = words(pattern)
        guard !wanted.isEmpty else { return [] }
        let length = wanted.reduce(wanted.count - 1) { $0 + $1.count }
        // A third of the letters may be wrong, two in short names, but never all of them.
        let allowed = min(max(2, length / 3), length - 1)
        var seen = Set<String>()
        var found: [(distance: Int, order: Int, path: String)] = []
        for path in paths {
            let parts = path.components
            for depth in 1...parts.count {
                let candidate = parts.prefix(depth).joined(separator: ".")
                guard seen.insert(candidate).inserted else { continue }
                let distance = distance(wanted, words(candidate))
                if distance <= allowed { found.append((distance, found.count, candidate)) }
            }
        }
        return found.sorted { ($0.distance, $0.order) < ($1.distance, $1.order) }.prefix(limit).map(\.path)
    }

    /// What a model has where a pattern finds nothing: below the longest part of the pattern that does match.
    package struct Contents: Hashable, Sendable, CustomStringConvertible {
        /// Nil: the whole model.
        package let place: String?
        package let names: [String]
        /// How many more there are.
        package let more: Int

        package var description: String {
            let list = names.joined(separator: ", ") + (more > 0 ? " and \(more) more" : "")
            return "\(place ?? "the model") has \(list)"
        }
    }

    /// The names beside or below which the pattern's unmatched component was looked for; nil for a regular expression
    /// and for an empty model.
    package static func contents(around pattern: String, among paths: [ParameterPath], limit: Int = 8) -> Contents? {
        guard !pattern.hasPrefix("re:"), !paths.isEmpty else { return nil }
        var components = pattern.split(separator: ".").map(String.init)
        var below: [ParameterPath] = []
        while !components.isEmpty {
            components.removeLast()
            guard !components.isEmpty, components != ["**"],
                let prefix = try? PathPattern(components.joined(separator: "."))
            else { continue }
            below = paths.filter(prefix.covers)
            if !below.isEmpty { break }
        }
        let depth = below.isEmpty || components.contains("**") ? 0 : components.count
        var names: [String] = []
        for path in below.isEmpty ? paths : below where path.components.count > depth {
            let name = String(path.components[depth])
            if !names.contains(name) { names.append(name) }
        }
        guard !names.isEmpty else { return nil }
        return Contents(
            place: depth == 0 ? nil : "\"" + components.joined(separator: ".") + "\"",
            names: Array(names.prefix(limit)), more: max(0, names.count - limit))
    }

    /// The pattern's components in lower case, without wildcards; a slash is what other tools put between them.
    private static func words(_ text: String) -> [[Character]] {
        let body = text.hasPrefix("re:") ? String(text.dropFirst(3)) : text
        return body.lowercased().split { $0 == "." || $0 == "/" }
            .map { $0.filter { !"*^$\\+()".contains($0) } }.filter { !$0.isEmpty }
    }

    /// Edit distance of the components' texts. What the path has before or after costs one: a forgotten block is a
    /// likelier mistake than a different name.
    private static func distance(_ wanted: [[Character]], _ path: [[Character]]) -> Int {
        let whole = editDistance(Array(wanted.joined(separator: ["."])), Array(path.joined(separator: ["."])))
        guard wanted.count < path.count else { return whole }
        let tail = Array(path.suffix(wanted.count).joined(separator: ["."]))
        return min(whole, 1 + editDistance(Array(wanted.joined(separator: ["."])), tail))
    }

    /// Insertions, deletions, substitutions and swaps of neighbours (optimal string alignment).
    static func editDistance(_ a: [Character], _ b: [Character]) -> Int {
        guard !a.isEmpty, !b.isEmpty else { return max(a.count, b.count) }
        var beforeLast = [Int](repeating: 0, count: b.count + 1)
        var last = Array(0...b.count)
        for i in 1...a.count {
            var row = [i]
            for j in 1...b.count {
                let substitution = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)
                var best = min(substitution, last[j] + 1, row[j - 1] + 1)
                if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] { best = min(best, beforeLast[j - 2] + 1) }
                row.append(best)
            }
            (beforeLast, last) = (last, row)
        }
        return last[b.count]
    }
}
