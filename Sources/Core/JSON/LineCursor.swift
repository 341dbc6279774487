/// Turns offsets into lines and columns while walking forward through a UTF-8 text, so that a text of a single long
/// line costs no more than any other. Lines end at `\n`, `\r\n` or `\r`.
struct LineCursor {
    private let bytes: UnsafeBufferPointer<UInt8>
    private var offset = 0
    private var line = 1
    private var column = 1

    init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

    /// Line and column of the byte at `target`. Cheap in ascending order; going back starts over.
    mutating func location(of target: Int) -> SourceLocation {
        if target < offset { (offset, line, column) = (0, 1, 1) }
        while offset < min(target, bytes.count) {
            step(bytes[offset])
            offset += 1
        }
        return SourceLocation(line: line, column: column)
    }

    /// For a single offset.
    static func locate(_ offset: Int, in bytes: UnsafeBufferPointer<UInt8>) -> SourceLocation {
        var cursor = LineCursor(bytes)
        return cursor.location(of: offset)
    }

    /// Columns count scalars, so that bytes that go on with one do not count.
    private mutating func step(_ byte: UInt8) {
        let isCarriageReturn = byte == 0x0D && !(offset + 1 < bytes.count && bytes[offset + 1] == 0x0A)
        if byte == 0x0A || isCarriageReturn {
            line += 1
            column = 1
        } else if byte & 0xC0 != 0x80 {
            column += 1
        }
    }
}
