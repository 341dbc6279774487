import Glibc
import Tensors

/// Rows of numbers, one for an example, as float32 or as bfloat16 to which they were rounded before, each written once and
/// read often: in a file that is mapped, or in shared memory. Neither counts as memory of the process's own. One thread
/// writes; any may read.
///
/// A row is believed only where its hash, which lies elsewhere in the file, is that of its numbers and place. So whatever
/// a killed process, a full disk or a power failure has left of a file, only whole rows are used, and nothing has to be
/// flushed while something trains.
package final class FeatureRows: @unchecked Sendable {
    package let shape: FeatureShape
    /// Nil in memory.
    package let path: String?
    private let descriptor: Int32?
    private let mapping: UnsafeMutableRawPointer
    private let length: Int
    private let header: FeatureHeader
    private let monitor = Monitor()
    /// What is known of each row.
    private var states: [State]
    private var table: [UInt64]
    /// Rows that were written or found whole.
    private var filled: Int
    /// Rows that there were when this was opened.
    package let found: Int
    /// Rows that are wanted: when there are so many, others may read.
    private let needed: Int
    /// Whether this process may write.
    private var isWritable: Bool
    /// What touching adds up to, so that it is not left out.
    private var touched: UInt8 = 0
    /// Whether writing failed, after which nothing more is written.
    private var hasFailed = false

    private enum State: UInt8 {
        case empty, unproven, whole
    }

    /// In shared memory.
    /// - Throws: `SystemError` where there is no room.
    package init(_ shape: FeatureShape) throws {
        self.shape = shape
        path = nil
        descriptor = nil
        header = FeatureHeader(key: "", shape: shape)
        length = shape.count * shape.rowBytes
        let count = shape.count
        let start = mmap(nil, max(length, 1), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0)
        guard let start, start != MAP_FAILED else {
            throw SystemError(operation: "make room in memory for", path: "features")
        }
        mapping = start
        states = Array(repeating: .empty, count: count)
        table = []
        filled = 0
        found = 0
        needed = count
        isWritable = true
    }

    /// The file at `path`, begun anew where it does not hold rows of this key and shape.
    /// - Parameter needed: rows that are wanted.
    /// - Returns: nil where another process is writing it.
    /// - Throws: `SystemError`.
    package init?(path: String, key: String, _ shape: FeatureShape, needed: Int) throws {
        let header = FeatureHeader(key: key, shape: shape)
        guard let opened = try FeatureRows.open(path, header, needed: needed) else { return nil }
        self.shape = shape
        self.path = path
        self.header = header
        self.needed = needed
        descriptor = opened.descriptor
        table = opened.table
        isWritable = opened.isWritable
        states = opened.table.map { $0 == 0 ? .empty : .unproven }
        found = opened.table.count { $0 != 0 }
        filled = found
        length = header.fileSize
        let start = mmap(nil, length, PROT_READ, MAP_SHARED, opened.descriptor, 0)
        guard let start, start != MAP_FAILED else {
            FeatureRows.release(opened.descriptor)
            throw SystemError(operation: "map", path: path)
        }
        mapping = start
        // What is there is read from the disk while all else is prepared.
        if found > 0 { _ = madvise(start, length, Int32(MADV_WILLNEED)) }
    }

    deinit {
        munmap(mapping, max(length, 1))
        if let descriptor { FeatureRows.release(descriptor) }
    }

    /// Bytes of all rows.
    package var bytes: Int { shape.count * shape.rowBytes }

    /// Proves a row and brings it into memory.
    /// - Returns: whether there is such a row.
    package func bring(_ row: Int) -> Bool {
        let start = pointer(to: row)
        guard isWhole(row, start) else { return false }
        if path != nil { touch(start) }
        return true
    }

    /// Waits for the pages of a row, so that whoever computes with it does not.
    private func touch(_ start: UnsafeRawPointer) {
        var sum: UInt8 = 0
        // A row begins anywhere in a page, so its last byte may lie in one more.
        for offset in stride(from: 0, to: shape.rowBytes, by: 4096) {
            sum &+= start.load(fromByteOffset: offset, as: UInt8.self)
        }
        if shape.rowBytes > 0 { sum &+= start.load(fromByteOffset: shape.rowBytes - 1, as: UInt8.self) }
        monitor.withLock { touched &+= sum }
    }

    /// Where a row lies that was brought: numbers of the shape's precision.
    package func values(of row: Int) -> UnsafeRawPointer { UnsafeRawPointer(pointer(to: row)) }

    private func pointer(to row: Int) -> UnsafeMutableRawPointer {
        mapping + (path == nil ? 0 : header.rowsOffset) + row * shape.rowBytes
    }

    private func isWhole(_ row: Int, _ start: UnsafeRawPointer) -> Bool {
        let state = monitor.withLock { states[row] }
        guard state == .unproven else { return state == .whole }
        let bytes = UnsafeRawBufferPointer(start: start, count: shape.rowBytes)
        let isProven = FeatureHeader.hash(bytes, row: row) == table[row]
        monitor.withLock {
            states[row] = isProven ? .whole : .empty
            if !isProven { filled -= 1 }
        }
        return isProven
    }

    /// Writes a row that is not there yet.
    /// - Throws: `SystemError`: a full disk, most likely. Nothing more is written then.
    package func write(_ row: Int, _ values: UnsafePointer<Float>) throws {
        guard !hasFailed, monitor.withLock({ states[row] }) == .empty, mayWrite() else { return }
        switch shape.precision {
        case .float32:
            try write(row, UnsafeRawBufferPointer(start: values, count: shape.rowBytes))
        case .bfloat16:
            let halves = (0..<shape.floats).map { BFloat16.bits(values[$0]).littleEndian }
            try halves.withUnsafeBytes { try write(row, $0) }
        }
    }

    private func write(_ row: Int, _ bytes: UnsafeRawBufferPointer) throws {
        if let descriptor, let path {
            let hash = FeatureHeader.hash(bytes, row: row)
            do {
                try FeatureHeader.write(bytes, at: header.rowsOffset + row * shape.rowBytes, descriptor, path)
                try withUnsafeBytes(of: hash) {
                    try FeatureHeader.write($0, at: header.tableOffset + row * 8, descriptor, path)
                }
            } catch {
                hasFailed = true
                throw error
            }
        } else {
            if let start = bytes.baseAddress { pointer(to: row).copyMemory(from: start, byteCount: bytes.count) }
        }
        let isComplete = monitor.withLock {
            states[row] = .whole
            filled += 1
            return filled >= needed
        }
        // From now on other processes may read.
        if isComplete, let descriptor {
            flock(descriptor, LOCK_SH)
            isWritable = false
        }
    }

    /// A file that was whole has rows to mend: it is this process's to write if nobody else reads it.
    private func mayWrite() -> Bool {
        if !isWritable, let descriptor { isWritable = flock(descriptor, LOCK_EX | LOCK_NB) == 0 }
        return isWritable
    }
}

extension FeatureRows {
    private struct Opened {
        let descriptor: Int32
        let table: [UInt64]
        let isWritable: Bool
    }

    /// Closing alone would leave the lock to a process that is just being started, which has the descriptor until then.
    private static func release(_ descriptor: Int32) {
        flock(descriptor, LOCK_UN)
        close(descriptor)
    }

    /// A file that has all that is needed is shared with others who read it; one that has not belongs to who fills it.
    private static func open(_ path: String, _ header: FeatureHeader, needed: Int) throws -> Opened? {
        for _ in 0..<3 {
            let descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
            guard descriptor >= 0 else { throw SystemError(operation: "open", path: path) }
            var keeps = false
            defer { if !keeps { release(descriptor) } }
            guard flock(descriptor, LOCK_SH | LOCK_NB) == 0 else { return nil }
            // Somebody may have removed it before it was locked.
            var (mine, there) = (stat(), stat())
            guard fstat(descriptor, &mine) == 0, stat(path, &there) == 0, mine.st_ino == there.st_ino else { continue }
            futimens(descriptor, nil)
            if let table = header.table(in: descriptor), table.count(where: { $0 != 0 }) >= needed {
                keeps = true
                return Opened(descriptor: descriptor, table: table, isWritable: false)
            }
            guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else { return nil }
            let table = try header.table(in: descriptor) ?? header.begin(descriptor, path)
            keeps = true
            return Opened(descriptor: descriptor, table: table, isWritable: true)
        }
        return nil
    }
}
