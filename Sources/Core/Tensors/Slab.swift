import Glibc

/// A run of `Float`s aligned to 64 bytes, zeroed when made, freed when the last use ends. The alignment is part of the
/// promise that equal runs give equal bits: kernels take the same path on every machine start.
package struct Slab: ~Copyable, @unchecked Sendable {
    package static let alignment = 64
    package let pointer: UnsafeMutablePointer<Float>
    package let count: Int

    /// From how many bytes on a slab is pages of its own, as many as a large page has: they are zero without being written.
    private static let pagesFrom = 2 << 20

    package init(count: Int) {
        self.count = count
        let bytes = max(Slab.bytes(count), Slab.alignment)
        guard let raw = bytes < Slab.pagesFrom ? Slab.allocate(bytes) : Slab.mapPages(bytes) else {
            fatalError("out of memory: \(bytes) bytes for a slab")
        }
        pointer = raw.bindMemory(to: Float.self, capacity: bytes / MemoryLayout<Float>.stride)
    }

    private static func allocate(_ bytes: Int) -> UnsafeMutableRawPointer? {
        guard let raw = aligned_alloc(alignment, bytes) else { return nil }
        memset(raw, 0, bytes)
        return raw
    }

    private static func mapPages(_ bytes: Int) -> UnsafeMutableRawPointer? {
        guard let pages = mmap(nil, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
            pages != MAP_FAILED
        else { return nil }
        // Fewer faults and fewer misses, where the system has large pages for those who ask.
        _ = madvise(pages, bytes, Int32(MADV_HUGEPAGE))
        return pages
    }

    deinit {
        let bytes = max(Slab.bytes(count), Slab.alignment)
        if bytes < Slab.pagesFrom { free(pointer) } else { munmap(pointer, bytes) }
    }

    /// `count` rounded up so that the next tensor starts on an aligned address, in elements.
    package static func padded(_ count: Int) -> Int { (count + 15) / 16 * 16 }

    /// The bytes that `count` elements take, padding included.
    package static func bytes(_ count: Int) -> Int { padded(count) * MemoryLayout<Float>.stride }

    package func copy(from other: borrowing Slab) {
        precondition(count == other.count, "slabs of different sizes")
        memcpy(pointer, other.pointer, count * MemoryLayout<Float>.stride)
    }
}
