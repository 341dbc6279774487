import Glibc

/// A file that appears whole or not at all: bytes go to a file beside it, which is flushed, renamed over `path`, and
/// whose folder is flushed. Until `commit` the old file is untouched; without `commit` nothing is left.
package struct AtomicFile: ~Copyable {
    /// Where the bytes go until they are complete, for libraries that write by path.
    package let temporaryPath: String
    package let path: String
    private let descriptor: Int32
    private var isCommitted = false

    /// - Throws: `SystemError` where the folder cannot be written to.
    package init(path: String) throws {
        self.path = path
        temporaryPath = path + ".\(getpid()).partial"
        descriptor = open(temporaryPath, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw SystemError(operation: "write", path: path) }
    }

    deinit {
        close(descriptor)
        if !isCommitted { unlink(temporaryPath) }
    }

    /// - Throws: `SystemError` with the path that was asked for, not the temporary one.
    package func write(_ bytes: UnsafeRawBufferPointer) throws {
        try writeAll(bytes, to: descriptor, path: path)
    }

    package func write(_ text: String) throws {
        var text = text
        try text.withUTF8 { try write(UnsafeRawBufferPointer($0)) }
    }

    /// Makes the bytes durable and gives them their name.
    package consuming func commit() throws {
        guard fsync(descriptor) == 0 else { throw SystemError(operation: "write", path: path) }
        guard rename(temporaryPath, path) == 0 else { throw SystemError(operation: "write", path: path) }
        isCommitted = true
        AtomicFile.flushFolder(of: path)
    }

    /// Writes `text` as the whole of `path`.
    package static func write(_ text: String, to path: String) throws {
        let file = try AtomicFile(path: path)
        try file.write(text)
        try file.commit()
    }

    /// A rename is durable only once its folder is; file systems without this (it may fail) do not need it.
    private static func flushFolder(of path: String) {
        let folder = path.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }
}

/// Writes every byte, going on after interruptions and partial writes.
/// - Throws: `SystemError` naming `path`.
package func writeAll(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32, path: String) throws {
    var offset = 0
    while offset < bytes.count {
        let written = write(descriptor, bytes.baseAddress! + offset, bytes.count - offset)
        if written < 0 {
            if errno == EINTR { continue }
            throw SystemError(operation: "write", path: path)
        }
        offset += written
    }
}
