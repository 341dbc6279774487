import CDeflate
import Tensors

/// Writes pictures of 8 bits a channel as PNG. Equal pictures give equal bytes.
package enum PNGWriter {
    private static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
    private static let level: Int32 = 6

    /// - Parameters:
    ///   - pixels: (height, width, channels), row-major.
    ///   - channels: 1 (grey) or 3 (RGB).
    /// - Throws: `MemoryError`.
    package static func encoded(_ pixels: [UInt8], size: ImageSize, channels: Int) throws -> [UInt8] {
        precondition(channels == 1 || channels == 3, "a PNG is written in grey or RGB")
        precondition(size.height > 0 && size.width > 0, "a PNG has at least one pixel")
        precondition(pixels.count == size.height * size.width * channels, "pixels that do not fill the picture")
        let row = size.width * channels
        var filtered: [UInt8] = []
        filtered.reserveCapacity((row + 1) * size.height)
        for start in stride(from: 0, to: pixels.count, by: row) {
            // Each row says how it was filtered: not at all.
            filtered.append(0)
            filtered += pixels[start..<start + row]
        }
        let header =
            bigEndian(size.width) + bigEndian(size.height) + [8, channels == 1 ? 0 : 2, 0, 0, 0]
        return signature + chunk("IHDR", header) + chunk("IDAT", try compressed(filtered)) + chunk("IEND", [])
    }

    private static func chunk(_ name: String, _ content: [UInt8]) -> [UInt8] {
        let body = Array(name.utf8) + content
        let sum = body.withUnsafeBytes { libdeflate_crc32(0, $0.baseAddress, $0.count) }
        return bigEndian(content.count) + body + bigEndian(Int(sum))
    }

    private static func bigEndian(_ value: Int) -> [UInt8] {
        withUnsafeBytes(of: UInt32(truncatingIfNeeded: value).bigEndian) { Array($0) }
    }

    private static func compressed(_ bytes: [UInt8]) throws -> [UInt8] {
        guard let compressor = libdeflate_alloc_compressor(level) else { throw MemoryError(bytes: bytes.count) }
        defer { libdeflate_free_compressor(compressor) }
        let bound = libdeflate_zlib_compress_bound(compressor, bytes.count)
        return [UInt8](unsafeUninitializedCapacity: bound) { target, count in
            count = bytes.withUnsafeBytes {
                libdeflate_zlib_compress(compressor, $0.baseAddress, $0.count, target.baseAddress, bound)
            }
        }
    }
}
