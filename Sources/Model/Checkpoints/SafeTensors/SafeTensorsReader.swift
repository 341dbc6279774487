import JSON
import OrderedCollections
import Tensors

/// Reads safetensors files: eight bytes of length, a JSON header, then the tensors' bytes.
enum SafeTensorsReader {
    /// No honest header is longer: it holds names, shapes and offsets only.
    private static let longestHeader = 100 << 20

    /// Whether the first bytes can be a header: its length fits into the file and a JSON object begins.
    static func plausible(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard let length = headerLength(bytes) else { return false }
        return length >= 2 && bytes[8] == UInt8(ascii: "{")
    }

    private static func headerLength(_ bytes: UnsafeRawBufferPointer) -> Int? {
        guard bytes.count >= 10 else { return nil }
        let length = UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self))
        guard length <= UInt64(longestHeader), length <= UInt64(bytes.count - 8) else { return nil }
        return Int(length)
    }

    static func checkpoint(_ mapping: MappedFile) throws -> Checkpoint {
        func damaged(_ problem: String, at place: String = "") -> CheckpointError {
            .damaged(path: mapping.path, place: place, problem: problem)
        }
        guard let length = headerLength(mapping.bytes) else { throw damaged("its header is cut short") }
        let header: JSON
        do { header = try JSON(parsing: String(decoding: mapping.bytes[8..<8 + length], as: UTF8.self)) } catch {
            throw damaged("its header is not JSON (\(error))")
        }
        guard let members = header.object else { throw damaged("its header is not a JSON object") }
        let data = 8 + length
        var tensors: [StoredTensor] = []
        var metadata: OrderedDictionary<String, AttributeValue> = [:]
        for (name, entry) in members {
            if name == "__metadata__" {
                metadata = (entry.object ?? [:]).compactMapValues { $0.string.map(AttributeValue.string) }
                continue
            }
            guard let place = try Entry(entry, name: name, path: mapping.path) else {
                throw damaged("it lacks a dtype, shape or data_offsets that belong together", at: name)
            }
            guard place.end <= mapping.bytes.count - data else {
                throw damaged("its bytes end at \(data + place.end) of \(mapping.bytes.count)", at: name)
            }
            tensors.append(
                StoredTensor(
                    name: name, shape: place.shape, dataType: place.dataType, mapping: mapping,
                    offset: data + place.start))
        }
        return Checkpoint(
            path: mapping.path, format: .safetensors, tensors: tensors,
            attributes: metadata.isEmpty ? [:] : ["": metadata])
    }

    private struct Entry {
        let dataType: DataType
        let shape: Shape
        let start: Int
        let end: Int

        /// Nil where the fields are absent or contradict each other.
        init?(_ json: JSON, name: String, path: String) throws {
            guard let code = json["dtype"]?.string, let extents = json["shape"]?.array,
                let offsets = json["data_offsets"]?.array, offsets.count == 2, let start = offsets[0].int,
                let end = offsets[1].int, start >= 0, end >= start
            else { return nil }
            guard let dataType = SafeTensorsCode.types[code] else {
                throw CheckpointError.unsupported(path: path, place: name, feature: "its elements are of type \(code)")
            }
            var bytes = dataType.size
            var dimensions: [Int] = []
            for extent in extents {
                guard let extent = extent.int, extent >= 0 else { return nil }
                let (product, overflow) = bytes.multipliedReportingOverflow(by: extent)
                if overflow { return nil }
                bytes = product
                dimensions.append(extent)
            }
            guard bytes == end - start else { return nil }
            self.dataType = dataType
            shape = Shape(dimensions)
            self.start = start
            self.end = end
        }
    }
}

/// The names that safetensors gives to element types.
enum SafeTensorsCode {
    static let types: [String: DataType] = [
        "F64": .float64, "F32": .float32, "F16": .float16, "BF16": .bfloat16, "I64": .int64, "I32": .int32,
        "I16": .int16, "I8": .int8, "U64": .uint64, "U32": .uint32, "U16": .uint16, "U8": .uint8, "BOOL": .bool,
    ]
}
