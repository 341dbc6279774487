/// A column by its name or by its number, from 0; negative numbers count from the end.
package enum ColumnSelector: Hashable, Sendable, CustomStringConvertible {
    case name(String)
    case index(Int)

    package var description: String {
        switch self {
        case .name(let name): "\"\(name)\""
        case .index(let index): "\(index)"
        }
    }
}

/// How the text of a column becomes numbers.
package enum ColumnEncoding: Hashable, Sendable {
    case number
    /// One column per value, 1 where it holds; the values sorted where they are not listed.
    case oneHot([String]?)
    /// The place of the value among these; sorted where they are not listed.
    case index([String]?)
}

/// How the inputs of a table are read, complete: what other data must follow to mean the same.
package struct TableEncoding: Hashable, Sendable {
    package struct Column: Hashable, Sendable {
        package let selector: ColumnSelector
        package let encoding: ColumnEncoding

        package init(selector: ColumnSelector, encoding: ColumnEncoding) {
            self.selector = selector
            self.encoding = encoding
        }
    }

    package let columns: [Column]

    package init(columns: [Column]) { self.columns = columns }

    /// What each number of an example stands for: `age`, `sex=male`.
    package var featureNames: [String] {
        columns.flatMap { column -> [String] in
            let name: String
            switch column.selector {
            case .name(let text): name = text
            case .index(let index): name = "column \(index)"
            }
            if case .oneHot(let values?) = column.encoding { return values.map { "\(name)=\($0)" } }
            return [name]
        }
    }
}

extension Table {
    /// The number of a column.
    /// - Throws: `ColumnError`.
    package func column(_ selector: ColumnSelector) throws -> Int {
        switch selector {
        case .index(let given):
            let index = given < 0 ? columnCount + given : given
            guard (0..<columnCount).contains(index) else {
                throw ColumnError.index(path: path, column: given, count: columnCount)
            }
            return index
        case .name(let name):
            guard let header else { throw ColumnError.noHeader(path: path, column: name, count: columnCount) }
            let matches = header.indices.filter { header[$0] == name }
            guard let match = matches.first else {
                throw ColumnError.unknown(path: path, column: name, present: header)
            }
            guard matches.count == 1 else { throw ColumnError.ambiguous(path: path, column: name) }
            return match
        }
    }

    /// The numbers of several columns, each of which may be named once.
    func columns(_ selectors: [ColumnSelector]) throws -> [Int] {
        var seen: Set<Int> = []
        return try selectors.map { selector in
            let index = try column(selector)
            guard seen.insert(index).inserted else {
                throw ColumnError.repeated(path: path, column: selector.description)
            }
            return index
        }
    }
}
