import CProcess
import Glibc
import Tensors

/// Bytes that had to be made (decompressed, transposed, byte-swapped), gathered in an anonymous file so that they can
/// be mapped exactly as a real file is. Each piece begins at a multiple of 64.
struct MemoryFile: ~Copyable {
    let descriptor: Int32
    private let origin: String
    private(set) var count = 0

    /// - Parameter origin: the file that the bytes come from, for messages.
    init(origin: String) throws {
        self.origin = origin
        descriptor = cp_memory_file()
        guard descriptor >= 0 else { throw MemoryFile.noRoom(origin) }
    }

    deinit { close(descriptor) }

    private static func noRoom(_ origin: String) -> SystemError {
        SystemError(operation: "make room in memory for", path: origin)
    }

    /// Appends `size` bytes that `fill` writes; returns the offset at which they begin.
    mutating func append(size: Int, fill: (UnsafeMutableRawBufferPointer) throws -> Void) throws -> Int {
        let start = MemoryWindow.start(after: count, size: size)
        guard size > 0 else { return start }
        guard ftruncate(descriptor, off_t(start + size)) == 0,
            let window = MemoryWindow(descriptor, start: start, size: size)
        else { throw MemoryFile.noRoom(origin) }
        try fill(window.bytes)
        count = start + size
        return start
    }

    /// Makes the file so large that another process can write into it without making it larger; takes no memory yet.
    /// - Returns: the bytes there is room for, at most `size`.
    borrowing func reserve(_ size: Int) throws -> Int {
        let room = cp_memory_room(descriptor, Int64(size))
        guard room >= 0 else { throw MemoryFile.noRoom(origin) }
        return Int(room)
    }

    /// Seals the bytes against any further change.
    /// - Parameter size: how many of them are kept.
    borrowing func seal(size: Int) throws {
        guard cp_seal(descriptor, Int64(size)) >= 0 else {
            throw SystemError(operation: "seal the copy of", path: origin)
        }
    }

    /// Seals the bytes and maps them.
    /// - Parameter size: the bytes that another process has written; nil for those that were appended here.
    consuming func mapped(size: Int? = nil) throws -> MappedFile {
        try seal(size: size ?? count)
        return try MappedFile(descriptor: descriptor, path: origin)
    }
}

/// The other side of `MemoryFile.reserve`: room in a file that somebody else has made, filled from its beginning.
struct MemoryRoom {
    private let descriptor: Int32
    private let size: Int
    private(set) var count = 0

    init(descriptor: Int32, size: Int) {
        self.descriptor = descriptor
        self.size = size
    }

    /// How many bytes the next piece may take.
    var left: Int { size - min(MemoryWindow.start(after: count, size: 1), size) }

    /// Appends `size` bytes, at most `left`, that `fill` writes.
    /// - Returns: the offset at which they begin; nil where `fill` says that it failed or there is no address space.
    mutating func append(size: Int, fill: (UnsafeMutableRawBufferPointer) throws -> Bool) rethrows -> Int? {
        let start = MemoryWindow.start(after: count, size: size)
        guard size > 0 else { return start }
        guard let window = MemoryWindow(descriptor, start: start, size: size), try fill(window.bytes) else {
            return nil
        }
        count = start + size
        return start
    }
}

/// A part of a memory file, mapped to be written.
private struct MemoryWindow: ~Copyable {
    private let start: UnsafeMutableRawPointer
    private let length: Int
    let bytes: UnsafeMutableRawBufferPointer

    init?(_ descriptor: Int32, start: Int, size: Int) {
        let page = Int(sysconf(Int32(_SC_PAGESIZE)))
        let base = start / page * page
        let length = start + size - base
        let window = mmap(nil, length, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, off_t(base))
        guard let window, window != MAP_FAILED else { return nil }
        self.start = window
        self.length = length
        bytes = UnsafeMutableRawBufferPointer(start: window + (start - base), count: size)
    }

    deinit { munmap(start, length) }

    /// Where a piece begins that follows `count` bytes. One without bytes may begin at the very end.
    static func start(after count: Int, size: Int) -> Int { size > 0 ? (count + 63) / 64 * 64 : count }
}
