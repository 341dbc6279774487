/// Text from outside (layer, class and phase names) made safe to show.
enum SafeText {
    /// Control characters, and those that turn the direction of text around, as visible pictures.
    static func visible(_ text: String, keepingLines: Bool = false) -> String {
        guard text.unicodeScalars.contains(where: isUnsafe) else { return text }
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x0A where keepingLines: result.append(scalar)
            case 0..<0x20: result.append(Unicode.Scalar(0x2400 + scalar.value)!)
            case 0x7F: result.append("\u{2421}")
            default: result.append(isUnsafe(scalar) ? "\u{FFFD}" : scalar)
            }
        }
        return String(result)
    }

    /// For a terminal or log that may not understand more than ASCII.
    static func ascii(_ text: String) -> String {
        String(text.unicodeScalars.map { (0x20..<0x7F).contains($0.value) ? Character($0) : "?" })
    }

    /// XML 1.0 has no place for most of these, and a name that reverses what follows it is a trap.
    private static func isUnsafe(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7F..<0xA0, 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x2069, 0xFEFF, 0xFFFE, 0xFFFF: true
        default: false
        }
    }

    /// Columns that `text` takes on a terminal: two for East Asian wide characters and pictures.
    static func width(_ text: String) -> Int { text.reduce(0) { $0 + width($1) } }

    /// The first characters of `text` that fit `columns`.
    static func prefix(_ text: String, columns: Int) -> String {
        var left = columns
        return String(
            text.prefix {
                left -= width($0)
                return left >= 0
            })
    }

    private static func width(_ character: Character) -> Int {
        switch character.unicodeScalars.first!.value {
        case 0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60,
            0xFFE0...0xFFE6, 0x1F300...0x1FAFF, 0x20000...0x3FFFD:
            2
        default: 1
        }
    }
}
