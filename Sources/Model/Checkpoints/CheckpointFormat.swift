import Tensors

/// The containers that are read, told apart by their first bytes, never by the file's name.
package enum CheckpointFormat: String, Sendable, CaseIterable {
    case hdf5, npy, npz, safetensors
    /// A zip archive of a model's config and its weights, as Keras 2.12 and later write it.
    case keras

    /// A zip archive is told as `npz`; which of its kinds it is, its entries say.
    /// - Throws: `CheckpointError.foreign`, which names what the bytes look like instead.
    static func detect(_ bytes: UnsafeRawBufferPointer, path: String) throws -> CheckpointFormat {
        if hasHDF5Signature(bytes) { return .hdf5 }
        if bytes.starts(with: NPYHeader.magic) { return .npy }
        if bytes.starts(with: [0x50, 0x4B, 0x03, 0x04]) || bytes.starts(with: [0x50, 0x4B, 0x05, 0x06]) {
            return .npz
        }
        if SafeTensorsReader.plausible(bytes) { return .safetensors }
        throw CheckpointError.foreign(path: path, found: ForeignFile.describe(bytes))
    }

    /// HDF5 allows a block of the user's own before the signature, of 512 bytes or any doubling of it.
    static func hasHDF5Signature(_ bytes: UnsafeRawBufferPointer) -> Bool {
        let signature: [UInt8] = [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A]
        var offset = 0
        while offset + signature.count <= bytes.count {
            if bytes[offset...].starts(with: signature) { return true }
            offset = offset == 0 ? 512 : offset * 2
        }
        return false
    }
}

/// Names what a file that is no checkpoint is, so that the message says more than "bad magic".
enum ForeignFile {
    private static let signatures: [(offset: Int, bytes: [UInt8], name: String)] = [
        (0, [0x89, 0x50, 0x4E, 0x47], "a PNG image"),
        (0, [0xFF, 0xD8, 0xFF], "a JPEG image"),
        (0, Array("GIF8".utf8), "a GIF image"),
        (0, Array("%PDF".utf8), "a PDF document"),
        (0, [0x1F, 0x8B], "a gzip-compressed file (unpack it first)"),
        (0, [0x42, 0x5A, 0x68], "a bzip2-compressed file (unpack it first)"),
        (0, [0xFD, 0x37, 0x7A, 0x58, 0x5A], "an xz-compressed file (unpack it first)"),
        (0, [0x28, 0xB5, 0x2F, 0xFD], "a zstd-compressed file (unpack it first)"),
        (257, Array("ustar".utf8), "a tar archive (unpack it first)"),
        (0, Array("GGUF".utf8), "a GGUF file"),
        (4, Array("TFL3".utf8), "a TensorFlow Lite model"),
        (0, [0x7F, 0x45, 0x4C, 0x46], "a program"),
        (0, Array("version https://git-lfs".utf8), "a Git LFS pointer (fetch the file itself with git lfs pull)"),
    ]

    static func describe(_ bytes: UnsafeRawBufferPointer) -> String {
        if bytes.isEmpty { return "an empty file" }
        for (offset, signature, name) in signatures
        where bytes.count >= offset + signature.count && bytes[offset...].starts(with: signature) {
            return name
        }
        if bytes.count > 2, bytes[0] == 0x80, (2...5).contains(bytes[1]) {
            return "a Python pickle (pickles can run code and are never opened; save as safetensors)"
        }
        if bytes.prefix(512).allSatisfy({ $0 >= 0x20 && $0 != 0x7F || [9, 10, 13].contains($0) }) {
            return looksLikeJSON(bytes) ? "JSON text" : "text"
        }
        return "a file of unknown kind"
    }

    private static func looksLikeJSON(_ bytes: UnsafeRawBufferPointer) -> Bool {
        bytes.first { ![9, 10, 13, 32].contains($0) }.map { $0 == UInt8(ascii: "{") || $0 == UInt8(ascii: "[") }
            ?? false
    }
}
