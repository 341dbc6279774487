import OrderedCollections
import Tensors

/// Everything that reading an HDF5 file yields: plain values, plus the bytes that could not be used where they lie.
/// Nothing here refers to libhdf5, so that the reading can happen in another process.
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

/// How far a file is believed.
enum HDF5Limits {
    static let objects = 1 << 18
    static let depth = 64
    static let attributeElements = 1 << 20
    static let attributeBytes = 1 << 26
    /// Of one dataset that has to be decompressed or converted.
    static let convertedBytes = 1 << 32
    /// Of all of them together.
    static let totalConvertedBytes = 1 << 34
    /// Deflate cannot shrink by more than about 1032 to 1: a larger claim is a bomb.
    static let inflation = 1100
    /// What a dataset may hold beyond `inflation` times its stored bytes: constants that were never written out.
    static let unstoredBytes = 1 << 20
}
