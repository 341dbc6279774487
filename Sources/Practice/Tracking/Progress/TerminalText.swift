/// Text from outside, measured and cut for a terminal.
package enum TerminalText {
    /// Control characters, and what turns the direction of text around, as pictures that do nothing.
    package static func visible(_ text: String) -> String { SafeText.visible(text) }

    /// Columns that `text` takes.
    package static func width(_ text: String) -> Int { SafeText.width(text) }

    /// `text`, with an ellipsis for its middle where it takes more than `columns`.
    package static func shortened(_ text: String, to columns: Int) -> String {
        guard columns > 0, width(text) > columns else { return columns > 0 ? text : "" }
        let head = SafeText.prefix(text, columns: columns / 2)
        let tail = SafeText.prefix(String(text.reversed()), columns: columns - 1 - width(head))
        return head + "…" + String(tail.reversed())
    }
}
