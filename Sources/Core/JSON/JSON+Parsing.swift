extension JSON {
    /// Reads one JSON text (RFC 8259, strictly: no comments, no trailing commas, no key twice).
    ///
    /// - Parameter allowingNonFinite: also `NaN`, `Infinity` and `-Infinity`, which Python's `json` writes.
    /// - Throws: `JSONSyntaxError`, the first one; `LocatedJSON.parse` reports them all.
    package init(parsing text: String, allowingNonFinite: Bool = false) throws {
        var text = text
        let outcome: (value: JSON?, errors: [JSONSyntaxError]) = text.withUTF8 { bytes in
            var parser = JSONParser(bytes, allowingNonFinite: allowingNonFinite, tracksLocations: false)
            let (value, _) = parser.parseDocument()
            return (value, parser.syntaxErrors())
        }
        if let first = outcome.errors.first { throw first }
        guard let value = outcome.value else {
            throw JSONSyntaxError(location: SourceLocation(line: 1, column: 1), message: "expected a value")
        }
        self = value
    }
}
