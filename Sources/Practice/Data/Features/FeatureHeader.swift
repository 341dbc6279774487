import Glibc
import Tensors

/// How a file of features begins: who wrote it, what for, and a hash for every row.
///
/// 4096 bytes: `FTFEATS1`, then as little-endian 64-bit numbers the version of the layout, the element type (0: float32;
/// 1: bfloat16), rows, numbers of a row and the length of the key, then the key. A table of 64-bit hashes
/// follows, 0 for a row that is not there, and from the next multiple of 4096 on the rows.
struct FeatureHeader {
    let key: String
    let shape: FeatureShape
    private var count: Int { shape.count }

    static let size = 4096
    private static let version = 1

    let tableOffset = FeatureHeader.size
    var rowsOffset: Int {
        (tableOffset + count * MemoryLayout<UInt64>.stride + FeatureHeader.size - 1) / FeatureHeader.size
            * FeatureHeader.size
    }
    var fileSize: Int { rowsOffset + count * shape.rowBytes }

    private var bytes: [UInt8] {
        var bytes = Array("FTFEATS1".utf8)
        let elementType = shape.precision == .float32 ? 0 : 1
        for number in [FeatureHeader.version, elementType, count, shape.floats, key.utf8.count] {
            withUnsafeBytes(of: UInt64(number).littleEndian) { bytes += $0 }
        }
        bytes += key.utf8.prefix(FeatureHeader.size - bytes.count)
        return bytes + [UInt8](repeating: 0, count: FeatureHeader.size - bytes.count)
    }

    /// The hashes in a file that begins like this; nil where it does not, or is of another size.
    func table(in descriptor: Int32) -> [UInt64]? {
        var status = stat()
        guard fstat(descriptor, &status) == 0, Int(status.st_size) == fileSize else { return nil }
        var found = [UInt8](repeating: 0, count: FeatureHeader.size)
        guard FeatureHeader.read(&found, FeatureHeader.size, at: 0, descriptor), found == bytes else { return nil }
        var table = [UInt64](repeating: 0, count: count)
        let length = count * MemoryLayout<UInt64>.stride
        return FeatureHeader.read(&table, length, at: tableOffset, descriptor) ? table : nil
    }

    /// Makes a file like this, without rows and without the room for them.
    /// - Throws: `SystemError`.
    func begin(_ descriptor: Int32, _ path: String) throws -> [UInt64] {
        guard ftruncate(descriptor, 0) == 0, ftruncate(descriptor, off_t(fileSize)) == 0 else {
            throw SystemError(operation: "make room for", path: path)
        }
        try bytes.withUnsafeBytes { try FeatureHeader.write($0, at: 0, descriptor, path) }
        return [UInt64](repeating: 0, count: count)
    }

    private static func read(
        _ destination: UnsafeMutableRawPointer, _ length: Int, at offset: Int, _ descriptor: Int32
    ) -> Bool {
        var done = 0
        while done < length {
            let count = pread(descriptor, destination + done, length - done, off_t(offset + done))
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            done += count
        }
        return true
    }

    /// - Throws: `SystemError`.
    static func write(_ bytes: UnsafeRawBufferPointer, at offset: Int, _ descriptor: Int32, _ path: String) throws {
        var done = 0
        while let start = bytes.baseAddress, done < bytes.count {
            let count = pwrite(descriptor, start + done, bytes.count - done, off_t(offset + done))
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw SystemError(operation: "write", path: path) }
            done += count
        }
    }

    /// Of a row's numbers and place; never 0.
    static func hash(_ bytes: UnsafeRawBufferPointer, row: Int) -> UInt64 {
        var hash = ExampleHash()
        withUnsafeBytes(of: UInt64(row)) { hash.combine($0) }
        hash.combine(bytes)
        return hash.value == 0 ? 1 : hash.value
    }
}

/// How many rows of how many numbers there are, and what is kept of each.
package struct FeatureShape: Sendable, Hashable {
    package let count: Int
    /// Numbers of a row.
    package let floats: Int
    package let precision: Precision

    package init(count: Int, floats: Int, precision: Precision = .float32) {
        self.count = count
        self.floats = floats
        self.precision = precision
    }

    var rowBytes: Int { floats * precision.dataType.size }
}
