import JSON
import OrderedCollections
import Tensors

/// Writes safetensors files: the elements begin at a multiple of 64, types of larger elements first so that all are
/// aligned, and otherwise in the order given.
package enum SafeTensorsWriter {
    /// - Parameter metadata: texts by name, kept in the header.
    /// - Throws: `SystemError`, or `CheckpointError.unwritable` for a name that the format keeps for itself.
    package static func write(
        _ tensors: OrderedDictionary<String, TensorSource>, metadata: OrderedDictionary<String, String> = [:],
        to path: String
    ) throws {
        guard tensors["__metadata__"] == nil else {
            throw CheckpointError.unwritable(path: path, place: "__metadata__", problem: "the name is reserved")
        }
        let ordered = tensors.elements.enumerated().sorted { a, b in
            (-a.element.value.dataType.size, a.offset) < (-b.element.value.dataType.size, b.offset)
        }
        let sorted = OrderedDictionary(uniqueKeysWithValues: ordered.map { ($0.element.key, $0.element.value) })
        var image = FileImage(header(sorted, metadata))
        for tensor in sorted.values { image.append(tensor) }
        try image.write(to: path)
    }

    /// - Throws: as above.
    package static func write(
        _ tensors: OrderedDictionary<String, Tensor>, metadata: OrderedDictionary<String, String> = [:],
        to path: String
    ) throws {
        try write(tensors.mapValues { TensorSource($0) }, metadata: metadata, to: path)
    }

    private static func header(
        _ tensors: OrderedDictionary<String, TensorSource>, _ metadata: OrderedDictionary<String, String>
    ) -> [UInt8] {
        var members: OrderedDictionary<String, JSON> = [:]
        if !metadata.isEmpty { members["__metadata__"] = .object(metadata.mapValues(JSON.string)) }
        var offset = 0
        for (name, tensor) in tensors {
            let end = offset + tensor.byteCount
            members[name] = [
                "dtype": .string(SafeTensorsCode.code(of: tensor.dataType)),
                "shape": .array(tensor.shape.dimensions.map(JSON.integer)),
                "data_offsets": [.integer(offset), .integer(end)],
            ]
            offset = end
        }
        var text = Array(JSON.object(members).serialized().utf8)
        text += [UInt8](repeating: UInt8(ascii: " "), count: (64 - (8 + text.count) % 64) % 64)
        return withUnsafeBytes(of: UInt64(text.count).littleEndian) { Array($0) } + text
    }
}

extension SafeTensorsCode {
    static func code(of type: DataType) -> String {
        switch type {
        case .float64: "F64"
        case .float32: "F32"
        case .float16: "F16"
        case .bfloat16: "BF16"
        case .int64: "I64"
        case .int32: "I32"
        case .int16: "I16"
        case .int8: "I8"
        case .uint64: "U64"
        case .uint32: "U32"
        case .uint16: "U16"
        case .uint8: "U8"
        case .bool: "BOOL"
        }
    }
}
