import Tracking

/// Columns of text, each as wide as what stands in it, two blanks apart, nothing behind the last.
struct TextTable {
    enum Alignment { case left, right }

    struct Column {
        let header: String
        let alignment: Alignment
        /// Whether its cells may lose their middle where the table is wider than the terminal.
        let isElastic: Bool

        init(_ header: String, _ alignment: Alignment = .left, isElastic: Bool = false) {
            self.header = header
            self.alignment = alignment
            self.isElastic = isElastic
        }
    }

    let columns: [Column]
    let rows: [[String]]
    /// What no cell is shortened below.
    private static let narrowest = 12

    init(_ columns: [Column], _ rows: [[String]]) {
        self.columns = columns
        self.rows = rows
    }

    /// - Parameter width: columns of the terminal; nil: as many as are needed.
    func lines(indent: Int = 2, width: Int? = nil) -> [String] {
        let all = [columns.map(\.header)] + rows
        let used = columns.indices.filter { column in rows.contains { !$0[column].isEmpty } }
        var widths = columns.indices.map { column in all.map { TerminalText.width($0[column]) }.max() ?? 0 }
        if let width { shrink(&widths, used, to: width - indent) }
        return all.map { row in
            let cells = used.map { column -> String in
                let cell = TerminalText.shortened(row[column], to: widths[column])
                let gap = String(repeating: " ", count: widths[column] - TerminalText.width(cell))
                return columns[column].alignment == .left ? cell + gap : gap + cell
            }
            let line = String(repeating: " ", count: indent) + cells.joined(separator: "  ")
            return String(line.reversed().drop { $0 == " " }.reversed())
        }
    }

    /// Takes what is too much from the widest elastic column, again and again.
    private func shrink(_ widths: inout [Int], _ used: [Int], to total: Int) {
        func excess() -> Int { used.reduce(2 * (used.count - 1)) { $0 + widths[$1] } - total }
        while excess() > 0 {
            let elastic = used.filter { columns[$0].isElastic && widths[$0] > TextTable.narrowest }
            guard let widest = elastic.max(by: { widths[$0] < widths[$1] }) else { return }
            let next = elastic.filter { $0 != widest }.map { widths[$0] }.max() ?? TextTable.narrowest
            let floor = max(TextTable.narrowest, min(next, widths[widest] - 1))
            widths[widest] = max(floor, widths[widest] - excess())
        }
    }
}
