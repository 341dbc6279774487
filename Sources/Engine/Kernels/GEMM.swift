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
        Parallel.prepareProduct(flops: 2 * m * n * k)
        for index in 0..<batch {
            cblas_sgemm(
                CblasRowMajor, ta ? CblasTrans : CblasNoTrans, tb ? CblasTrans : CblasNoTrans, Int32(m), Int32(n),
                Int32(k), 1, a + index * m * k, Int32(ta ? m : k), b + index * k * n, Int32(tb ? k : n), 0,
                c + index * m * n, Int32(n))
        }
    }
}
