/// The checksum of zip archives: CRC-32 with the reflected polynomial 0xEDB88320, eight bytes at a time (Kounavis and
/// Berry, "A Systematic Approach to Building High Performance Software-Based CRC Generators", 2005).
struct CRC32 {
    private var state = UInt32.max

    var value: UInt32 { ~state }

    /// Row k: what a byte contributes that is followed by k more.
    private static let table: [UInt32] = {
        var table = [UInt32](repeating: 0, count: 8 * 256)
        for byte in 0..<256 {
            table[byte] = (0..<8).reduce(UInt32(byte)) { crc, _ in crc & 1 == 0 ? crc >> 1 : crc >> 1 ^ 0xEDB8_8320 }
        }
        for index in 256..<8 * 256 {
            let crc = table[index - 256]
            table[index] = table[Int(crc & 0xFF)] ^ crc >> 8
        }
        return table
    }()

    mutating func update(_ bytes: UnsafeRawBufferPointer) {
        guard let start = bytes.baseAddress else { return }
        state = CRC32.table.withUnsafeBufferPointer { table in
            guard let table = table.baseAddress else { return state }
            var (crc, place) = (state, 0)
            while place + 8 <= bytes.count {
                let word =
                    UInt64(littleEndian: start.loadUnaligned(fromByteOffset: place, as: UInt64.self))
                    ^ UInt64(crc)
                crc = 0
                for row in 0..<8 { crc ^= table[(7 - row) << 8 | Int(word >> (8 * row) & 0xFF)] }
                place += 8
            }
            while place < bytes.count {
                crc = table[Int(crc & 0xFF ^ UInt32(start.load(fromByteOffset: place, as: UInt8.self)))] ^ crc >> 8
                place += 1
            }
            return crc
        }
    }
}
