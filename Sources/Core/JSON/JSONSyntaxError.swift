/// A place in a text: line and column from 1, the column counted in Unicode scalars.
package struct SourceLocation: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let line: Int
    package let column: Int

    package init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }

    package var description: String { "\(line):\(column)" }

    package static func < (a: SourceLocation, b: SourceLocation) -> Bool {
        (a.line, a.column) < (b.line, b.column)
    }
}

/// Where a text stops being JSON, and what was expected there.
package struct JSONSyntaxError: Error, Hashable, Sendable, CustomStringConvertible {
    package let location: SourceLocation
    package let message: String

    package init(location: SourceLocation, message: String) {
        self.location = location
        self.message = message
    }

    package var line: Int { location.line }
    package var column: Int { location.column }
    package var description: String { "line \(line), column \(column): \(message)" }
}
