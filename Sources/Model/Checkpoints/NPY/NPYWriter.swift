import Tensors

/// Writes NumPy arrays: format version 1, little-endian, row-major, the elements at a multiple of 64.
package enum NPYWriter {
    /// What a `.npy` file holds.
    package static func image(_ tensor: TensorSource) -> FileImage {
        let extents = tensor.shape.dimensions
        let tuple =
            extents.count == 1 ? "(\(extents[0]),)" : "(" + extents.map(String.init).joined(separator: ", ") + ")"
        let code = NPYCode.code(of: tensor.dataType)
        let dictionary = "{'descr': '\(code)', 'fortran_order': False, 'shape': \(tuple), }"
        let padding = 64 - (10 + dictionary.utf8.count + 1) % 64
        let header = dictionary + String(repeating: " ", count: padding % 64) + "\n"
        var bytes = NPYHeader.magic + [1, 0, UInt8(header.utf8.count & 0xFF), UInt8(header.utf8.count >> 8)]
        bytes += Array(header.utf8)
        var image = FileImage(bytes)
        image.append(tensor)
        return image
    }

    /// The bytes of a `.npy` file.
    package static func encode(_ tensor: Tensor) -> [UInt8] { image(TensorSource(tensor)).bytes }

    /// - Throws: `SystemError`; nothing is left behind then.
    package static func write(_ tensor: Tensor, to path: String) throws {
        try image(TensorSource(tensor)).write(to: path)
    }
}

/// The names that NumPy gives to element types. It has none for bfloat16: pairs of bytes, as ml_dtypes saves it.
enum NPYCode {
    static func code(of type: DataType) -> String {
        switch type {
        case .float64: "<f8"
        case .float32: "<f4"
        case .float16: "<f2"
        case .bfloat16: "<V2"
        case .int64: "<i8"
        case .int32: "<i4"
        case .int16: "<i2"
        case .int8: "|i1"
        case .uint64: "<u8"
        case .uint32: "<u4"
        case .uint16: "<u2"
        case .uint8: "|u1"
        case .bool: "|b1"
        }
    }
}
