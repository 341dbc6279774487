import CImages
import Tensors

/// One input or target of every example, in the type it is stored in: (count, example…), row-major.
package struct ArrayColumn: Sendable {
    package let count: Int
    /// A single number per example is a vector of one.
    package let exampleShape: Shape
    package let dataType: DataType
    private let storage: ByteStorage
    private let offset: Int
    private let exampleBytes: Int
    private let exampleCount: Int

    /// Bytes of memory that its storage holds.
    var heldBytes: Int { storage.heldBytes }

    /// - Precondition: the storage holds the bytes from `offset` on.
    init(_ storage: ByteStorage, offset: Int, dataType: DataType, count: Int, exampleShape: Shape) {
        self.storage = storage
        self.offset = offset
        self.dataType = dataType
        self.count = count
        self.exampleShape = exampleShape.rank == 0 ? [1] : exampleShape
        exampleCount = exampleShape.count
        exampleBytes = exampleCount * dataType.size
        precondition(offset + count * exampleBytes <= storage.bytes.count, "an array larger than its bytes")
    }

    init(_ values: [Float], exampleShape: Shape) throws {
        let count = exampleShape.count == 0 ? 0 : values.count / exampleShape.count
        self.init(
            try ByteStorage(values), offset: 0, dataType: .float32, count: count, exampleShape: exampleShape)
    }

    /// The stored bytes of a row.
    func bytes(of row: Int) -> UnsafeRawBufferPointer {
        precondition(row >= 0 && row < count, "row \(row) of \(count)")
        return UnsafeRawBufferPointer(rebasing: storage.bytes[(offset + row * exampleBytes)...].prefix(exampleBytes))
    }

    /// Writes row `row` as floats.
    func read(_ row: Int, to destination: UnsafeMutablePointer<Float>) {
        guard let start = bytes(of: row).baseAddress else { return }
        if dataType == .uint8 {
            cimages_floats(start.assumingMemoryBound(to: UInt8.self), exampleCount, destination)
        } else {
            dataType.convert(from: start, count: exampleCount, to: destination)
        }
    }

    /// Row `row` as whole numbers, or nil where it holds another kind of number. Floating-point columns are read as
    /// labels only where every value is whole.
    func integer(_ row: Int) -> Int? {
        guard exampleCount == 1, let start = bytes(of: row).baseAddress else { return nil }
        switch dataType {
        case .int64: return Int(start.loadUnaligned(as: Int64.self))
        case .uint64: return Int(exactly: start.loadUnaligned(as: UInt64.self))
        case .int32: return Int(start.loadUnaligned(as: Int32.self))
        case .uint32: return Int(start.loadUnaligned(as: UInt32.self))
        case .uint8: return Int(start.load(as: UInt8.self))
        default:
            var value: Float = 0
            dataType.convert(from: start, count: 1, to: &value)
            return Int(exactly: value)
        }
    }
}
