/// How lines fall into fields.
package struct TableFormat: Hashable, Sendable {
    /// Whether line 1 names the columns.
    package enum Header: String, Hashable, Sendable, CaseIterable {
        /// Absent where line 1 holds a number; present where only line 2 does; else it must be said.
        case automatic
        case present
        case absent
    }

    /// One ASCII character.
    package var separator: UInt8
    /// The ASCII character that opens and closes a field, doubled to stand for itself (RFC 4180); nil where no
    /// character does.
    package var quote: UInt8?
    package var header: Header

    package init(separator: UInt8 = UInt8(ascii: ","), quote: UInt8? = UInt8(ascii: "\""), header: Header = .automatic)
    {
        self.separator = separator
        self.quote = quote
        self.header = header
    }

    package static let commaSeparated = TableFormat()
    package static let tabSeparated = TableFormat(separator: UInt8(ascii: "\t"))
}

/// A text table: all its bytes, and where each field lies in them.
package struct Table: Sendable {
    struct Field {
        var start: Int
        var end: Int
        var isQuoted: Bool
    }

    package let path: String
    /// The names in line 1, where it has them.
    package let header: [String]?
    package let columnCount: Int
    /// Line of the file, from 1, at which each row begins.
    package let lines: [Int]
    /// What a person should know about the encoding.
    package let note: String?
    private let bytes: [UInt8]
    private let fields: [Field]
    private let quote: UInt8?

    package var rowCount: Int { lines.count }

    /// - Throws: `TableError` with the line, `ColumnError.ambiguousHeader`, `SystemError`.
    package init(path: String, format: TableFormat) throws {
        let file = try TextFile(path: path)
        var scanner = TableScanner(format: format, path: path)
        try scanner.scan(file.bytes)
        guard let count = scanner.columnCount else { throw TableError(path: path, problem: .empty) }
        self.path = path
        bytes = file.bytes
        note = file.note
        quote = format.quote
        columnCount = count
        func text(_ fields: ArraySlice<Field>) -> [String] {
            fields.map { Table.text($0, in: file.bytes, quote: format.quote) }
        }
        let first = text(scanner.fields.prefix(count))
        let second = text(scanner.fields.dropFirst(count).prefix(count))
        let hasHeader = try Table.hasHeader(format.header, first: first, second: second, path: path)
        header = hasHeader ? first : nil
        fields = hasHeader ? Array(scanner.fields.dropFirst(count)) : scanner.fields
        lines = hasHeader ? Array(scanner.lines.dropFirst()) : scanner.lines
        guard !lines.isEmpty else { throw TableError(path: path, problem: .empty) }
    }

    /// A field without its quotation marks; blanks around an unquoted one do not belong to it.
    package func text(row: Int, column: Int) -> String {
        Table.text(fields[row * columnCount + column], in: bytes, quote: quote)
    }

    /// How messages call a column.
    package func name(ofColumn column: Int) -> String {
        header.map { "column \"\($0[column])\"" } ?? "column \(column)"
    }

    private static func text(_ field: Field, in bytes: [UInt8], quote: UInt8?) -> String {
        var slice = bytes[field.start..<field.end]
        if field.isQuoted, let quote {
            guard slice.contains(quote) else { return String(decoding: slice, as: UTF8.self) }
            var isEscaped = false
            let single = slice.filter { byte in
                isEscaped = byte == quote && !isEscaped
                return !isEscaped
            }
            return String(decoding: single, as: UTF8.self)
        }
        func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
        slice = slice.drop(while: isBlank)
        while let last = slice.last, isBlank(last) { slice.removeLast() }
        return String(decoding: slice, as: UTF8.self)
    }

    private static func hasHeader(
        _ header: TableFormat.Header, first: [String], second: [String], path: String
    ) throws -> Bool {
        switch header {
        case .present: return true
        case .absent: return false
        case .automatic:
            if first.contains(where: { DecimalNumber.parse($0) != nil }) { return false }
            if second.contains(where: { DecimalNumber.parse($0) != nil }) { return true }
            throw ColumnError.ambiguousHeader(path: path)
        }
    }
}

/// Numbers as people and programs write them in tables.
enum DecimalNumber {
    /// Digits, a sign, a point and an exponent only: no hexadecimal, no `inf`.
    static func parse(_ text: String) -> Double? {
        guard
            text.utf8.allSatisfy({ byte in
                (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || "+-.eE".utf8.contains(byte)
            })
        else { return nil }
        return Double(text)
    }
}
