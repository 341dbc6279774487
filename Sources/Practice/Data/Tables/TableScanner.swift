/// Finds the fields of a table (RFC 4180, with any separator): one pass over the bytes.
struct TableScanner {
    private let format: TableFormat
    private let path: String
    /// Row after row.
    private(set) var fields: [Table.Field] = []
    private(set) var lines: [Int] = []
    /// Fields of the first row.
    private(set) var columnCount: Int?

    private var line = 1
    private var rowStart = 0

    init(format: TableFormat, path: String) {
        self.format = format
        self.path = path
    }

    /// - Throws: `TableError`.
    mutating func scan(_ bytes: [UInt8]) throws {
        try bytes.withUnsafeBufferPointer { buffer in
            // A file without any line feed ends its lines the old way, with carriage returns.
            let newline = buffer.contains(lineFeed) ? lineFeed : carriageReturn
            var position = 0
            while position < buffer.count { position = try scanRow(buffer, from: position, newline: newline) }
        }
    }

    /// Scans one row and returns where the next begins.
    private mutating func scanRow(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int, newline: UInt8) throws -> Int {
        let firstLine = line
        rowStart = fields.count
        var position = start
        while true {
            let field: Table.Field
            if let quote = format.quote, position < bytes.count, bytes[position] == quote {
                field = try quoted(bytes, from: position, quote: quote, newline: newline)
                position = field.end + 1
            } else {
                var end = position
                while end < bytes.count, bytes[end] != format.separator, bytes[end] != newline { end += 1 }
                let isLineEnd = end == bytes.count || bytes[end] == newline
                let hasReturn = isLineEnd && end > position && bytes[end - 1] == carriageReturn
                field = Table.Field(start: position, end: hasReturn ? end - 1 : end, isQuoted: false)
                position = end
            }
            fields.append(field)
            if newline == lineFeed, position < bytes.count, bytes[position] == carriageReturn { position += 1 }
            if position < bytes.count, bytes[position] == format.separator {
                position += 1
                continue
            }
            if position < bytes.count, bytes[position] == newline {
                position += 1
                line += 1
            }
            break
        }
        try endRow(firstLine)
        return position
    }

    /// `end` is the closing mark.
    private mutating func quoted(
        _ bytes: UnsafeBufferPointer<UInt8>, from start: Int, quote: UInt8, newline: UInt8
    ) throws -> Table.Field {
        let firstLine = line
        var end = start + 1
        while true {
            guard end < bytes.count else { throw TableError(path: path, line: firstLine, problem: .unclosedQuote) }
            if bytes[end] == newline { line += 1 }
            guard bytes[end] == quote else {
                end += 1
                continue
            }
            guard end + 1 < bytes.count, bytes[end + 1] == quote else { break }
            end += 2
        }
        var next = end + 1
        if newline == lineFeed, next < bytes.count, bytes[next] == carriageReturn { next += 1 }
        let isFollowed = next < bytes.count && bytes[next] != newline
        guard !isFollowed || (next == end + 1 && bytes[next] == format.separator) else {
            throw TableError(path: path, line: line, problem: .textAfterQuote)
        }
        return Table.Field(start: start + 1, end: end, isQuoted: true)
    }

    private mutating func endRow(_ firstLine: Int) throws {
        let count = fields.count - rowStart
        if count == 1, let only = fields.last, !only.isQuoted, only.start == only.end {
            fields.removeLast()
            return
        }
        if let columnCount, columnCount != count {
            throw TableError(path: path, line: firstLine, problem: .fieldCount(found: count, expected: columnCount))
        }
        columnCount = count
        lines.append(firstLine)
    }
}

private let lineFeed = UInt8(ascii: "\n")
private let carriageReturn = UInt8(ascii: "\r")
