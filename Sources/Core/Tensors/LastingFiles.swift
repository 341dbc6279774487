import Glibc

extension FileOperations {
    /// Runs `body` with flushes put off: the files that it writes appear whole or not at all however this process ends,
    /// and `makeLast` then makes them outlive a loss of power too, all at once.
    package static func puttingOffFlushes<Result>(_ body: () throws -> Result) rethrows -> Result {
        var operations = current
        operations.flush = { _ in 0 }
        return try $current.withValue(operations, operation: body)
    }
}

/// Makes files last through a loss of power, together: their bytes are sent off first, so that the flushes wait for the
/// disk once and not once each. What is not there is passed over.
/// - Parameter folder: the one that they lie in, whose entries are made to last too.
/// - Throws: `SystemError`.
package func makeLast(_ paths: [String], in folder: String) throws {
    let open = paths.compactMap { path -> (String, Int32)? in
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
        return descriptor >= 0 ? (path, descriptor) : nil
    }
    defer { for (_, descriptor) in open { close(descriptor) } }
    // Linux begins to write what it is told that nobody needs.
    for (_, descriptor) in open { posix_fadvise(descriptor, 0, 0, POSIX_FADV_DONTNEED) }
    for (path, descriptor) in open where FileOperations.current.flush(descriptor) != 0 {
        throw SystemError(operation: "write", path: path)
    }
    try flushFolder(folder)
}
