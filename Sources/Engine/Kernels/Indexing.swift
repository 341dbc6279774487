import CKernels
import Tensors

/// Rows of a table, looked up and added up. Indices are whole numbers from 0, in float.
package enum Indexing {
    /// y[i] = table[indices[i]], rows of `width` floats; NaN where the index is outside.
    package static func gather(
        _ table: FloatInput, at indices: FloatInput, into y: FloatOutput, count: Int, rows: Int, width: Int
    ) {
        ck_gather(table, indices, y, count, rows, width)
    }

    /// Row i of y, `width` floats, from `rows[i]`, `offset` numbers on; where there is none it stays as it is.
    /// - Parameter precision: of the rows.
    package static func collect(
        _ rows: [UnsafeRawPointer?], from offset: Int, into y: FloatOutput, width: Int, precision: Precision
    ) {
        ck_collect(precision.isHalf, rows, offset, y, rows.count, width)
    }

    /// table[r] = the sum of the values whose index is r, in the order of the indices whatever the threads do.
    package static func scatterAdd(
        _ values: FloatInput, at indices: FloatInput, into table: FloatOutput, count: Int, rows: Int, width: Int
    ) {
        ck_scatter_add(indices, values, table, count, rows, width)
    }
}
