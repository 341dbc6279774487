import Glibc

/// The element types that files hold. Everything is computed in `float32`.
package enum DataType: String, Sendable, CaseIterable {
    case float64, float32, float16, bfloat16
    case int64, int32, int16, int8
    case uint64, uint32, uint16, uint8
    case bool

    /// Bytes per element.
    package var size: Int {
        switch self {
        case .float64, .int64, .uint64: 8
        case .float32, .int32, .uint32: 4
        case .float16, .bfloat16, .int16, .uint16: 2
        case .int8, .uint8, .bool: 1
        }
    }

    package var isFloatingPoint: Bool {
        switch self {
        case .float64, .float32, .float16, .bfloat16: true
        default: false
        }
    }

    /// Converts `count` little-endian elements of this type at `source` (any alignment) to `Float`.
    package func convert(
        from source: UnsafeRawPointer, count: Int, to destination: UnsafeMutablePointer<Float>
    ) {
        func each<T>(_ type: T.Type, _ transform: (T) -> Float) {
            for i in 0..<count {
                destination[i] = transform(
                    source.loadUnaligned(fromByteOffset: i * MemoryLayout<T>.size, as: type))
            }
        }
        switch self {
        case .float32: memcpy(destination, source, count * 4)
        case .float64: each(Double.self) { Float($0) }
        case .float16: each(UInt16.self) { halfToFloat($0) }
        case .bfloat16: each(UInt16.self) { Float(bitPattern: UInt32($0) << 16) }
        case .int64: each(Int64.self) { Float($0) }
        case .int32: each(Int32.self) { Float($0) }
        case .int16: each(Int16.self) { Float($0) }
        case .int8: each(Int8.self) { Float($0) }
        case .uint64: each(UInt64.self) { Float($0) }
        case .uint32: each(UInt32.self) { Float($0) }
        case .uint16: each(UInt16.self) { Float($0) }
        case .uint8: each(UInt8.self) { Float($0) }
        case .bool: each(UInt8.self) { $0 == 0 ? 0 : 1 }
        }
    }
}

/// IEEE 754 binary16 to binary32, exactly. (`Float16` does not exist on every x86-64 Swift.)
package func halfToFloat(_ bits: UInt16) -> Float {
    let sign = UInt32(bits & 0x8000) << 16
    let exponent = UInt32(bits >> 10) & 0x1F
    let fraction = UInt32(bits & 0x3FF)
    switch (exponent, fraction) {
    case (0, _):
        let magnitude = Float(fraction) * 0x1p-24
        return sign == 0 ? magnitude : -magnitude
    case (0x1F, _): return Float(bitPattern: sign | 0x7F80_0000 | fraction << 13)
    default: return Float(bitPattern: sign | (exponent + 112) << 23 | fraction << 13)
    }
}
