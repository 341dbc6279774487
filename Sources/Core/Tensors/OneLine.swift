extension StringProtocol {
    /// The text as a part of a sentence: what would end the line or steer the terminal is written as `\u{…}`, and of a long
    /// text only the beginning is left. For names and words that come out of files.
    /// - Parameter limit: the most characters that are kept.
    package func onOneLine(limit: Int = 400) -> String {
        var result = ""
        var count = 0
        for scalar in unicodeScalars {
            count += 1
            if count > limit { return result + "…" }
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator:
                result += "\\u{" + String(scalar.value, radix: 16) + "}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
