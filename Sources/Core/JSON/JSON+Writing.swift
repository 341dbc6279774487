extension JSON {
    /// The value as text, always the same for the same value. Integers stay integers; a `Double` is written with the
    /// fewest digits that read back as itself and always shows that it is one (`1.0`, `1e-05`); what is not finite is
    /// written as Python does (`NaN`, `Infinity`).
    ///
    /// - Parameter pretty: one member a line, indented by two spaces; lists of plain values, and objects of plain
    ///   values inside lists, stay on one line where they fit. Ends with a line feed.
    package func serialized(pretty: Bool = false) -> String {
        var writer = JSONWriter(pretty: pretty)
        writer.write(self, indent: 0, inList: false)
        return pretty ? writer.text + "\n" : writer.text
    }
}

private struct JSONWriter {
    static let lineLength = 100
    let pretty: Bool
    var text = ""

    init(pretty: Bool) { self.pretty = pretty }

    mutating func write(_ value: JSON, indent: Int, inList: Bool) {
        switch value {
        case .null: text += "null"
        case .bool(let value): text += value ? "true" : "false"
        case .integer(let value): text += String(value)
        case .number(let value): text += JSONWriter.number(value)
        case .string(let value): quote(value)
        case .array(let elements):
            container(value, "[", "]", count: elements.count, indent: indent, inList: inList) { writer, index, indent in
                writer.write(elements[index], indent: indent, inList: true)
            }
        case .object(let members):
            container(value, "{", "}", count: members.count, indent: indent, inList: inList) { writer, index, indent in
                let (key, member) = members.elements[index]
                writer.quote(key)
                writer.text += writer.pretty ? ": " : ":"
                writer.write(member, indent: indent, inList: false)
            }
        }
    }

    private mutating func container(
        _ value: JSON, _ open: String, _ close: String, count: Int, indent: Int, inList: Bool,
        item: (inout JSONWriter, Int, Int) -> Void
    ) {
        guard count > 0 else {
            text += open + close
            return
        }
        if pretty, JSONWriter.isFlat(value, inList: inList), let line = oneLine(value, indent: indent) {
            text += line
            return
        }
        text += open
        for index in 0..<count {
            if index > 0 { text += "," }
            if pretty { text += "\n" + String(repeating: "  ", count: indent + 1) }
            item(&self, index, indent + 1)
        }
        if pretty { text += "\n" + String(repeating: "  ", count: indent) }
        text += close
    }

    private static func isFlat(_ value: JSON, inList: Bool) -> Bool {
        switch value {
        case .array(let elements): elements.allSatisfy { $0.array?.isEmpty ?? ($0.object?.isEmpty ?? true) }
        case .object(let members):
            inList && members.values.allSatisfy { $0.object?.isEmpty ?? isFlat($0, inList: false) }
        default: true
        }
    }

    /// A container of plain values on one line, or nil where it does not fit there.
    private func oneLine(_ value: JSON, indent: Int) -> String? {
        var writer = JSONWriter(pretty: false)
        switch value {
        case .array(let elements):
            guard elements.count <= JSONWriter.lineLength / 2 else { return nil }
            writer.text = "[" + elements.map { inner($0) }.joined(separator: ", ") + "]"
        case .object(let members):
            let items = members.map { key, member in
                var name = JSONWriter(pretty: false)
                name.quote(key)
                return name.text + ": " + inner(member)
            }
            writer.text = "{ " + items.joined(separator: ", ") + " }"
        default: return nil
        }
        return indent * 2 + writer.text.utf8.count <= JSONWriter.lineLength ? writer.text : nil
    }

    private func inner(_ value: JSON) -> String {
        if let line = oneLine(value, indent: 0) { return line }
        return value.serialized()
    }

    private static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Infinity" : "Infinity" }
        return value.description
    }

    private mutating func quote(_ value: String) {
        text += "\""
        let plain = value.utf8.allSatisfy { $0 >= 0x20 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }
        text += plain ? value : value.unicodeScalars.map(JSONWriter.escaped).joined()
        text += "\""
    }

    private static func escaped(_ scalar: UnicodeScalar) -> String {
        switch scalar {
        case "\"": return "\\\""
        case "\\": return "\\\\"
        case "\n": return "\\n"
        case "\r": return "\\r"
        case "\t": return "\\t"
        case "\u{8}": return "\\b"
        case "\u{C}": return "\\f"
        case _ where scalar.value < 0x20:
            return "\\u00" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16)
        default: return String(Character(scalar))
        }
    }
}
