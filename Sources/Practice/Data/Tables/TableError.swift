/// What is wrong in a table, and where.
package struct TableError: Error, Hashable, CustomStringConvertible {
    package enum Problem: Hashable, Sendable {
        case encoding(String)
        case empty
        case unclosedQuote
        case textAfterQuote
        case fieldCount(found: Int, expected: Int)
        case notNumber(String)
        case missing(String)
        case unknownCategory(String, known: [String])
        case notFinite(String)
    }

    package let path: String
    /// Line of the file, from 1.
    package var line: Int?
    /// How the column is called.
    package var column: String?
    package let problem: Problem

    package init(path: String, line: Int? = nil, column: String? = nil, problem: Problem) {
        self.path = path
        self.line = line
        self.column = column
        self.problem = problem
    }

    package var description: String {
        let place = [path, line.map { "line \($0)" }, column].compactMap { $0 }.joined(separator: ", ")
        return "\(place): \(TableError.sentence(problem))"
    }

    private static func sentence(_ problem: Problem) -> String {
        switch problem {
        case .encoding(let reason): reason
        case .empty: "there are no rows"
        case .unclosedQuote:
            "a field opens with a quotation mark that is never closed; if quotation marks are ordinary characters "
                + "in this file, say \"quote\": \"none\""
        case .textAfterQuote:
            "text follows a closing quotation mark; if quotation marks are ordinary characters in this file, "
                + "say \"quote\": \"none\""
        case .fieldCount(let found, let expected):
            "there are \(found) fields, and the first line has \(expected)"
        case .notNumber(let text):
            "\"\(text)\" is not a number; encode a column of words as \"one_hot\" or \"index\", or leave it out"
        case .missing(let text):
            "the value is missing (\(text.isEmpty ? "empty" : "\"\(text)\"")); say what to do with \"missing\": "
                + "a number to put there, or \"skip\" for leaving out such rows"
        case .unknownCategory(let text, let known):
            "\"\(text)\" is not one of the known values \(known.prefix(12).map { "\"\($0)\"" }.joined(separator: ", "))"
                + (known.count > 12 ? " and \(known.count - 12) more" : "")
        case .notFinite(let text): "\"\(text)\" is not a finite number"
        }
    }
}

/// Columns that are not there as asked.
package enum ColumnError: DescriptionFault, Hashable, CustomStringConvertible {
    case unknown(path: String, column: String, present: [String])
    case noHeader(path: String, column: String, count: Int)
    case ambiguous(path: String, column: String)
    case repeated(path: String, column: String)
    case ambiguousHeader(path: String)
    case none(path: String)
    case index(path: String, column: Int, count: Int)

    package var description: String {
        switch self {
        case .unknown(let path, let column, let present):
            "\(path) has no column \"\(column)\"; it has \(present.map { "\"\($0)\"" }.joined(separator: ", "))"
        case .noHeader(let path, let column, let count):
            "\(path) has no header, so the column \"\(column)\" must be given by its number, 0 to \(count - 1)"
        case .ambiguous(let path, let column):
            "\(path) has several columns called \"\(column)\"; choose by number, counted from 0"
        case .repeated(let path, let column): "\(path): the column \(column) is named twice"
        case .ambiguousHeader(let path):
            "\(path) holds no number in its first two lines, so whether line 1 names the columns must be said with "
                + "\"header\": true or false"
        case .none(let path): "\(path) has no input columns left beside the target"
        case .index(let path, let column, let count):
            "\(path) has \(count) columns, numbered from 0, and no column \(column)"
        }
    }
}
