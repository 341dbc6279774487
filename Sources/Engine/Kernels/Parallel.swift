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

    /// Does something on another number of threads than the rest of the process.
    package static func with<Result>(threads: Int, _ body: () throws -> Result) rethrows -> Result {
        precondition(threads >= 1, "at least one thread")
        ck_set_own_threads(Int32(threads))
        enter(threads: threads)
        defer {
            ck_set_own_threads(0)
            enter(threads: self.threads)
        }
        return try body()
    }

    /// Makes the calling thread, whichever it is, use so many: what was made for a number must run on that number.
    static func enter(threads: Int) { ob_enter(Int32(threads)) }
}
