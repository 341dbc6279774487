extension JSONParser {
    var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

    mutating func advance() {
        if position < bytes.count { position += 1 }
    }

    mutating func fail(_ message: String, at offset: Int? = nil) {
        guard !hasGivenUp else { return }
        failures.append(Failure(offset: offset ?? position, message: message))
        if failures.count >= JSONParser.maximumErrors { giveUp() }
    }

    mutating func giveUp() {
        hasGivenUp = true
        position = bytes.count
    }

    /// Blank space, and comments, which are mistakes that can be read past.
    mutating func skipBlank() {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x09, 0x0A, 0x0D: advance()
            case UInt8(ascii: "#"): skipComment(closing: [0x0A])
            case UInt8(ascii: "/") where position + 1 < bytes.count && bytes[position + 1] == UInt8(ascii: "/"):
                skipComment(closing: [0x0A])
            case UInt8(ascii: "/") where position + 1 < bytes.count && bytes[position + 1] == UInt8(ascii: "*"):
                skipComment(closing: Array("*/".utf8))
            default: return
            }
        }
    }

    private mutating func skipComment(closing: [UInt8]) {
        let start = position
        advance()
        while position < bytes.count, !bytes[position...].starts(with: closing) { advance() }
        position = min(position + closing.count, bytes.count)
        fail("JSON has no comments; remove it, or write the text as the value of a \"description\" key", at: start)
    }

    /// Moves to the next element or key of a container, past its comma; false when the container has ended.
    mutating func nextItem(closing: UInt8, opening: Int, isFirst: Bool, noun: String) -> Bool {
        skipBlank()
        let container = closing == UInt8(ascii: "]") ? "list" : "object"
        guard let byte = peek else {
            failUnclosed(container, opening: opening)
            return false
        }
        if closes(byte, closing: closing, opening: opening, container: container) { return false }
        guard byte == UInt8(ascii: ",") else {
            if !isFirst {
                fail(
                    "expected \",\" or \"\(Character(UnicodeScalar(closing)))\" before the next \(noun), found \(found())"
                )
            }
            return true
        }
        return passComma(closing: closing, opening: opening, isFirst: isFirst, noun: noun, container: container)
    }

    private mutating func passComma(
        closing: UInt8, opening: Int, isFirst: Bool, noun: String, container: String
    ) -> Bool {
        let comma = position
        if isFirst { fail("expected the first \(noun), found \",\"") }
        advance()
        skipBlank()
        while peek == UInt8(ascii: ",") {
            fail("expected another \(noun) after the comma, found \",\"")
            advance()
            skipBlank()
        }
        guard let next = peek else {
            failUnclosed(container, opening: opening)
            return false
        }
        if next == closing {
            fail("remove the comma before \"\(Character(UnicodeScalar(closing)))\"", at: comma)
            advance()
            return false
        }
        return !closes(next, closing: closing, opening: opening, container: container)
    }

    private mutating func closes(_ byte: UInt8, closing: UInt8, opening: Int, container: String) -> Bool {
        if byte == closing {
            advance()
            return true
        }
        guard byte == UInt8(ascii: "]") || byte == UInt8(ascii: "}") else { return false }
        fail(
            "expected \"\(Character(UnicodeScalar(closing)))\" to close the \(container) that begins at "
                + "line \(location(of: opening).line), found \(found())")
        advance()
        return true
    }

    private mutating func failUnclosed(_ container: String, opening: Int) {
        guard failures.last?.offset != bytes.count else { return }
        let begin = location(of: opening)
        fail("the \(container) that begins at line \(begin.line), column \(begin.column) is never closed")
    }

    /// After something that was no value: to the next comma or closing bracket, but at least one byte on.
    mutating func skipPastMistake(from start: Int) {
        if position == start, let byte = peek, byte != UInt8(ascii: ","), byte != UInt8(ascii: "}"),
            byte != UInt8(ascii: "]")
        {
            advance()
        }
        while let byte = peek, byte != UInt8(ascii: ","), byte != UInt8(ascii: "}"), byte != UInt8(ascii: "]"),
            byte != 0x0A
        {
            advance()
        }
    }

    /// What stands at the position, for a message.
    func found() -> String {
        guard position < bytes.count else { return "the end of the text" }
        var end = position
        let isWord = isWordByte(bytes[end])
        repeat {
            end += 1
        } while end < bytes.count && end - position < 24
            && (isWord ? isWordByte(bytes[end]) : bytes[end] & 0xC0 == 0x80)
        let text = String(decoding: bytes[position..<end], as: UTF8.self)
        return text == "\"" ? "a string" : text == "\n" ? "the end of the line" : "\"\(text)\""
    }

    func isWordByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."),
            UInt8(ascii: "+"), 0x80...0xFF:
            true
        default: false
        }
    }

    /// Line and column of a byte; the column in Unicode scalars.
    func location(of offset: Int) -> SourceLocation { LineCursor.locate(min(offset, bytes.count), in: bytes) }

    /// The failures, in the order of the text.
    func syntaxErrors() -> [JSONSyntaxError] {
        failures.sorted { $0.offset < $1.offset }.map {
            JSONSyntaxError(location: location(of: $0.offset), message: $0.message)
        }
    }
}
