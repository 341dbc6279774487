import OrderedCollections
import Tensors

/// Everything that reading an HDF5 file yields: plain values, plus the bytes that could not be used where they lie.
/// Nothing here refers to libhdf5: the reading happens in another process.
struct HDF5Contents: Sendable {
    /// Where a dataset's bytes are.
    enum Place: Hashable, Sendable {
        /// In the file itself, contiguous and little-endian.
        case file(offset: Int)
        /// In `converted`.
        case converted(offset: Int)
    }

    struct Dataset: Hashable, Sendable {
        let path: String
        let shape: Shape
        let dataType: DataType
        let place: Place

        /// The bytes its elements take.
        var byteCount: Int { shape.count * dataType.size }

        func stored(in mapping: MappedFile, at offset: Int) -> StoredTensor {
            StoredTensor(name: path, shape: shape, dataType: dataType, mapping: mapping, offset: offset)
        }
    }

    var datasets: [Dataset] = []
    var groups: OrderedSet<String> = []
    var attributes: OrderedDictionary<String, OrderedDictionary<String, AttributeValue>> = [:]
    var skipped: [SkippedObject] = []
    /// Bytes that were chunked, compressed, big-endian or of an odd width, made plain.
    var converted: MappedFile?
}
