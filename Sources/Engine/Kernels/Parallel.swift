import CKernels
import COpenBLAS
import Glibc

/// The threads that kernels run on: one OpenMP pool for our own loops, OpenBLAS and oneDNN.
package enum Parallel {
    /// Sets the number of threads for everything made afterwards. Convolutions and poolings stay with the number they
    /// were made for, because oneDNN sizes their scratch memory by it.
    package static func configure(threads: Int) {
        precondition(threads >= 1, "at least one thread")
        ck_set_threads(Int32(threads))
        ob_set_threads(Int32(threads))
    }

    /// The number of threads in force; 1 until configured.
    package static var threads: Int { Int(ck_threads()) }

    /// Below this a second thread costs more than it gives where OpenBLAS has a pool of its own (its pthread flavour
    /// fights OpenMP's: measured at 1.8 against 100 GFLOP/s for a 128 × 128 × 64 product).
    private static let foreignPoolThreshold = 50_000_000

    /// To be called before a library is, on whatever thread: OpenMP keeps its settings by calling thread.
    static func enter(threads: Int) { ob_enter_pool(Int32(threads)) }

    static func prepareProduct(flops: Int) {
        enter(threads: threads)
        guard ob_has_own_pool() != 0 else { return }
        ob_limit_threads(flops < foreignPoolThreshold ? 1 : Int32(threads))
    }
}
