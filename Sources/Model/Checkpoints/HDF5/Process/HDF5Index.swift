import Tensors

/// How the reading process tells what it finds: frames of a length (four bytes, little-endian), a tag and a payload.
/// Numbers are little-endian, texts are UTF-8 after their length. The last frame is `end` or `failure`.
enum HDF5Index {
    /// Of the frames. A change of what they mean is a change of `HDF5ReadingMode.version`.
    enum Tag: UInt8 {
        /// Nothing new, but work goes on.
        case progress
        case group
        case dataset
        case attribute
        case skipped
        case failure
        case end
    }

    enum PlaceCode: UInt8 {
        case file
        case converted
    }

    enum ValueCode: UInt8 {
        case empty, string, strings, integer, integers, number, numbers
    }

    enum FailureCode: UInt8 {
        case damaged, refused, unsupported
    }

    /// Dimensions of a dataset.
    static let highestRank = 32

    /// In the order of their codes.
    static let dataTypes = DataType.allCases
}
