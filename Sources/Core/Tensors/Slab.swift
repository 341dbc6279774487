import Glibc

/// A run of `Float`s aligned to 64 bytes, zeroed when made, freed when the last use ends. The alignment is part of the
/// promise that equal runs give equal bits: kernels take the same path on every machine start.
package struct Slab: ~Copyable, @unchecked Sendable {
    package static let alignment = 64
    package let pointer: UnsafeMutablePointer<Float>
    package let count: Int

    package init(count: Int) {
        self.count = count
        let bytes = max(Slab.bytes(count), Slab.alignment)
        guard let raw = aligned_alloc(Slab.alignment, bytes) else {
            fatalError("out of memory: \(bytes) bytes for a slab")
        }
        memset(raw, 0, bytes)
        pointer = raw.bindMemory(to: Float.self, capacity: bytes / MemoryLayout<Float>.stride)
    }

    deinit { free(pointer) }

    /// `count` rounded up so that the next tensor starts on an aligned address, in elements.
    package static func padded(_ count: Int) -> Int { (count + 15) / 16 * 16 }

    /// The bytes that `count` elements take, padding included.
    package static func bytes(_ count: Int) -> Int { padded(count) * MemoryLayout<Float>.stride }

    package func copy(from other: borrowing Slab) {
        precondition(count == other.count, "slabs of different sizes")
        memcpy(pointer, other.pointer, count * MemoryLayout<Float>.stride)
    }
}
