import OrderedCollections
import Tensors

/// The index as it comes out of the reading process, none of which is believed: libhdf5 may have been led to write
/// anything. Takes the bytes as they arrive.
struct HDF5IndexReader {
    private let limits: HDF5Limits
    /// How many bytes the memory file can hold.
    private let room: Int
    private var pending: [UInt8] = []
    private var received = 0
    private var contents = HDF5Contents()
    private var paths: Set<String> = []
    /// Where the last of the converted bytes that were named ends.
    private var convertedEnd = 0
    /// The bytes of the memory file that are used; nil until the process has said that it is done.
    private(set) var convertedBytes: Int?
    /// What the process says is wrong with the file.
    private(set) var failure: Failure?

    struct Failure: Hashable, Sendable {
        let code: HDF5Index.FailureCode
        let place: String
        let text: String
    }

    init(limits: HDF5Limits, room: Int) {
        self.limits = limits
        self.room = room
    }

    /// Whether the last frame has come.
    var isComplete: Bool { convertedBytes != nil || failure != nil }

    /// What was found; `converted` is left to be filled in. Meaningful once `convertedBytes` is known.
    consuming func finish() -> HDF5Contents { contents }

    /// Takes the next bytes.
    /// - Throws: `HDF5IndexError` for what no reading of a file can come to.
    mutating func append(_ bytes: UnsafeRawBufferPointer) throws(HDF5IndexError) {
        received += bytes.count
        // A failure may follow a full index.
        guard received <= limits.indexBytes + 1 << 16 else { throw HDF5IndexError("it does not end") }
        pending.append(contentsOf: bytes)
        var start = 0
        while pending.count - start >= 4 {
            var cursor = HDF5IndexCursor(pending[start..<start + 4])
            let length = Int(try cursor.word())
            guard length >= 1 else { throw HDF5IndexError("an empty frame") }
            guard pending.count - start - 4 >= length else { break }
            try take(pending[start + 4..<start + 4 + length])
            start += 4 + length
        }
        pending.removeFirst(start)
        guard !isComplete || pending.isEmpty else { throw HDF5IndexError("it goes on after its end") }
    }

    private mutating func take(_ frame: ArraySlice<UInt8>) throws(HDF5IndexError) {
        guard !isComplete else { throw HDF5IndexError("it goes on after its end") }
        var cursor = HDF5IndexCursor(frame)
        guard let tag = HDF5Index.Tag(rawValue: try cursor.byte()) else { throw HDF5IndexError("an unknown frame") }
        switch tag {
        case .progress: break
        case .group: contents.groups.append(try cursor.text())
        case .dataset: try takeDataset(&cursor)
        case .attribute:
            let (place, name) = (try cursor.text(), try cursor.text())
            contents.attributes[place, default: [:]][name] = try cursor.value()
        case .skipped: contents.skipped.append(SkippedObject(name: try cursor.text(), reason: try cursor.text()))
        case .failure:
            guard let code = HDF5Index.FailureCode(rawValue: try cursor.byte()) else {
                throw HDF5IndexError("an unknown failure")
            }
            failure = Failure(code: code, place: try cursor.text(), text: try cursor.text())
        case .end:
            let count = try cursor.number(below: room + 1)
            guard count >= convertedEnd else { throw HDF5IndexError("fewer bytes than it named") }
            convertedBytes = count
        }
        guard cursor.isAtEnd else { throw HDF5IndexError("a frame that is too long") }
    }

    private mutating func takeDataset(_ cursor: inout HDF5IndexCursor) throws(HDF5IndexError) {
        let path = try cursor.text()
        guard paths.insert(path).inserted else { throw HDF5IndexError("two datasets of one name") }
        let code = Int(try cursor.byte())
        guard code < HDF5Index.dataTypes.count else { throw HDF5IndexError("an unknown element type") }
        let dataType = HDF5Index.dataTypes[code]
        let (shape, byteCount) = try cursor.shape(of: dataType)
        guard let place = HDF5Index.PlaceCode(rawValue: try cursor.byte()) else {
            throw HDF5IndexError("an unknown place")
        }
        let extent = place == .file ? limits.fileSize : room
        let offset = try cursor.number(below: extent + 1)
        guard byteCount <= extent - offset else { throw HDF5IndexError("a dataset outside the file") }
        if place == .converted { convertedEnd = max(convertedEnd, offset + byteCount) }
        contents.datasets.append(
            HDF5Contents.Dataset(
                path: path, shape: shape, dataType: dataType,
                place: place == .file ? .file(offset: offset) : .converted(offset: offset)))
    }
}

/// What is wrong with an index.
struct HDF5IndexError: Error, Hashable {
    let problem: String
    init(_ problem: String) { self.problem = problem }
}

/// Walks over the bytes of one frame; every step is checked.
struct HDF5IndexCursor {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

    var isAtEnd: Bool { rest.isEmpty }

    private mutating func take(_ count: Int) throws(HDF5IndexError) -> ArraySlice<UInt8> {
        guard count <= rest.count else { throw HDF5IndexError("a frame that is too short") }
        defer { rest = rest.dropFirst(count) }
        return rest.prefix(count)
    }

    mutating func byte() throws(HDF5IndexError) -> UInt8 { try take(1).first ?? 0 }

    mutating func word() throws(HDF5IndexError) -> UInt32 {
        try take(4).withUnsafeBytes { UInt32(littleEndian: $0.loadUnaligned(as: UInt32.self)) }
    }

    mutating func bits() throws(HDF5IndexError) -> UInt64 {
        try take(8).withUnsafeBytes { UInt64(littleEndian: $0.loadUnaligned(as: UInt64.self)) }
    }

    /// A count, a size or an offset.
    mutating func number(below bound: Int) throws(HDF5IndexError) -> Int {
        let value = try bits()
        guard value < UInt64(max(bound, 0)) else { throw HDF5IndexError("a number that is too large") }
        return Int(value)
    }

    mutating func text() throws(HDF5IndexError) -> String {
        let bytes = try take(Int(try word()))
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw HDF5IndexError("text that is not UTF-8")
        }
        return text
    }

    /// Also the bytes that the elements take.
    mutating func shape(of dataType: DataType) throws(HDF5IndexError) -> (Shape, byteCount: Int) {
        let rank = Int(try byte())
        guard rank <= HDF5Index.highestRank else { throw HDF5IndexError("a rank of \(rank)") }
        var extents: [Int] = []
        var (bytes, span) = (dataType.size, dataType.size)
        for _ in 0..<rank {
            let extent = try number(below: Int.max)
            // The product of all but the zeros stays small too: partial products are formed elsewhere.
            let (product, overflow) = span.multipliedReportingOverflow(by: max(extent, 1))
            guard !overflow else { throw HDF5IndexError("an impossible shape") }
            (bytes, span) = (bytes * extent, product)
            extents.append(extent)
        }
        return (Shape(extents), bytes)
    }

    mutating func value() throws(HDF5IndexError) -> AttributeValue {
        guard let code = HDF5Index.ValueCode(rawValue: try byte()) else { throw HDF5IndexError("an unknown value") }
        switch code {
        case .empty: return .empty
        case .string: return .string(try text())
        case .strings:
            var texts: [String] = []
            for _ in 0..<(try count(of: 4)) { texts.append(try text()) }
            return .strings(texts)
        case .integer: return .integer(Int(bitPattern: UInt(try bits())))
        case .integers:
            var values: [Int] = []
            for _ in 0..<(try count(of: 8)) { values.append(Int(bitPattern: UInt(try bits()))) }
            return .integers(values)
        case .number: return .number(Double(bitPattern: try bits()))
        case .numbers:
            var values: [Double] = []
            for _ in 0..<(try count(of: 8)) { values.append(Double(bitPattern: try bits())) }
            return .numbers(values)
        }
    }

    /// How many elements follow, each of at least `size` bytes.
    private mutating func count(of size: Int) throws(HDF5IndexError) -> Int {
        let count = try number(below: rest.count / size + 1)
        guard count <= HDF5Limits.attributeElements else { throw HDF5IndexError("a list that is too long") }
        return count
    }
}
