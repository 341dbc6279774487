/// Where the lines of a UTF-8 text begin. Lines end at `\n`, `\r\n` or `\r`.
struct LineTable {
    private let bytes: UnsafeBufferPointer<UInt8>
    private let starts: [Int]

    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = bytes
        var starts = [0]
        for offset in bytes.indices where LineTable.endsLine(offset, bytes) { starts.append(offset + 1) }
        self.starts = starts
    }

    /// Line and column of the byte at `offset`.
    func location(of offset: Int) -> SourceLocation {
        var low = 0
        var high = starts.count
        while high - low > 1 {
            let middle = (low + high) / 2
            if starts[middle] <= offset { low = middle } else { high = middle }
        }
        return SourceLocation(line: low + 1, column: LineTable.scalars(bytes[starts[low]..<offset]) + 1)
    }

    /// The same without a table, for the few offsets that errors have.
    static func locate(_ offset: Int, in bytes: UnsafeBufferPointer<UInt8>) -> SourceLocation {
        var line = 1
        var start = 0
        for index in 0..<offset where endsLine(index, bytes) {
            line += 1
            start = index + 1
        }
        return SourceLocation(line: line, column: scalars(bytes[start..<offset]) + 1)
    }

    private static func endsLine(_ offset: Int, _ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        bytes[offset] == 0x0A
            || bytes[offset] == 0x0D && !(offset + 1 < bytes.count && bytes[offset + 1] == 0x0A)
    }

    private static func scalars(_ bytes: Slice<UnsafeBufferPointer<UInt8>>) -> Int {
        var count = 0
        for byte in bytes where byte & 0xC0 != 0x80 { count += 1 }
        return count
    }
}
