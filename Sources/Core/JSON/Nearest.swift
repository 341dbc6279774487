/// The candidates that `word` was probably meant to be, best first: within about a third of its length in insertions,
/// deletions, replacements and exchanges of neighbours (Damerau and Levenshtein's distance in its restricted form), or
/// sharing a beginning or an end with it. Case, `_`, `-` and blanks do not count.
package func nearest(to word: String, among candidates: some Sequence<String>, limit: Int = 3) -> [String] {
    let target = folded(word)
    guard !target.isEmpty, target.count <= 100 else { return [] }
    var scored: [(distance: Int, candidate: String)] = []
    for candidate in candidates where candidate.utf8.count <= 200 {
        let other = folded(candidate)
        let allowed = max(1, max(target.count, other.count) / 3)
        if abs(target.count - other.count) <= allowed {
            let distance = editDistance(target, other)
            if distance <= allowed, distance < max(target.count, other.count) {
                scored.append((distance, candidate))
                continue
            }
        }
        let shorter = min(target.count, other.count)
        if shorter >= 4,
            target.starts(with: other) || other.starts(with: target) || other.suffix(target.count) == target[...]
        {
            scored.append((allowed + 1, candidate))
        }
    }
    let best = scored.enumerated().sorted { ($0.element.distance, $0.offset) < ($1.element.distance, $1.offset) }
    return best.prefix(limit).map(\.element.candidate)
}

/// The end of a sentence about an unknown word: `; did you mean "x"?`, or, where nothing comes near, what is known.
package func didYouMean(
    _ word: String, among candidates: some Collection<String>, known: String = "known", maximum: Int = 40
) -> String {
    let near = nearest(to: word, among: candidates).map { "\"\($0)\"" }
    if let last = near.last {
        return near.count == 1
            ? "; did you mean \(last)?" : "; did you mean " + near.dropLast().joined(separator: ", ") + " or \(last)?"
    }
    guard !candidates.isEmpty else { return "" }
    let more = candidates.count > maximum ? " and \(candidates.count - maximum) more" : ""
    return "; \(known): " + candidates.prefix(maximum).joined(separator: ", ") + more
}

private func folded(_ word: String) -> [UInt8] {
    word.utf8.compactMap { byte in
        switch byte {
        case UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: " "): nil
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte + 32
        default: byte
        }
    }
}

/// Optimal string alignment: edits of one byte, exchanges of two neighbours, no byte edited twice.
private func editDistance(_ a: [UInt8], _ b: [UInt8]) -> Int {
    var beforeLast = [Int](repeating: 0, count: b.count + 1)
    var last = Array(0...b.count)
    for i in a.indices {
        var row = [i + 1] + [Int](repeating: 0, count: b.count)
        for j in b.indices {
            let replacement = last[j] + (a[i] == b[j] ? 0 : 1)
            row[j + 1] = min(last[j + 1] + 1, row[j] + 1, replacement)
            if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { row[j + 1] = min(row[j + 1], beforeLast[j - 1] + 1) }
        }
        (beforeLast, last) = (last, row)
    }
    return last[b.count]
}
