/// A JSON value that knows where each of its parts stood in the text it was read from.
package struct LocatedJSON: Sendable {
    /// Where a value and the key before it begin, and the same for its elements or members, in order.
    package struct Place: Sendable {
        package let value: SourceLocation
        package let key: SourceLocation
        package let children: [Place]

        package init(value: SourceLocation, key: SourceLocation, children: [Place] = []) {
            self.value = value
            self.key = key
            self.children = children
        }
    }

    package let value: JSON
    package let root: Place

    /// - Precondition: `root` has the structure of `value`.
    package init(value: JSON, root: Place) {
        self.value = value
        self.root = root
    }

    /// Reads `text` and reports every mistake. Where some could be read past, the value holds what was understood.
    package static func parse(
        _ text: String, allowingNonFinite: Bool = false
    ) -> (value: LocatedJSON?, errors: [JSONSyntaxError]) {
        var text = text
        return text.withUTF8 { bytes in
            var parser = JSONParser(bytes, allowingNonFinite: allowingNonFinite, tracksLocations: true)
            let (value, mark) = parser.parseDocument()
            guard let value, let mark else { return (nil, parser.syntaxErrors()) }
            var cursor = LineCursor(bytes)
            return (LocatedJSON(value: value, root: place(mark, &cursor)), parser.syntaxErrors())
        }
    }

    /// The same for the bytes of a file, which may turn out not to be UTF-8.
    package static func parse(
        utf8 bytes: UnsafeRawBufferPointer, allowingNonFinite: Bool = false
    ) -> (value: LocatedJSON?, errors: [JSONSyntaxError]) {
        if let text = String(validating: bytes, as: UTF8.self) {
            return parse(text, allowingNonFinite: allowingNonFinite)
        }
        var valid = 0
        while valid < bytes.count, let length = utf8Length(bytes[valid...]) { valid += length }
        let location = LineCursor.locate(valid, in: bytes.bindMemory(to: UInt8.self))
        let byte = String(bytes[valid], radix: 16, uppercase: true)
        return (nil, [JSONSyntaxError(location: location, message: "the byte 0x\(byte) is not UTF-8 text")])
    }

    /// Bytes of the scalar that begins here, or nil where none does.
    private static func utf8Length(_ bytes: Slice<UnsafeRawBufferPointer>) -> Int? {
        guard let first = bytes.first else { return nil }
        let length = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
        return String(validating: bytes.prefix(length), as: UTF8.self) == nil ? nil : length
    }

    /// Marks come in the order of the text, so that one pass of the cursor meets them all.
    private static func place(_ mark: JSONParser.Mark, _ cursor: inout LineCursor) -> Place {
        let key = cursor.location(of: mark.keyOffset)
        let value = cursor.location(of: mark.offset)
        return Place(value: value, key: key, children: mark.children.map { place($0, &cursor) })
    }

    /// Where the value at `path` begins; nil where there is none.
    package func location(of path: [JSONPathComponent]) -> SourceLocation? { place(at: path)?.value }

    /// Where the key of the value at `path` begins (for an element of an array, the element).
    package func keyLocation(of path: [JSONPathComponent]) -> SourceLocation? { place(at: path)?.key }

    private func place(at path: [JSONPathComponent]) -> Place? {
        var value = value
        var place = root
        for component in path {
            let index: Int? =
                switch component {
                case .key(let key): value.object?.index(forKey: key)
                case .index(let index): index
                }
            guard let index, place.children.indices.contains(index) else { return nil }
            place = place.children[index]
            switch value {
            case .array(let elements): value = elements[index]
            case .object(let members): value = members.elements[index].value
            default: return nil
            }
        }
        return place
    }
}
