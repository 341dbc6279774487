/// The parts of a layer's path that tell it from its neighbours inside one layer: which of two directions, which of an
/// attention's projections. What only says that there is a cell, or a wrapped layer, is left out.
struct NameTokens: Equatable {
    let words: [String]

    /// - Parameter path: components between dots or slashes: `bi.forward_lstm.lstm_cell`, `_query_dense`.
    init(_ path: String) {
        words = path.split(whereSeparator: { $0 == "." || $0 == "/" }).compactMap { NameTokens.word(String($0)) }
    }

    private static func word(_ component: String) -> String? {
        var text = component.drop { $0 == "_" }.lowercased()
        if text.hasPrefix("forward") { return "forward" }
        if text.hasPrefix("backward") { return "backward" }
        for suffix in ["_dense", "_layer"] where text.hasSuffix(suffix) { text = String(text.dropLast(suffix.count)) }
        if text == "output" { return "attention_output" }
        let base = NameTokens.withoutCounter(text)
        return NameTokens.structural.contains(base) ? nil : text
    }

    private static let structural: Set<String> = [
        "cell", "cells", "layer", "vars", "lstm_cell", "gru_cell", "simple_rnn_cell", "conv_lstm_cell",
        "stacked_rnn_cells", "layers",
    ]

    static func withoutCounter(_ text: String) -> String {
        guard let underscore = text.lastIndex(of: "_"), Int(text[text.index(after: underscore)...]) != nil else {
            return text
        }
        return String(text[..<underscore])
    }

    /// Whether the words of one end with the words of the other.
    func fits(_ other: NameTokens) -> Bool {
        let (short, long) = words.count <= other.words.count ? (words, other.words) : (other.words, words)
        return Array(long.suffix(short.count)) == short && !short.isEmpty || words.isEmpty && other.words.isEmpty
    }
}
