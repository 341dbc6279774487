import CDeflate
import Tensors

/// A file's bytes, decompressed where its first bytes say that it is a gzip.
enum Gzip {
    /// Deflate cannot do better, so a file that claims more is damaged.
    private static let largestRatio = 1032

    /// - Throws: `SystemError`, `GzipError`.
    static func read(_ path: String) throws -> ByteStorage {
        let file = try MappedFile(path: path)
        guard file.bytes.count >= 2, file.bytes[0] == 0x1F, file.bytes[1] == 0x8B else {
            return ByteStorage(file.bytes, owner: file)
        }
        return try file.withBytes { try decompress($0, path: path) }
    }

    /// All members of a gzip, one after another; the last four bytes say how large the last one is.
    private static func decompress(_ source: UnsafeRawBufferPointer, path: String) throws -> ByteStorage {
        guard source.count >= 18 else { throw GzipError(path: path, reason: "it ends within the gzip header") }
        let declared = Int(
            UInt32(littleEndian: source.loadUnaligned(fromByteOffset: source.count - 4, as: UInt32.self)))
        guard declared <= source.count * largestRatio else {
            throw GzipError(path: path, reason: "it is truncated or damaged (its last bytes are no gzip trailer)")
        }
        guard let decompressor = libdeflate_alloc_decompressor() else { throw MemoryError(bytes: declared) }
        defer { libdeflate_free_decompressor(decompressor) }
        return try ByteStorage(count: declared) { target in
            var used = 0
            var written = 0
            let status = libdeflate_gzip_decompress_ex(
                decompressor, source.baseAddress, source.count, target.baseAddress, declared, &used, &written)
            switch status {
            case LIBDEFLATE_SUCCESS where used == source.count && written == declared: return
            case LIBDEFLATE_SUCCESS:
                throw GzipError(path: path, reason: "\(source.count - used) bytes follow the end of the gzip stream")
            case LIBDEFLATE_INSUFFICIENT_SPACE:
                throw GzipError(
                    path: path,
                    reason:
                        "it holds more than its trailer declares (\(declared) bytes): truncated, damaged or in several members"
                )
            default:
                throw GzipError(path: path, reason: "it is truncated or damaged (the compressed data do not check)")
            }
        }
    }
}

/// A gzip file that cannot be unpacked.
package struct GzipError: Error, Hashable, CustomStringConvertible {
    package let path: String
    package let reason: String
    package var description: String { "cannot unpack \(path): \(reason)" }
}
