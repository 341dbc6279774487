import Glibc

/// `body(0)`, `body(1)`, … on as many threads as there are processors, at most eight, in order of index.
/// - Throws: what the lowest failing index threw.
func parallelMap<T: Sendable>(_ count: Int, _ body: @escaping @Sendable (Int) throws -> T) throws -> [T] {
    let threads = min(max(sysconf(Int32(_SC_NPROCESSORS_ONLN)), 1), 8, max(count / 16, 1))
    let tasks = (0..<threads).map { part in
        BackgroundTask {
            (count * part / threads..<count * (part + 1) / threads).map { index in Result { try body(index) } }
        }
    }
    return try tasks.flatMap { task in try task.value().map { try $0.get() } }
}
