import Glibc
import Tensors

/// Bytes that live as long as a reference to them: a mapped file, or memory of its own.
final class ByteStorage: @unchecked Sendable {
    let bytes: UnsafeRawBufferPointer
    /// Bytes of memory of its own.
    let heldBytes: Int
    private let release: @Sendable () -> Void

    /// Bytes that `owner` keeps alive.
    init(_ bytes: UnsafeRawBufferPointer, owner: some Sendable) {
        self.bytes = bytes
        heldBytes = 0
        release = { withExtendedLifetime(owner) {} }
    }

    /// `count` fresh bytes, which `fill` writes. Pages come straight from the system: large ones where it has them.
    init(count: Int, fill: (UnsafeMutableRawBufferPointer) throws -> Void) throws {
        let size = max(count, 1)
        guard let start = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
            start != MAP_FAILED
        else { throw MemoryError(bytes: count) }
        _ = madvise(start, size, MADV_HUGEPAGE)
        let address = UInt(bitPattern: start)
        bytes = UnsafeRawBufferPointer(start: start, count: count)
        heldBytes = count
        release = { munmap(UnsafeMutableRawPointer(bitPattern: address), size) }
        try fill(UnsafeMutableRawBufferPointer(start: start, count: count))
    }

    /// A copy of numbers.
    convenience init(_ values: [Float]) throws {
        try self.init(count: values.count * MemoryLayout<Float>.stride) { target in
            values.withUnsafeBytes { target.copyMemory(from: $0) }
        }
    }

    /// Lends the bytes, which stay until `body` is done even if nobody else holds them.
    func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        try withExtendedLifetime(self) { try body(bytes) }
    }

    deinit { release() }
}

/// The system gave no memory for data.
package struct MemoryError: Error, CustomStringConvertible {
    package let bytes: Int
    package var description: String { "there is not enough memory: \(bytes) bytes of data do not fit" }
}
