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
        let (members, data) = try header(of: mapping)
        let room = mapping.bytes.count - data
        var tensors: [StoredTensor] = []
        var places: [(bytes: Range<Int>, name: String)] = []
        for (name, entry) in members where name != "__metadata__" {
            guard let place = try Entry(entry, name: name, path: mapping.path) else {
                throw damaged(mapping, "it lacks a dtype, shape or data_offsets that belong together", at: name)
            }
            guard place.end <= room else {
                throw damaged(
                    mapping, "its bytes end at \(place.end) of the \(room) that follow the header", at: name)
            }
            places.append((place.start..<place.end, name))
            tensors.append(
                StoredTensor(
                    name: name, shape: place.shape, dataType: place.dataType, mapping: mapping,
                    offset: data + place.start))
        }
        try checkOverlap(&places, path: mapping.path)
        let metadata = (members["__metadata__"]?.object ?? [:]).compactMapValues {
            $0.string.map(AttributeValue.string)
        }
        return Checkpoint(
            path: mapping.path, format: .safetensors, tensors: tensors,
            attributes: metadata.isEmpty ? [:] : ["": metadata])
    }

    /// The members of the header, and where the tensors' bytes begin.
    private static func header(of mapping: MappedFile) throws -> (OrderedDictionary<String, JSON>, data: Int) {
        guard let length = headerLength(mapping.bytes) else { throw damaged(mapping, "its header is cut short") }
        guard let text = String(validating: mapping.bytes[8..<8 + length], as: UTF8.self) else {
            throw damaged(mapping, "its header is not UTF-8")
        }
        let header: JSON
        do { header = try JSON(parsing: text) } catch { throw damaged(mapping, "its header is not JSON (\(error))") }
        guard let members = header.object else { throw damaged(mapping, "its header is not a JSON object") }
        return (members, 8 + length)
    }

    private static func damaged(_ mapping: MappedFile, _ problem: String, at place: String = "") -> CheckpointError {
        .damaged(path: mapping.path, place: place, problem: problem)
    }

    /// No two tensors share bytes.
    private static func checkOverlap(_ places: inout [(bytes: Range<Int>, name: String)], path: String) throws {
        places = places.filter { !$0.bytes.isEmpty }.sorted { $0.bytes.lowerBound < $1.bytes.lowerBound }
        for (first, second) in zip(places, places.dropFirst()) where first.bytes.upperBound > second.bytes.lowerBound {
            throw CheckpointError.refused(
                path: path, place: second.name, reason: "its bytes are also those of \"\(first.name)\"")
        }
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
            guard extents.count <= 64 else {
                throw CheckpointError.refused(path: path, place: name, reason: "it has \(extents.count) dimensions")
            }
            // The product of all but the zeros stays small too: partial products are formed elsewhere.
            var span = dataType.size
            var dimensions: [Int] = []
            for extent in extents {
                guard let extent = extent.int, extent >= 0 else { return nil }
                let (product, overflow) = span.multipliedReportingOverflow(by: max(extent, 1))
                if overflow { return nil }
                span = product
                dimensions.append(extent)
            }
            shape = Shape(dimensions)
            guard shape.count * dataType.size == end - start else { return nil }
            self.dataType = dataType
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
