extension JSONParser {
    /// A key: a string, or, as a mistake that can be read past, a bare word.
    mutating func parseKey() -> String? {
        if peek == UInt8(ascii: "\"") { return parseString() }
        if peek == UInt8(ascii: "'") { return parseSingleQuoted() }
        let start = position
        guard let byte = peek, isWordByte(byte) else {
            fail("expected a key in double quotes, found \(found())")
            return nil
        }
        let word = takeWord()
        fail("keys are written in double quotes: \"\(word)\"", at: start)
        return word
    }

    private mutating func takeWord() -> String {
        let start = position
        while let byte = peek, isWordByte(byte) { advance() }
        return String(decoding: bytes[start..<position], as: UTF8.self)
    }

    /// `true`, `false`, `null`, and what people write in their place.
    mutating func parseWord() -> JSON? {
        let start = position
        guard let byte = peek, isWordByte(byte) else {
            if peek == UInt8(ascii: "'") { return .string(parseSingleQuoted()) }
            fail("expected a value, found \(found())")
            return nil
        }
        let word = takeWord()
        switch word {
        case "true": return .bool(true)
        case "false": return .bool(false)
        case "null": return .null
        case "NaN" where allowingNonFinite: return .number(.nan)
        case "Infinity" where allowingNonFinite: return .number(.infinity)
        case "NaN", "Infinity", "nan", "inf":
            fail("JSON has no number \(word)", at: start)
        case "True", "False":
            fail("write \(word.lowercased()) instead of \(word)", at: start)
            return .bool(word == "True")
        case "None", "nil", "undefined":
            fail("write null instead of \(word)", at: start)
            return .null
        default:
            if word.hasPrefix("+") || word.hasPrefix(".") {
                fail("a number begins with a digit or \"-\", found \"\(word)\"", at: start)
            } else {
                fail("expected a value, found \"\(word)\"; texts are written in double quotes", at: start)
                return .string(word)
            }
        }
        return nil
    }

    private mutating func parseSingleQuoted() -> String {
        let start = position
        advance()
        let first = position
        while let byte = peek, byte != UInt8(ascii: "'"), byte != 0x0A { advance() }
        let text = String(decoding: bytes[first..<position], as: UTF8.self)
        if peek == UInt8(ascii: "'") { advance() }
        fail("texts are written in double quotes: \"\(text)\"", at: start)
        return text
    }

    /// Whole numbers that fit an `Int` stay whole; everything else is the nearest `Double`.
    mutating func parseNumber() -> JSON? {
        let start = position
        let negative = peek == UInt8(ascii: "-")
        if negative { advance() }
        if negative, allowingNonFinite, bytes[position...].starts(with: "Infinity".utf8) {
            position += "Infinity".utf8.count
            return .number(-.infinity)
        }
        let firstDigit = position
        var magnitude: UInt64 = 0
        var overflow = false
        while let byte = peek, byte &- 48 < 10 {
            let (product, tooLarge) = magnitude.multipliedReportingOverflow(by: 10)
            let (sum, carried) = product.addingReportingOverflow(UInt64(byte &- 48))
            overflow = overflow || tooLarge || carried
            magnitude = sum
            advance()
        }
        let digits = position - firstDigit
        let isPlain = peek.map { !isWordByte($0) } ?? true
        guard digits > 0, digits == 1 || bytes[firstDigit] != UInt8(ascii: "0") else {
            return failNumber(start, digits == 0 ? "has no digits" : "must not begin with 0")
        }
        if isPlain, !overflow {
            if !negative, let value = Int(exactly: magnitude) { return .integer(value) }
            if negative, magnitude <= UInt64(Int.max) + 1 { return .integer(Int(truncatingIfNeeded: 0 &- magnitude)) }
        }
        return parseFraction(from: start)
    }

    private mutating func parseFraction(from start: Int) -> JSON? {
        if peek == UInt8(ascii: ".") {
            advance()
            guard skipDigits() else { return failNumber(start, "needs a digit after the point") }
        }
        if peek == UInt8(ascii: "e") || peek == UInt8(ascii: "E") {
            advance()
            if peek == UInt8(ascii: "+") || peek == UInt8(ascii: "-") { advance() }
            guard skipDigits() else { return failNumber(start, "needs a digit in its exponent") }
        }
        if let byte = peek, isWordByte(byte) { return failNumber(start, "is not a number") }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        guard let value = Double(text), value.isFinite || allowingNonFinite else {
            fail("the number \(text.prefix(40)) is too large", at: start)
            return nil
        }
        return .number(value)
    }

    private mutating func skipDigits() -> Bool {
        let start = position
        while let byte = peek, byte &- 48 < 10 { advance() }
        return position > start
    }

    private mutating func failNumber(_ start: Int, _ reason: String) -> JSON? {
        while let byte = peek, isWordByte(byte) { advance() }
        let text = String(decoding: bytes[start..<position].prefix(40), as: UTF8.self)
        fail("\"\(text)\" \(reason)", at: start)
        return nil
    }
}
