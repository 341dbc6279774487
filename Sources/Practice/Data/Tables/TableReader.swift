import Tensors

/// Turns the text of a table into numbers, row by row.
struct TableReader {
    private struct Input {
        let index: Int
        let encoding: TableEncoding.Column
        /// Position of each known value; empty for numbers.
        let places: [String: Int]
        let values: [String]
    }

    private let source: TableSource
    private let table: Table
    private let inputs: [Input]
    private let targets: [Int]
    private let width: Int

    init(_ source: TableSource, _ table: Table) throws {
        self.source = source
        self.table = table
        targets = try table.columns(source.targets)
        let columns = try TableReader.inputColumns(source, table, targets: targets)
        inputs = columns.map { TableReader.input($0, $1, source, table) }
        guard !inputs.isEmpty else { throw ColumnError.none(path: source.path) }
        width = inputs.reduce(0) { sum, input in
            if case .oneHot = input.encoding.encoding { sum + input.values.count } else { sum + 1 }
        }
    }

    // MARK: Columns

    private static func inputColumns(
        _ source: TableSource, _ table: Table, targets: [Int]
    ) throws -> [(Int, ColumnEncoding)] {
        if let encoding = source.encoding {
            let indices = try table.columns(encoding.columns.map(\.selector))
            return zip(indices, encoding.columns).map { ($0, $1.encoding) }
        }
        let others = Set(targets).union(try table.columns(source.ignored))
        let indices =
            try source.inputs.map(table.columns) ?? (0..<table.columnCount).filter { !others.contains($0) }
        var encodings: [Int: ColumnEncoding] = [:]
        for (selector, encoding) in source.encodings { encodings[try table.column(selector)] = encoding }
        return indices.map { ($0, encodings[$0] ?? .number) }
    }

    private static func input(
        _ index: Int, _ encoding: ColumnEncoding, _ source: TableSource, _ table: Table
    ) -> Input {
        let selector = table.header.map { ColumnSelector.name($0[index]) } ?? .index(index)
        let isUnique = table.header.map { header in header.count { $0 == header[index] } == 1 } ?? true
        func resolved(_ make: ([String]?) -> ColumnEncoding, _ listed: [String]?) -> Input {
            let values = listed ?? occurring(index, source, table)
            let places = Dictionary(values.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
            return Input(
                index: index, encoding: .init(selector: isUnique ? selector : .index(index), encoding: make(values)),
                places: places, values: values)
        }
        switch encoding {
        case .number:
            return Input(
                index: index, encoding: .init(selector: isUnique ? selector : .index(index), encoding: .number),
                places: [:], values: [])
        case .oneHot(let listed): return resolved(ColumnEncoding.oneHot, listed)
        case .index(let listed): return resolved(ColumnEncoding.index, listed)
        }
    }

    private static func occurring(_ column: Int, _ source: TableSource, _ table: Table) -> [String] {
        var values: Set<String> = []
        for row in 0..<table.rowCount { values.insert(table.text(row: row, column: column)) }
        return ClassRule.sorted(values.subtracting(source.missingTokens))
    }

    // MARK: Rows

    /// What the rows hold, as far as they could be read.
    private struct Rows {
        var inputs: [Float] = []
        var targets: [[String]] = []
        var lines: [Int] = []
        var skipped: [SkippedExample] = []
    }

    func read(into opened: inout OpenedSource) throws {
        let rows = try readRows()
        guard !rows.lines.isEmpty else { throw TableError(path: source.path, problem: .empty) }
        let column = try ArrayColumn(rows.inputs, exampleShape: [width])
        opened.encoding = TableEncoding(columns: inputs.map(\.encoding))
        opened.skipped = rows.skipped
        opened.dataset = try dataset(column, rows)
    }

    private func readRows() throws -> Rows {
        var rows = Rows()
        rows.inputs.reserveCapacity(width * table.rowCount)
        for row in 0..<table.rowCount {
            let start = rows.inputs.count
            do {
                for input in inputs { try append(input, row: row, to: &rows.inputs) }
                rows.targets.append(try targetTexts(row))
                rows.lines.append(table.lines[row])
            } catch let error as TableError where leavesOut(error) {
                rows.inputs.removeSubrange(start...)
                rows.skipped.append(
                    SkippedExample(name: "\(source.path), line \(table.lines[row])", reason: error.description))
            }
        }
        return rows
    }

    private func leavesOut(_ error: TableError) -> Bool {
        if source.onBadExample == .skip { return true }
        if case .missing = error.problem { return source.missing == .skipRow }
        return false
    }

    private func failure(_ row: Int, _ column: Int, _ problem: TableError.Problem) -> TableError {
        TableError(path: source.path, line: table.lines[row], column: table.name(ofColumn: column), problem: problem)
    }

    private func append(_ input: Input, row: Int, to values: inout [Float]) throws {
        let text = table.text(row: row, column: input.index)
        let isMissing = source.missingTokens.contains(text)
        var fill: Float?
        if isMissing {
            guard case .fill(let number) = source.missing else { throw failure(row, input.index, .missing(text)) }
            fill = number
        }
        switch input.encoding.encoding {
        case .number: values.append(try fill ?? number(text, row, input.index))
        case .index: values.append(try fill ?? Float(place(text, input, row)))
        case .oneHot:
            let place = isMissing ? nil : try place(text, input, row)
            for i in input.values.indices { values.append(i == place ? 1 : 0) }
        }
    }

    private func place(_ text: String, _ input: Input, _ row: Int) throws -> Int {
        guard let place = input.places[text] else {
            throw failure(row, input.index, .unknownCategory(text, known: input.values))
        }
        return place
    }

    private func number(_ text: String, _ row: Int, _ column: Int) throws -> Float {
        guard let value = DecimalNumber.parse(text) else { throw failure(row, column, .notNumber(text)) }
        let single = Float(value)
        guard single.isFinite else { throw failure(row, column, .notFinite(text)) }
        return single
    }

    /// A target is never made up, so `fill` does not reach here.
    private func targetTexts(_ row: Int) throws -> [String] {
        try targets.map { column in
            let text = table.text(row: row, column: column)
            guard !source.missingTokens.contains(text) else {
                throw failure(row, column, .missing(text))
            }
            return source.labelAliases[text] ?? text
        }
    }

    // MARK: Targets

    private func dataset(_ column: ArrayColumn, _ rows: Rows) throws -> ArrayDataset {
        if targets.isEmpty { return ArrayDataset(inputs: [column], targets: .none, rowNames: .lines(rows.lines)) }
        guard try isClass(rows.targets) else {
            guard case .all = source.classes else { throw classesOfValues() }
            let values = try zip(rows.targets, rows.lines).flatMap { texts, line in
                try zip(texts, targets).map { text, column in
                    guard let value = DecimalNumber.parse(text), Float(value).isFinite else {
                        throw TableError(
                            path: source.path, line: line, column: table.name(ofColumn: column),
                            problem: .notNumber(text))
                    }
                    return Float(value)
                }
            }
            let target = try ArrayColumn(values, exampleShape: [targets.count])
            return ArrayDataset(inputs: [column], targets: .values(target), rowNames: .lines(rows.lines))
        }
        let numbered = try source.classes.number(rows.targets.map { $0[0] }, source: source.path) {
            "line \(rows.lines[$0])"
        }
        return ArrayDataset(
            inputs: [column], targets: .classes(labels: numbered.labels, names: numbered.names), rows: numbered.rows,
            rowNames: .lines(rows.lines))
    }

    /// Text and whole numbers are classes unless told otherwise, as in other sources.
    private func isClass(_ texts: [[String]]) throws -> Bool {
        switch source.form {
        case .values: return false
        case .classes:
            guard targets.count == 1 else {
                throw ArrayError.labelShape(source: source.path, shape: [targets.count])
            }
            return true
        case .automatic:
            guard targets.count == 1 else { return false }
            let areNumbers = texts.allSatisfy { DecimalNumber.parse($0[0]) != nil }
            return !areNumbers || texts.allSatisfy { Int($0[0]) != nil }
        }
    }

    private func classesOfValues() -> ArrayError {
        .classesOfValues(source: source.path, shape: [targets.count], type: .float32)
    }
}
