import CKernels
import COpenBLAS
import Glibc

/// The threads that kernels run on: one OpenMP pool for our own loops, OpenBLAS and oneDNN.
package enum Parallel {
    /// Sets the number of threads for everything. Plans must be made afterwards: oneDNN sizes its scratch memory by it.
    package static func configure(threads: Int) {
        precondition(threads >= 1, "at least one thread")
        ck_set_threads(Int32(threads))
        ob_set_threads(Int32(threads))
    }

    /// The number of threads in force; 1 until configured.
    package static var threads: Int { Int(ck_threads()) }

    /// Makes the calling thread, whichever it is, use so many: what was made for a number must run on that number.
    static func enter(threads: Int) { ob_enter(Int32(threads)) }
}
