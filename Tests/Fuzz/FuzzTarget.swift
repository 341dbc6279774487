import Glibc
import JSON
import Keras
import Layers
import Tensors

@testable import Checkpoints

/// One of our decoders, fed bytes. It may throw; it may not trap, hang, or read outside what it is given.
enum FuzzTarget: String, CaseIterable {
    /// What the process that reads HDF5 says.
    case index
    case safetensors, npy, zip
    case json
    /// A Keras model's architecture, as `model.to_json()` writes it.
    case config

    /// The one that this run is about: the environment names it, since the arguments are libFuzzer's.
    static let chosen: FuzzTarget = {
        let name = getenv("FUZZ_TARGET").map { String(cString: $0) } ?? ""
        guard let target = FuzzTarget(rawValue: name) else {
            fatalError("FUZZ_TARGET is \"\(name)\", not one of \(allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return target
    }()

    func decode(_ bytes: UnsafeRawBufferPointer) throws {
        switch self {
        case .index: try decodeIndex(bytes)
        case .safetensors: try read(SafeTensorsReader.checkpoint(FuzzTarget.file(bytes).mapped()).tensors.values)
        case .npy: try read([NPYReader.tensor(in: FuzzTarget.file(bytes).mapped(), name: "array")])
        case .zip:
            let file = try FuzzTarget.file(bytes)
            try read(ZipArchive.checkpoint(descriptor: file.descriptor, path: "fuzz").tensors.values)
        case .json:
            let value = try JSON(parsing: String(decoding: bytes, as: UTF8.self), allowingNonFinite: true)
            guard try JSON(parsing: value.serialized(), allowingNonFinite: true).serialized() == value.serialized()
            else { fatalError("it reads otherwise than it was written") }
        case .config:
            let json = try JSON(parsing: String(decoding: bytes, as: UTF8.self), allowingNonFinite: true)
            let registry = try LayerRegistry(KerasModel.architecture(json: json))
            _ = registry.parameterCount
        }
    }

    /// Four bytes of sizes, then the stream in pieces.
    private func decodeIndex(_ bytes: UnsafeRawBufferPointer) throws {
        guard bytes.count > 4 else { return }
        let limits = HDF5Limits(fileSize: Int(bytes[0]) << 8 | Int(bytes[1]))
        var reader = HDF5IndexReader(limits: limits, room: Int(bytes[2]) << 8)
        let step = Int(bytes[3]) + 1
        var rest = bytes[4...]
        while !rest.isEmpty {
            try reader.append(UnsafeRawBufferPointer(rebasing: rest.prefix(step)))
            rest = rest.dropFirst(step)
        }
        let (used, room) = (reader.convertedBytes, Int(bytes[2]) << 8)
        for dataset in reader.finish().datasets {
            let (start, extent) =
                switch dataset.place {
                case .file(let offset): (offset, limits.fileSize)
                case .converted(let offset): (offset, used ?? room)
                }
            guard start >= 0, start + dataset.byteCount <= extent else { fatalError("outside the file") }
        }
    }

    private func read(_ tensors: some Sequence<StoredTensor>) {
        var left = 1 << 24
        for tensor in tensors {
            left -= tensor.shape.count
            guard left >= 0 else { return }
            _ = tensor.read()
        }
    }

    private static func file(_ bytes: UnsafeRawBufferPointer) throws -> MemoryFile {
        var file = try MemoryFile(origin: "fuzz")
        _ = try file.append(size: bytes.count) { $0.copyMemory(from: bytes) }
        return file
    }
}
