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

    /// The same once, on parts of wider matrices, whose rows are `strideA`, `strideB` and `strideC` long.
    package static func multiply(
        _ a: FloatInput, transposed ta: Bool, stride strideA: Int, _ b: FloatInput, transposed tb: Bool,
        stride strideB: Int, into c: FloatOutput, stride strideC: Int, rows m: Int, columns n: Int, inner k: Int
    ) {
        guard m > 0, n > 0 else { return }
        guard k > 0 else {
            for row in 0..<m { (c + row * strideC).update(repeating: 0, count: n) }
            return
        }
        ob_multiply_within(a, ta ? 1 : 0, strideA, b, tb ? 1 : 0, strideB, c, strideC, m, n, k)
    }
}
