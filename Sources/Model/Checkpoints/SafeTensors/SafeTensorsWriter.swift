import JSON
import OrderedCollections
import Tensors

/// Writes safetensors files: float32, in the order given, the elements at a multiple of 64.
package enum SafeTensorsWriter {
    /// - Parameter metadata: texts by name, kept in the header.
    /// - Throws: `SystemError`, or `CheckpointError.unwritable` for a name that the format keeps for itself.
    package static func write(
        _ tensors: OrderedDictionary<String, Tensor>, metadata: OrderedDictionary<String, String> = [:],
        to path: String
    ) throws {
        guard tensors["__metadata__"] == nil else {
            throw CheckpointError.unwritable(path: path, place: "__metadata__", problem: "the name is reserved")
        }
        let header = header(tensors, metadata)
        try AtomicFile.write(to: path) { file in
            try header.withUnsafeBytes { try file.write($0) }
            for tensor in tensors.values { try tensor.values.withUnsafeBytes { try file.write($0) } }
        }
    }

    private static func header(
        _ tensors: OrderedDictionary<String, Tensor>, _ metadata: OrderedDictionary<String, String>
    ) -> [UInt8] {
        var members: OrderedDictionary<String, JSON> = [:]
        if !metadata.isEmpty { members["__metadata__"] = .object(metadata.mapValues(JSON.string)) }
        var offset = 0
        for (name, tensor) in tensors {
            let end = offset + tensor.values.count * MemoryLayout<Float>.size
            members[name] = [
                "dtype": "F32", "shape": .array(tensor.shape.dimensions.map(JSON.integer)),
                "data_offsets": [.integer(offset), .integer(end)],
            ]
            offset = end
        }
        var text = Array(JSON.object(members).serialized().utf8)
        text += [UInt8](repeating: UInt8(ascii: " "), count: (64 - (8 + text.count) % 64) % 64)
        return withUnsafeBytes(of: UInt64(text.count).littleEndian) { Array($0) } + text
    }
}
