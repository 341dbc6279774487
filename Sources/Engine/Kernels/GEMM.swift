import COpenBLAS
import Tensors

/// Products of dense, row-major matrices, through OpenBLAS.
package enum GEMM {
    /// c = op(a) · op(b), `batch` times; c is (m, n), op(a) (m, k), op(b) (k, n).
    package static func multiply(
        _ a: FloatInput, transposed ta: Bool, _ b: FloatInput, transposed tb: Bool, into c: FloatOutput, rows m: Int,
        columns n: Int, inner k: Int, batch: Int = 1
    ) {
        guard m > 0, n > 0 else { return }
        guard k > 0 else {
            c.update(repeating: 0, count: batch * m * n)
            return
        }
        ob_multiply(a, ta ? 1 : 0, b, tb ? 1 : 0, c, m, n, k, batch)
    }
}
