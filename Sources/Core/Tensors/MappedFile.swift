import Glibc

/// A file's bytes, mapped read-only. The mapping lives as long as a reference to it does.
package final class MappedFile: @unchecked Sendable {
    package let bytes: UnsafeRawBufferPointer
    package let path: String

    /// - Throws: `SystemError` with the path and the system's reason.
    package init(path: String) throws {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw SystemError(operation: "open", path: path) }
        defer { close(descriptor) }
        self.path = path
        bytes = try MappedFile.map(descriptor, path: path)
    }

    /// Maps a file that is open already; the descriptor stays the caller's.
    /// - Parameter path: for messages.
    package init(descriptor: Int32, path: String) throws {
        self.path = path
        bytes = try MappedFile.map(descriptor, path: path)
    }

    private static func map(_ descriptor: Int32, path: String) throws -> UnsafeRawBufferPointer {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw SystemError(operation: "read", path: path) }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw SystemError(operation: "read", path: path, reason: "it is not a regular file")
        }
        let size = Int(status.st_size)
        guard size > 0 else { return UnsafeRawBufferPointer(start: nil, count: 0) }
        guard let start = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0), start != MAP_FAILED else {
            throw SystemError(operation: "map", path: path)
        }
        return UnsafeRawBufferPointer(start: start, count: size)
    }

    /// Calls `body` with the bytes and keeps them mapped for as long. `bytes` alone keeps nothing: a file whose last use
    /// is reading that property is unmapped before its bytes are looked at.
    package func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        try withExtendedLifetime(self) { try body(bytes) }
    }

    /// SHA-256 of the whole file, in hexadecimal.
    package var hash: String { withBytes(ContentHash.of) }

    /// The whole file as text; what is not UTF-8 becomes U+FFFD.
    package var text: String { withBytes { String(decoding: $0, as: UTF8.self) } }

    deinit {
        if let start = bytes.baseAddress { munmap(UnsafeMutableRawPointer(mutating: start), bytes.count) }
    }
}

/// A failed system call on a file, as one sentence.
package struct SystemError: Error, CustomStringConvertible {
    package let operation: String
    package let path: String
    package let reason: String

    /// `reason` defaults to the text of the current `errno`.
    package init(operation: String, path: String, reason: String? = nil) {
        self.operation = operation
        self.path = path
        self.reason = reason ?? String(cString: strerror(errno))
    }

    package var description: String { "cannot \(operation) \(path): \(reason)" }
}
