import Glibc
import Tensors

/// The reading process's side of the index. Frames leave together, but never later than half a second after they were
/// made, so that the other side sees whether work goes on.
struct HDF5IndexWriter {
    private let descriptor: Int32
    private let limits: HDF5Limits
    private var pending: [UInt8] = []
    private var written = 0
    private var lastFlush = ContinuousClock.now

    private static let fullBuffer = 1 << 16

    init(descriptor: Int32, limits: HDF5Limits) {
        self.descriptor = descriptor
        self.limits = limits
    }

    mutating func group(_ place: String) throws { try frame(.group) { $0.append(text: place) } }

    mutating func dataset(_ dataset: HDF5Contents.Dataset) throws {
        try frame(.dataset) { bytes in
            bytes.append(text: dataset.path)
            bytes.append(UInt8(HDF5Index.dataTypes.firstIndex(of: dataset.dataType) ?? 0))
            bytes.append(UInt8(dataset.shape.rank))
            for extent in dataset.shape.dimensions { bytes.append(number: UInt64(extent)) }
            switch dataset.place {
            case .file(let offset): bytes.append(HDF5Index.PlaceCode.file.rawValue, number: UInt64(offset))
            case .converted(let offset): bytes.append(HDF5Index.PlaceCode.converted.rawValue, number: UInt64(offset))
            }
        }
    }

    mutating func attribute(_ name: String, of place: String, _ value: AttributeValue) throws {
        try frame(.attribute) { bytes in
            bytes.append(text: place)
            bytes.append(text: name)
            bytes.append(value: value)
        }
    }

    mutating func skipped(_ object: SkippedObject) throws {
        try frame(.skipped) { bytes in
            bytes.append(text: object.name)
            bytes.append(text: object.reason)
        }
    }

    /// Says at once that work goes on.
    mutating func progress() throws {
        try frame(.progress) { _ in }
        flush()
    }

    mutating func failure(_ code: HDF5Index.FailureCode, at place: String, _ text: String) {
        // A sentence is short; a place can be made long on purpose.
        try? frame(.failure, isBounded: false) { bytes in
            bytes.append(code.rawValue)
            bytes.append(text: String(place.prefix(4096)))
            bytes.append(text: String(text.prefix(4096)))
        }
        flush()
    }

    mutating func end(convertedBytes: Int) throws {
        try frame(.end) { $0.append(number: UInt64(convertedBytes)) }
        flush()
    }

    private mutating func frame(
        _ tag: HDF5Index.Tag, isBounded: Bool = true, _ payload: (inout [UInt8]) -> Void
    ) throws {
        let start = pending.count
        pending.append(contentsOf: [0, 0, 0, 0, tag.rawValue])
        payload(&pending)
        let length = pending.count - start - 4
        guard !isBounded || written + pending.count <= limits.indexBytes, length <= Int(UInt32.max) else {
            pending.removeLast(pending.count - start)
            throw HDF5IndexOverflow()
        }
        withUnsafeBytes(of: UInt32(length).littleEndian) { pending.replaceSubrange(start..<start + 4, with: $0) }
        if pending.count >= HDF5IndexWriter.fullBuffer || ContinuousClock.now - lastFlush > .milliseconds(500) {
            flush()
        }
    }

    private mutating func flush() {
        pending.withUnsafeBytes { bytes in
            var done = 0
            while done < bytes.count {
                let count = write(descriptor, bytes.baseAddress! + done, bytes.count - done)
                if count < 0, errno == EINTR { continue }
                // Nobody listens any more.
                if count <= 0 { _exit(HDF5ReadingMode.abandoned) }
                done += count
            }
        }
        written += pending.count
        pending.removeAll(keepingCapacity: true)
        lastFlush = .now
    }
}

/// The names, shapes and attributes of a file are out of all proportion to its size.
struct HDF5IndexOverflow: Error {}

extension [UInt8] {
    fileprivate mutating func append(number: UInt64) {
        Swift.withUnsafeBytes(of: number.littleEndian) { append(contentsOf: $0) }
    }

    fileprivate mutating func append(_ code: UInt8, number: UInt64) {
        append(code)
        append(number: number)
    }

    fileprivate mutating func append(text: String) {
        Swift.withUnsafeBytes(of: UInt32(text.utf8.count).littleEndian) { append(contentsOf: $0) }
        append(contentsOf: text.utf8)
    }

    fileprivate mutating func append(value: AttributeValue) {
        func code(_ code: HDF5Index.ValueCode) { append(code.rawValue) }
        switch value {
        case .empty: code(.empty)
        case .string(let text):
            code(.string)
            append(text: text)
        case .strings(let texts):
            code(.strings)
            append(number: UInt64(texts.count))
            for text in texts { append(text: text) }
        case .integer(let value):
            code(.integer)
            append(number: UInt64(bitPattern: Int64(value)))
        case .integers(let values):
            code(.integers)
            append(number: UInt64(values.count))
            for value in values { append(number: UInt64(bitPattern: Int64(value))) }
        case .number(let value):
            code(.number)
            append(number: value.bitPattern)
        case .numbers(let values):
            code(.numbers)
            append(number: UInt64(values.count))
            for value in values { append(number: value.bitPattern) }
        }
    }
}
