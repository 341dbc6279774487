import OrderedCollections
import Tensors

/// Reads the arrays of a NumPy archive.
enum NPZReader {
    static func tensors(in archive: borrowing ZipArchive) throws -> [StoredTensor] {
        guard archive.names.allSatisfy({ $0.hasSuffix(".npy") }) else {
            throw CheckpointError.foreign(path: archive.path, found: describe(archive.names))
        }
        var memory = try MemoryFile(origin: archive.path)
        var index: [(name: String, header: NPYHeader, offset: Int)] = []
        for (entry, name) in archive.names.enumerated() {
            let (header, offset) = try read(entry, of: archive, into: &memory)
            index.append((String(name.dropLast(4)), header, offset))
        }
        let mapping = try memory.mapped()
        return index.map { entry in
            StoredTensor(
                name: entry.name, shape: entry.header.shape, dataType: entry.header.dataType, mapping: mapping,
                offset: entry.offset)
        }
    }

    private static func read(
        _ entry: Int, of archive: borrowing ZipArchive, into memory: inout MemoryFile
    ) throws -> (NPYHeader, offset: Int) {
        let label = archive.path + " at \"" + archive.names[entry] + "\""
        let size = try archive.size(of: entry)
        var header: NPYHeader?
        let start = try memory.append(size: size) { buffer in
            try archive.read(entry, into: buffer)
            let parsed = try NPYHeader(parsing: UnsafeRawBufferPointer(buffer), label: label)
            try NPYReader.checkSize(parsed, available: size, label: label)
            header = parsed
            guard !parsed.isPlain else { return }
            let original = Array(buffer)
            let elements = UnsafeMutableRawBufferPointer(
                rebasing: buffer[parsed.dataOffset..<parsed.dataOffset + parsed.byteCount])
            original.withUnsafeBytes { NPYReader.convert($0, parsed, to: elements) }
        }
        guard let header else { throw CheckpointError.damaged(path: label, place: "", problem: "it is empty") }
        return (header, start + header.dataOffset)
    }

    private static func describe(_ names: [String]) -> String {
        if names.contains(where: { $0.hasSuffix("data.pkl") }) {
            return "a PyTorch file (its pickle can run code and is never opened; save as safetensors)"
        }
        return "a zip archive that holds \"\(names.first { !$0.hasSuffix(".npy") } ?? "")\" rather than NumPy arrays"
    }
}

/// Writes NumPy archives, stored and undated.
package enum NPZWriter {
    /// - Throws: `CheckpointError` or `SystemError`; nothing is left behind then.
    package static func write(_ tensors: OrderedDictionary<String, TensorSource>, to path: String) throws {
        let entries = tensors.map { (name: $0.key + ".npy", content: NPYWriter.image($0.value)) }
        try ZipWriter.image(entries, label: path).write(to: path)
    }

    /// - Throws: `CheckpointError` or `SystemError`; nothing is left behind then.
    package static func write(_ tensors: OrderedDictionary<String, Tensor>, to path: String) throws {
        try write(tensors.mapValues { TensorSource($0) }, to: path)
    }
}
