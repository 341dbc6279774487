import COpenBLAS
import Tensors

extension GEMM {
    /// Runs `body` such that the bits of a row of every product depend on the row and the second operand alone, not on the
    /// place of the row among the others: what is computed for an example is then the same in every batch. Costs nothing
    /// to three times the time, by what OpenBLAS has for the processor.
    package static func withRowsAlike<Result>(_ body: () throws -> Result) rethrows -> Result {
        ob_set_panel(panelRows)
        defer { ob_set_panel(0) }
        return try body()
    }

    /// The largest panel in which all rows are alike on this processor. Tried once, on fixed numbers: a pure function of
    /// processor and library.
    private static let panelRows: Int = [64, 32, 16, 8, 4, 2].first(where: rowsAreAlike) ?? 1

    /// Whether equal rows give equal rows, in products of several widths and lengths.
    private static func rowsAreAlike(in rows: Int) -> Bool {
        for (columns, inner) in [(1, 64), (1, 257), (5, 100), (8, 9), (9, 27), (16, 64), (33, 100), (100, 129)] {
            let a = Slab(count: rows * inner)
            let b = Slab(count: inner * columns)
            let c = Slab(count: rows * columns)
            // Fractions of a prime: no sum is exact.
            for index in 0..<inner * columns { b.pointer[index] = Float(index * 37 % 101) / 101 - 0.5 }
            for index in 0..<rows * inner { a.pointer[index] = Float(index % inner * 53 % 97) / 97 - 0.5 }
            ob_multiply(a.pointer, 0, b.pointer, 0, c.pointer, rows, columns, inner, 1)
            for index in columns..<rows * columns
            where c.pointer[index].bitPattern != c.pointer[index % columns].bitPattern { return false }
        }
        return true
    }
}
