/// What arithmetic is done in.
package enum Precision: String, Hashable, Sendable, CaseIterable {
    /// Everything is float32.
    case float32
    /// Convolutions and large products multiply bfloat16 and add up float32; what lies between them is kept as bfloat16.
    /// Weights, statistics, losses, sums and the gradients of parameters are float32.
    case bfloat16

    /// Of one number that is kept so.
    package var dataType: DataType { self == .float32 ? .float32 : .bfloat16 }
}

/// The upper half of a float: its sign, its eight bits of exponent and the first seven of its fraction.
package enum BFloat16 {
    /// The nearest, of two equally near the one whose last bit is 0; subnormals as all others. A NaN stays one, and what is
    /// too large becomes infinite.
    package static func bits(_ value: Float) -> UInt16 {
        let bits = value.bitPattern
        if value.isNaN { return UInt16(truncatingIfNeeded: bits >> 16) | 0x40 }
        return UInt16(truncatingIfNeeded: (bits &+ 0x7FFF &+ (bits >> 16 & 1)) >> 16)
    }

    /// Exactly.
    package static func value(_ bits: UInt16) -> Float { Float(bitPattern: UInt32(bits) << 16) }

    /// What is left of a float that is kept as bfloat16.
    package static func rounded(_ value: Float) -> Float { self.value(bits(value)) }
}
