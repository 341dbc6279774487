/// The frame of a record in a TFRecord file: its length and its bytes, each with a masked CRC32C behind it.
enum EventRecord {
    static func framed(_ content: [UInt8]) -> [UInt8] {
        let length = withUnsafeBytes(of: UInt64(content.count).littleEndian) { Array($0) }
        return length + sum(length) + content + sum(content)
    }

    /// Bytes that a frame adds.
    static let overhead = 16

    private static func sum(_ bytes: [UInt8]) -> [UInt8] {
        withUnsafeBytes(of: masked(crc32c(bytes)).littleEndian) { Array($0) }
    }

    /// Turned and shifted, so that a sum over bytes that hold sums is no weaker for it.
    static func masked(_ sum: UInt32) -> UInt32 { (sum >> 15 | sum << 17) &+ 0xA282_EAD8 }

    /// CRC-32C (Castagnoli), as in RFC 3720, appendix B.4.
    static func crc32c(_ bytes: [UInt8]) -> UInt32 {
        ~bytes.reduce(UInt32.max) { table[Int(($0 ^ UInt32($1)) & 0xFF)] ^ $0 >> 8 }
    }

    private static let table: [UInt32] = (0..<256).map { index in
        (0..<8).reduce(UInt32(index)) { sum, _ in sum & 1 == 1 ? sum >> 1 ^ 0x82F6_3B78 : sum >> 1 }
    }
}
