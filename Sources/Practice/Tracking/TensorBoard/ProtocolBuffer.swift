/// A message of Protocol Buffers as it is built, field by field: the little of the wire format that event files need.
struct ProtocolBuffer: Hashable {
    private(set) var bytes: [UInt8] = []

    private enum Wire: UInt64 {
        case varint = 0
        case fixed64 = 1
        case delimited = 2
        case fixed32 = 5
    }

    private mutating func key(_ field: Int, _ wire: Wire) { append(UInt64(field) << 3 | wire.rawValue) }

    private mutating func append(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(rest & 0x7F) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    private mutating func append(littleEndian value: UInt64) {
        withUnsafeBytes(of: value.littleEndian) { bytes += $0 }
    }

    /// An `int32`, `int64`, `bool` or enumeration; negative numbers take ten bytes.
    mutating func integer(_ field: Int, _ value: Int) {
        key(field, .varint)
        append(UInt64(bitPattern: Int64(value)))
    }

    mutating func double(_ field: Int, _ value: Double) {
        key(field, .fixed64)
        append(littleEndian: value.bitPattern)
    }

    mutating func float(_ field: Int, _ value: Float) {
        key(field, .fixed32)
        withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes += $0 }
    }

    mutating func bytes(_ field: Int, _ content: [UInt8]) {
        key(field, .delimited)
        append(UInt64(content.count))
        bytes += content
    }

    mutating func text(_ field: Int, _ text: String) { bytes(field, Array(text.utf8)) }

    mutating func message(_ field: Int, _ message: ProtocolBuffer) { bytes(field, message.bytes) }

    mutating func floats(_ field: Int, _ values: [Float]) {
        bytes(field, values.flatMap { value in withUnsafeBytes(of: value.bitPattern.littleEndian) { Array($0) } })
    }

    mutating func doubles(_ field: Int, _ values: [Double]) {
        var packed = ProtocolBuffer()
        for value in values { packed.append(littleEndian: value.bitPattern) }
        message(field, packed)
    }
}
