import Tensors

/// A text file's characters as UTF-8 bytes, whatever it is stored in.
struct TextFile {
    let bytes: [UInt8]
    /// What a person should know about the encoding.
    let note: String?

    /// - Throws: `SystemError`, `GzipError`, `TableError` for what is not text.
    init(path: String) throws {
        let stored = try Gzip.read(path).withBytes { Array($0) }
        guard !stored.starts(with: [0xFF, 0xFE]), !stored.starts(with: [0xFE, 0xFF]) else {
            throw TableError(path: path, problem: .encoding("it is UTF-16; save it as UTF-8"))
        }
        if let zero = stored.firstIndex(of: 0) {
            throw TableError(path: path, problem: .encoding("it is not text: there is a zero byte at \(zero)"))
        }
        let raw = stored.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(stored.dropFirst(3)) : stored
        guard let wrong = TextFile.firstInvalid(raw) else {
            (bytes, note) = (raw, nil)
            return
        }
        // Latin-1 gives every byte the character of its number: two bytes in UTF-8 from 0x80 on.
        bytes = raw.flatMap { $0 < 0x80 ? [$0] : [0xC0 | $0 >> 6, 0x80 | $0 & 0x3F] }
        let offset = wrong + stored.count - raw.count
        note =
            "\(path) is not UTF-8 (byte 0x\(String(raw[wrong], radix: 16, uppercase: true)) at \(offset)); it was read as Latin-1"
    }

    /// The offset of the first byte that is not UTF-8.
    private static func firstInvalid(_ bytes: [UInt8]) -> Int? {
        if String(validating: bytes, as: UTF8.self) != nil { return nil }
        var parser = Unicode.UTF8.ForwardParser()
        var iterator = bytes.makeIterator()
        var offset = 0
        while true {
            switch parser.parseScalar(from: &iterator) {
            case .valid(let scalar): offset += scalar.count
            case .emptyInput: return nil
            case .error: return offset
            }
        }
    }
}
