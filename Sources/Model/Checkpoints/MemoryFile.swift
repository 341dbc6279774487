import CHDF5
import Glibc
import Tensors

/// Bytes that had to be made (decompressed, transposed, byte-swapped), gathered in an anonymous file so that they can
/// be mapped exactly as a real file is. Each piece begins at a multiple of 64.
struct MemoryFile: ~Copyable {
    private let descriptor: Int32
    private let origin: String
    private(set) var count = 0

    /// - Parameter origin: the file that the bytes come from, for messages.
    init(origin: String) throws {
        self.origin = origin
        descriptor = chdf5_memory_file()
        guard descriptor >= 0 else { throw SystemError(operation: "make room in memory for", path: origin) }
    }

    deinit { close(descriptor) }

    /// Appends `size` bytes that `fill` writes; returns the offset at which they begin.
    mutating func append(size: Int, fill: (UnsafeMutableRawBufferPointer) throws -> Void) throws -> Int {
        let start = (count + 63) / 64 * 64
        guard size > 0 else { return start <= count ? start : count }
        guard ftruncate(descriptor, off_t(start + size)) == 0 else {
            throw SystemError(operation: "make room in memory for", path: origin)
        }
        let page = Int(sysconf(Int32(_SC_PAGESIZE)))
        let base = start / page * page
        let length = start + size - base
        let window = mmap(nil, length, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, off_t(base))
        guard let window, window != MAP_FAILED else {
            throw SystemError(operation: "make room in memory for", path: origin)
        }
        defer { munmap(window, length) }
        try fill(UnsafeMutableRawBufferPointer(start: window + (start - base), count: size))
        count = start + size
        return start
    }

    /// Seals the bytes against any further change and maps them.
    consuming func mapped() throws -> MappedFile {
        guard chdf5_seal(descriptor) >= 0 else { throw SystemError(operation: "seal the copy of", path: origin) }
        return try MappedFile(path: "/proc/self/fd/\(descriptor)")
    }
}
