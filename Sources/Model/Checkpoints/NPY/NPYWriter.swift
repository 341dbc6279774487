import Tensors

/// Writes NumPy arrays: format version 1, little-endian float32, row-major, the elements at a multiple of 64.
package enum NPYWriter {
    /// The bytes of a `.npy` file.
    package static func encode(_ tensor: Tensor) -> [UInt8] {
        let extents = tensor.shape.dimensions
        let tuple =
            extents.count == 1 ? "(\(extents[0]),)" : "(" + extents.map(String.init).joined(separator: ", ") + ")"
        let dictionary = "{'descr': '<f4', 'fortran_order': False, 'shape': \(tuple), }"
        let padding = 64 - (10 + dictionary.utf8.count + 1) % 64
        let header = dictionary + String(repeating: " ", count: padding % 64) + "\n"
        var bytes = NPYHeader.magic + [1, 0, UInt8(header.utf8.count & 0xFF), UInt8(header.utf8.count >> 8)]
        bytes += Array(header.utf8)
        tensor.values.withUnsafeBytes { bytes.append(contentsOf: $0) }
        return bytes
    }

    /// - Throws: `SystemError`; nothing is left behind then.
    package static func write(_ tensor: Tensor, to path: String) throws {
        try AtomicFile.write(encode(tensor), to: path)
    }
}
