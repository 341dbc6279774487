import OrderedCollections

/// A recursive-descent parser over UTF-8 bytes that notes an error, mends the place and reads on, so that one reading
/// finds every mistake. What it could not make sense of is left out of the value.
struct JSONParser {
    static let maximumDepth = 512
    static let maximumErrors = 20

    struct Failure {
        let offset: Int
        let message: String
    }

    let bytes: UnsafeBufferPointer<UInt8>
    let allowingNonFinite: Bool
    let tracksLocations: Bool
    var position = 0
    var depth = 0
    var failures: [Failure] = []
    /// Set when going on would only pile up mistakes; nothing is noted any more.
    var hasGivenUp = false

    init(_ bytes: UnsafeBufferPointer<UInt8>, allowingNonFinite: Bool, tracksLocations: Bool) {
        self.bytes = bytes
        self.allowingNonFinite = allowingNonFinite
        self.tracksLocations = tracksLocations
    }

    /// Offsets of a value, of the key before it, and of what it contains, in order.
    struct Mark {
        var offset: Int
        var keyOffset: Int
        var children: [Mark] = []
    }

    mutating func parseDocument() -> (JSON?, Mark?) {
        if bytes.count >= 3, bytes[0] == 0xEF, bytes[1] == 0xBB, bytes[2] == 0xBF { position = 3 }
        skipBlank()
        guard position < bytes.count else {
            fail("expected a JSON value, found an empty text")
            return (nil, nil)
        }
        let result = parseValue()
        skipBlank()
        if position < bytes.count, failures.isEmpty {
            fail("expected the end of the text after the value, found \(found())")
        }
        return result
    }

    /// Leaves `position` after the value; where there is none, on the byte that should have begun it.
    mutating func parseValue() -> (JSON?, Mark?) {
        let start = position
        guard let byte = peek else {
            fail("expected a value, found the end of the text")
            return (nil, nil)
        }
        switch byte {
        case UInt8(ascii: "{"): return nested { $0.parseObject() }
        case UInt8(ascii: "["): return nested { $0.parseArray() }
        case UInt8(ascii: "\""): return (.string(parseString()), mark(start))
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return (parseNumber(), mark(start))
        default: return (parseWord(), mark(start))
        }
    }

    private mutating func nested(_ parse: (inout JSONParser) -> (JSON?, Mark?)) -> (JSON?, Mark?) {
        guard depth < JSONParser.maximumDepth else {
            fail("values are nested more than \(JSONParser.maximumDepth) deep")
            giveUp()
            return (nil, nil)
        }
        depth += 1
        defer { depth -= 1 }
        return parse(&self)
    }

    private mutating func parseArray() -> (JSON?, Mark?) {
        let opening = position
        var elements: [JSON] = []
        var count = 0
        var here = Mark(offset: opening, keyOffset: opening)
        advance()
        while nextItem(closing: UInt8(ascii: "]"), opening: opening, isFirst: count == 0, noun: "element") {
            count += 1
            let before = position
            let (value, child) = parseValue()
            if let value {
                elements.append(value)
                if tracksLocations, let child { here.children.append(child) }
            } else {
                skipPastMistake(from: before)
            }
        }
        return (.array(elements), tracksLocations ? here : nil)
    }

    private mutating func parseObject() -> (JSON?, Mark?) {
        let opening = position
        var members: OrderedDictionary<String, JSON> = [:]
        var count = 0
        var here = Mark(offset: opening, keyOffset: opening)
        advance()
        while nextItem(closing: UInt8(ascii: "}"), opening: opening, isFirst: count == 0, noun: "key") {
            count += 1
            let keyOffset = position
            guard let key = parseKey() else {
                skipPastMistake(from: keyOffset)
                continue
            }
            skipBlank()
            if peek == UInt8(ascii: ":") {
                advance()
            } else if peek == UInt8(ascii: "=") {
                fail("expected \":\" after the key \"\(key)\", found \"=\"")
                advance()
            } else {
                fail("expected \":\" after the key \"\(key)\", found \(found())")
            }
            skipBlank()
            let before = position
            guard let (value, child) = unwrap(parseValue()) else {
                skipPastMistake(from: before)
                continue
            }
            if members[key] != nil {
                fail("the key \"\(key)\" is there twice", at: keyOffset)
                continue
            }
            members[key] = value
            if tracksLocations, var child {
                child.keyOffset = keyOffset
                here.children.append(child)
            }
        }
        return (.object(members), tracksLocations ? here : nil)
    }

    private func unwrap(_ pair: (JSON?, Mark?)) -> (JSON, Mark?)? { pair.0.map { ($0, pair.1) } }

    private func mark(_ offset: Int) -> Mark? {
        tracksLocations ? Mark(offset: offset, keyOffset: offset) : nil
    }
}
