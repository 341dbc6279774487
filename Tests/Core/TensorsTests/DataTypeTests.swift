import Glibc
import Tensors
import Testing

@Suite struct DataTypeTests {
    /// Converts elements that begin at an odd address.
    private func convert<T>(_ values: [T], as type: DataType) -> [Float] {
        let size = MemoryLayout<T>.size
        #expect(type.size == size)
        let bytes = UnsafeMutableRawPointer.allocate(byteCount: values.count * size + 1, alignment: 16)
        defer { bytes.deallocate() }
        values.withUnsafeBytes { (bytes + 1).copyMemory(from: $0.baseAddress!, byteCount: $0.count) }
        var result = [Float](repeating: .nan, count: values.count)
        type.convert(from: bytes + 1, count: values.count, to: &result)
        return result
    }

    @Test func floatingPointNumbers() {
        #expect(convert([1.5, -.infinity, 1e300, 0.1] as [Double], as: .float64) == [1.5, -.infinity, .infinity, 0.1])
        #expect(convert([1.5, -0.25] as [Float], as: .float32) == [1.5, -0.25])
        #expect(convert([0x3F80, 0xC000, 0x7F80, 0x0001] as [UInt16], as: .bfloat16) == [1, -2, .infinity, 0x1p-133])
        #expect(convert([0x3C00, 0xC000, 0x7C00] as [UInt16], as: .float16) == [1, -2, .infinity])
        #expect(convert([Double.nan], as: .float64)[0].isNaN)
    }

    @Test func wholeNumbers() {
        #expect(convert([Int64.min, -1, 7], as: .int64) == [-0x1p63, -1, 7])
        #expect(convert([Int32.min, 16_777_217], as: .int32) == [-0x1p31, 16_777_216])
        #expect(convert([Int16.min, 300], as: .int16) == [-32768, 300])
        #expect(convert([Int8.min, 127], as: .int8) == [-128, 127])
        #expect(convert([UInt64.max, 3], as: .uint64) == [0x1p64, 3])
        #expect(convert([UInt32.max, 3], as: .uint32) == [0x1p32, 3])
        #expect(convert([UInt16.max, 3], as: .uint16) == [65535, 3])
        #expect(convert([UInt8.max, 3], as: .uint8) == [255, 3])
        #expect(convert([0, 1, 2] as [UInt8], as: .bool) == [0, 1, 1])
    }

    /// Sign, exponent and fraction of each of the 65 536 halves, by the definition.
    @Test func everyHalf() {
        for bits in UInt16.min...UInt16.max {
            let value = halfToFloat(bits)
            let (exponent, fraction) = (Int(bits >> 10) & 0x1F, Double(bits & 0x3FF))
            let magnitude =
                switch exponent {
                case 0: fraction * 0x1p-24
                case 31: fraction == 0 ? Double.infinity : .nan
                default: scalbn(1 + fraction / 1024, Int32(exponent - 15))
                }
            if magnitude.isNaN {
                #expect(value.isNaN)
            } else {
                #expect(Double(value) == (bits >> 15 == 1 ? -magnitude : magnitude))
                #expect((value.sign == .minus) == (bits >> 15 == 1))
            }
        }
    }

    @Test func sizes() {
        #expect(DataType.allCases.filter(\.isFloatingPoint) == [.float64, .float32, .float16, .bfloat16])
        #expect(DataType.allCases.map(\.size) == [8, 4, 2, 2, 8, 4, 2, 1, 8, 4, 2, 1, 1])
    }
}
