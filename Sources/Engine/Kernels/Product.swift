import COneDNN
import Tensors

/// A large product of dense, row-major matrices of fixed sizes, through oneDNN, whose kernels are two to three times as fast
/// as OpenBLAS' where the inner dimension is long and the result small; see `pays`.
package final class Product {
    private let pointer: OpaquePointer
    private let threads: Int
    /// Bytes of scratch memory a run needs, aligned to 64.
    package let scratchBytes: Int

    /// - Parameters:
    ///   - m, n, k: c (m, n) = op(a) (m, k) · op(b) (k, n).
    ///   - precision: of a and b; c is float32.
    ///   - threads: how many every run will use.
    /// - Throws: `UnsupportedKernelError`.
    package init(
        rows m: Int, columns n: Int, inner k: Int, transposed: (a: Bool, b: Bool), precision: Precision = .float32,
        threads: Int = Parallel.threads
    ) throws {
        Parallel.enter(threads: threads)
        self.threads = threads
        var result: OpaquePointer?
        let status = od_product_create(
            &result, precision.type, Int64(m), Int64(n), Int64(k), transposed.a ? 1 : 0, transposed.b ? 1 : 0)
        guard status == 0, let result else {
            throw UnsupportedKernelError("a product of (\(m), \(k)) and (\(k), \(n))", status: status)
        }
        pointer = result
        scratchBytes = od_product_scratch(result)
    }

    deinit { od_product_destroy(pointer) }

    /// Whether a product of these sizes is done faster here than by `GEMM`: small ones cost more to start, and with a short
    /// inner dimension most of the time goes into writing the result.
    package static func pays(rows m: Int, columns n: Int, inner k: Int) -> Bool {
        k >= 64 && m >= 1 && n >= 1 && m * n * k >= 1 << 21
    }

    package func run(_ a: FloatInput, _ b: FloatInput, into c: FloatOutput, scratch: UnsafeMutableRawPointer) {
        Parallel.enter(threads: threads)
        od_product_run(pointer, a, b, c, scratch)
    }
}

extension Precision {
    /// As oneDNN's shim has it.
    var type: od_type { self == .bfloat16 ? OD_HALF : OD_FLOAT }
}
