import CKernels

/// Rows of a table, looked up and added up. Indices are whole numbers from 0, in float.
package enum Indexing {
    /// y[i] = table[indices[i]], rows of `width` floats; NaN where the index is outside.
    package static func gather(
        _ table: FloatInput, at indices: FloatInput, into y: FloatOutput, count: Int, rows: Int, width: Int
    ) {
        ck_gather(table, indices, y, count, rows, width)
    }

    /// table[r] = the sum of the values whose index is r, in the order of the indices whatever the threads do.
    package static func scatterAdd(
        _ values: FloatInput, at indices: FloatInput, into table: FloatOutput, count: Int, rows: Int, width: Int
    ) {
        ck_scatter_add(indices, values, table, count, rows, width)
    }
}
