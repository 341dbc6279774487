import Glibc

/// The system calls that make bytes last. All of `AtomicFile`, `writeAll` and `flushFolder` go through them, so that a
/// test can let each of them fail in turn; nothing else ever replaces them.
package struct FileOperations: Sendable {
    /// `write(2)`.
    package var write: @Sendable (Int32, UnsafeRawPointer, Int) -> Int
    /// `fsync(2)`.
    package var flush: @Sendable (Int32) -> Int32
    /// `rename(2)`.
    package var rename: @Sendable (_ from: String, _ to: String) -> Int32

    package init(
        write: @escaping @Sendable (Int32, UnsafeRawPointer, Int) -> Int,
        flush: @escaping @Sendable (Int32) -> Int32, rename: @escaping @Sendable (String, String) -> Int32
    ) {
        self.write = write
        self.flush = flush
        self.rename = rename
    }

    package static let system = FileOperations(
        write: { Glibc.write($0, $1, $2) }, flush: { fsync($0) }, rename: { Glibc.rename($0, $1) })

    /// Those in use here.
    @TaskLocal package static var current = FileOperations.system
}

/// Makes renames and removals within a folder last. A file system that cannot flush a folder has nothing to flush.
/// - Throws: `SystemError`.
package func flushFolder(_ path: String) throws {
    let folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard folder >= 0 else { return }
    defer { close(folder) }
    guard FileOperations.current.flush(folder) != 0, ![EINVAL, ENOTSUP, EROFS].contains(errno) else { return }
    throw SystemError(operation: "write", path: path)
}
