import JSON
import OrderedCollections
import Tensors

extension ZipArchive {
    /// What a zip archive holds: NumPy arrays, or a Keras model.
    /// - Throws: `CheckpointError.foreign` for any other.
    static func checkpoint(descriptor: Int32, path: String) throws -> Checkpoint {
        let archive = try ZipArchive.open(descriptor: descriptor, path: path)
        if archive.names.contains("config.json"), archive.names.contains(where: { $0.hasPrefix("model.weights") }) {
            return try KerasArchive.checkpoint(archive)
        }
        return Checkpoint(path: path, format: .npz, tensors: try NPZReader.tensors(in: archive))
    }
}

/// A `.keras` file: the checkpoint is its `model.weights.h5`, whose root carries the archive's texts as attributes:
/// `model_config` (config.json), `keras_version` and `date_saved` (metadata.json).
enum KerasArchive {
    private static let weights = "model.weights.h5"
    /// Of a text in the archive.
    private static let largestText = 1 << 28

    static func checkpoint(_ archive: borrowing ZipArchive) throws -> Checkpoint {
        let path = archive.path
        guard let entry = archive.names.firstIndex(of: weights) else {
            let found = archive.names.first { $0.hasPrefix("model.weights") } ?? ""
            throw CheckpointError.unsupported(
                path: path, place: found,
                feature: "its weights are not in one HDF5 file; save the model again without splitting its weights")
        }
        let inner = try contents(of: entry, in: archive)
        var attributes = inner.attributes
        attributes["", default: [:]]["model_config"] = .string(try text("config.json", in: archive) ?? "")
        if let metadata = try text("metadata.json", in: archive), let json = try? JSON(parsing: metadata) {
            for key in ["keras_version", "date_saved"] {
                if let value = json[key]?.string { attributes["", default: [:]][key] = .string(value) }
            }
        }
        let texts: Set<String> = ["config.json", "metadata.json", weights]
        let assets = archive.names.filter { !texts.contains($0) && !$0.hasSuffix("/") }
        return Checkpoint(
            path: path, format: .keras, tensors: Array(inner.tensors.values), groups: inner.groups,
            attributes: attributes,
            skipped: inner.skipped + assets.map { SkippedObject(name: $0, reason: "a file that belongs to a layer") })
    }

    /// Unpacks an entry into memory and opens it there: as HDF5 and nothing else, since an archive can contain itself.
    private static func contents(of entry: Int, in archive: borrowing ZipArchive) throws -> Checkpoint {
        let size = try archive.size(of: entry)
        var memory = try MemoryFile(origin: archive.path)
        _ = try memory.append(size: size) { try archive.read(entry, into: $0) }
        guard let inner = try Checkpoint(hdf5: memory, path: archive.path + " at \"\(weights)\"") else {
            throw CheckpointError.damaged(path: archive.path, place: weights, problem: "it is not an HDF5 file")
        }
        return inner
    }

    private static func text(_ name: String, in archive: borrowing ZipArchive) throws -> String? {
        guard let entry = archive.names.firstIndex(of: name) else { return nil }
        let size = try archive.size(of: entry)
        guard size <= largestText else {
            throw CheckpointError.refused(path: archive.path, place: name, reason: "it is \(size) bytes long")
        }
        let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: size, alignment: 1)
        defer { bytes.deallocate() }
        try archive.read(entry, into: bytes)
        return String(decoding: bytes, as: UTF8.self)
    }
}
