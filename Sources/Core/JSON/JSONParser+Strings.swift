extension JSONParser {
    /// From the opening quote to after the closing one. A string without escapes, by far the most frequent, is one copy.
    mutating func parseString() -> String {
        let opening = position
        advance()
        let start = position
        while position < bytes.count {
            let byte = bytes[position]
            if byte == UInt8(ascii: "\"") {
                let text = String(decoding: UnsafeBufferPointer(rebasing: bytes[start..<position]), as: UTF8.self)
                advance()
                return text
            }
            if byte == UInt8(ascii: "\\") || byte < 0x20 { break }
            advance()
        }
        return parseEscapedString(opening: opening, start: start)
    }

    private mutating func parseEscapedString(opening: Int, start: Int) -> String {
        var content = Array(bytes[start..<position])
        while position < bytes.count {
            let byte = bytes[position]
            switch byte {
            case UInt8(ascii: "\""):
                advance()
                return String(decoding: content, as: UTF8.self)
            case UInt8(ascii: "\\"): parseEscape(into: &content)
            case 0x0A, 0x0D:
                fail("the text that begins here has no closing quote on its line", at: opening)
                return String(decoding: content, as: UTF8.self)
            case 0..<0x20:
                fail("a control character in a text is written as \\u00\(hexadecimal(byte)), or \\t for a tab")
                advance()
            default:
                content.append(byte)
                advance()
            }
        }
        fail("the text that begins here has no closing quote", at: opening)
        return String(decoding: content, as: UTF8.self)
    }

    private func hexadecimal(_ byte: UInt8) -> String { (byte < 16 ? "0" : "") + String(byte, radix: 16) }

    private mutating func parseEscape(into content: inout [UInt8]) {
        let start = position
        advance()
        guard let byte = peek else { return }
        advance()
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): content.append(byte)
        case UInt8(ascii: "n"): content.append(0x0A)
        case UInt8(ascii: "t"): content.append(0x09)
        case UInt8(ascii: "r"): content.append(0x0D)
        case UInt8(ascii: "b"): content.append(0x08)
        case UInt8(ascii: "f"): content.append(0x0C)
        case UInt8(ascii: "u"): parseUnicodeEscape(from: start, into: &content)
        default:
            position -= 1
            fail(
                "\"\\\(Character(UnicodeScalar(byte < 0x80 ? byte : 0x3F)))\" is no escape; write \\\\ for a backslash",
                at: start)
        }
    }

    private mutating func parseUnicodeEscape(from start: Int, into content: inout [UInt8]) {
        guard let unit = fourDigits() else {
            fail("\\u is followed by four hexadecimal digits", at: start)
            return
        }
        var code = UInt32(unit)
        if (0xD800..<0xDC00).contains(unit), position + 1 < bytes.count, bytes[position] == UInt8(ascii: "\\"),
            bytes[position + 1] == UInt8(ascii: "u")
        {
            let rewind = position
            position += 2
            if let low = fourDigits(), (0xDC00..<0xE000).contains(low) {
                code = 0x10000 + (UInt32(unit) - 0xD800) << 10 + (UInt32(low) - 0xDC00)
            } else {
                position = rewind
            }
        }
        guard let scalar = UnicodeScalar(code) else {
            fail("\\u\(String(unit, radix: 16)) is half of a surrogate pair", at: start)
            return
        }
        content.append(contentsOf: UTF8.encode(scalar)!)
    }

    private mutating func fourDigits() -> UInt16? {
        guard position + 4 <= bytes.count else { return nil }
        var unit: UInt16 = 0
        for offset in 0..<4 {
            guard let digit = Character(UnicodeScalar(bytes[position + offset])).hexDigitValue else { return nil }
            unit = unit << 4 | UInt16(digit)
        }
        position += 4
        return unit
    }
}
