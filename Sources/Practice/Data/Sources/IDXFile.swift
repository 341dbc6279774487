import Glibc
import Tensors

/// The contents of an IDX file, as MNIST introduced it: two zero bytes, a type, a rank, big-endian extents, then the
/// elements in big-endian order.
struct IDXFile {
    let shape: Shape
    let dataType: DataType
    private let storage: ByteStorage
    private let offset: Int

    /// Packed or not.
    /// - Throws: `SystemError`, `GzipError`, `IDXError`.
    init(path: String) throws {
        let bytes = try Gzip.read(path)
        let header = try IDXFile.header(bytes.bytes, path: path)
        (shape, dataType) = (header.shape, header.dataType)
        if dataType.size == 1 {
            (storage, offset) = (bytes, header.length)
        } else {
            let payload = UnsafeRawBufferPointer(rebasing: bytes.bytes[header.length...])
            storage = try withExtendedLifetime(bytes) { try IDXFile.swapped(payload, size: header.dataType.size) }
            offset = 0
        }
    }

    /// The elements, one row for each first index.
    func column() -> ArrayColumn {
        ArrayColumn(storage, offset: offset, dataType: dataType, count: shape[0], exampleShape: shape.droppingFirst)
    }

    private static func header(
        _ bytes: UnsafeRawBufferPointer, path: String
    ) throws -> (shape: Shape, dataType: DataType, length: Int) {
        func fail(_ reason: String) -> IDXError { IDXError(path: path, reason: reason) }
        guard bytes.count >= 4 else { throw fail("it ends within the header (\(bytes.count) bytes)") }
        guard bytes[0] == 0, bytes[1] == 0, let dataType = type(bytes[2]), bytes[3] >= 1 else {
            let magic = bytes.prefix(4).map { hexadecimal($0) }.joined(separator: " ")
            throw fail(
                "it is not an IDX file: it begins with \(magic), where 00 00, a type (08 to 0e) and a rank are expected"
            )
        }
        let rank = Int(bytes[3])
        let length = 4 + 4 * rank
        guard rank <= 8 else { throw fail("it declares \(rank) dimensions, and at most 8 are read") }
        guard bytes.count >= length else { throw fail("it ends within the header (\(bytes.count) bytes)") }
        let extents = (0..<rank).map {
            Int(UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: 4 + 4 * $0, as: UInt32.self)))
        }
        var size = dataType.size
        for extent in extents {
            let (product, overflow) = size.multipliedReportingOverflow(by: extent)
            guard !overflow else { throw fail("its extents \(extents) are larger than any file") }
            size = product
        }
        let found = bytes.count - length
        guard found == size else {
            let what = found < size ? "it is truncated" : "it has \(found - size) bytes too many"
            throw fail(
                "\(what): \(Shape(extents)) elements of \(dataType.rawValue) take \(size) bytes, and \(found) follow the header"
            )
        }
        guard size > 0 else { throw fail("it holds no elements: its shape is \(Shape(extents))") }
        return (Shape(extents), dataType, length)
    }

    private static func type(_ code: UInt8) -> DataType? {
        switch code {
        case 0x08: .uint8
        case 0x09: .int8
        case 0x0B: .int16
        case 0x0C: .int32
        case 0x0D: .float32
        case 0x0E: .float64
        default: nil
        }
    }

    /// The elements in little-endian order.
    private static func swapped(_ source: UnsafeRawBufferPointer, size: Int) throws -> ByteStorage {
        try ByteStorage(count: source.count) { target in
            for start in stride(from: 0, to: source.count, by: size) {
                for i in 0..<size { target[start + i] = source[start + size - 1 - i] }
            }
        }
    }

    private static func hexadecimal(_ byte: UInt8) -> String {
        (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }
}

/// A file that is not IDX, or not whole.
package struct IDXError: Error, Hashable, CustomStringConvertible {
    package let path: String
    package let reason: String
    package var description: String { "cannot read \(path): \(reason)" }
}
