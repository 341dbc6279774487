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

    /// Lends a part of the file piece by piece, in order, and keeps no more than a piece of it in this process's memory:
    /// for what is copied once, such as weights of which there is room for one copy only.
    /// - Parameter size: bytes that belong together; every piece but the last holds a multiple of them.
    package func forEachPiece(
        of range: Range<Int>, multipleOf size: Int = 1, _ body: (UnsafeRawBufferPointer) -> Void
    ) {
        guard let base = bytes.baseAddress, !range.isEmpty else { return }
        let length = max(MappedFile.pieceLength / size, 1) * size
        let page = Int(sysconf(Int32(_SC_PAGESIZE)))
        withExtendedLifetime(self) {
            var start = range.lowerBound
            while start < range.upperBound {
                let end = min(start + length, range.upperBound)
                let first = start / page * page
                let pages = UnsafeMutableRawPointer(mutating: base + first)
                let isWorthACall = end - first >= 1 << 16
                // Instead of a fault every few pages; kernels that do not know it leave it at the faults.
                if isWorthACall { _ = madvise(pages, end - first, MappedFile.populateForReading) }
                body(UnsafeRawBufferPointer(rebasing: bytes[start..<end]))
                if isWorthACall { _ = madvise(pages, end - first, Int32(MADV_DONTNEED)) }
                start = end
            }
        }
    }

    private static let pieceLength = 4 << 20
    /// `MADV_POPULATE_READ`, since Linux 5.14.
    private static let populateForReading: Int32 = 22

    /// SHA-256 of the whole file, in hexadecimal.
    package var hash: String {
        var hash = ContentHash()
        forEachPiece(of: bytes.indices) { hash.update($0) }
        return hash.finalize()
    }

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
