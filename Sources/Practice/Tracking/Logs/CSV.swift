/// Comma-separated values after RFC 4180, with `\n` at line ends.
enum CSV {
    static func line(_ fields: [String]) -> String { fields.map(quoted).joined(separator: ",") }

    /// Shortest text that reads back as the same number; empty where there is none.
    static func number(_ value: Double?) -> String { value.map { "\($0)" } ?? "" }

    private static func quoted(_ field: String) -> String {
        guard field.unicodeScalars.contains(where: { $0 == "," || $0 == "\"" || $0 == "\n" || $0 == "\r" }) else {
            return field
        }
        return "\"" + field.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
    }

    /// The rows of a table. A last row without a line end is kept: it may be what a full disk left of one, and the
    /// reader of the columns decides.
    static func rows(_ text: String) -> [[String]] {
        var rows: [[String]] = []
        var row: [String] = []
        var field = String.UnicodeScalarView()
        var isQuoted = false
        var scalars = text.unicodeScalars.makeIterator()
        var pending = scalars.next()
        func take() -> Unicode.Scalar? {
            defer { pending = scalars.next() }
            return pending
        }
        func endField() {
            row.append(String(field))
            field = String.UnicodeScalarView()
        }
        while let scalar = take() {
            switch (scalar, isQuoted) {
            case ("\"", true) where pending == "\"": field.append(take()!)
            case ("\"", true): isQuoted = false
            case (_, true): field.append(scalar)
            case ("\"", false) where field.isEmpty: isQuoted = true
            case (",", false): endField()
            case ("\r", false): continue
            case ("\n", false):
                endField()
                rows.append(row)
                row = []
            default: field.append(scalar)
            }
        }
        if !field.isEmpty || !row.isEmpty {
            endField()
            rows.append(row)
        }
        return rows
    }
}
