import Tensors

/// A tensor in a file: a name, a shape, and where its bytes lie in mapped memory. The bytes are always row-major and
/// little-endian; a file that holds them differently is converted once, when it is opened.
package struct StoredTensor: Sendable {
    /// The full path inside the file, such as `model_weights/conv2d/conv2d/kernel:0`.
    package let name: String
    package let shape: Shape
    package let dataType: DataType
    private let mapping: MappedFile
    private let offset: Int

    /// - Precondition: the bytes lie inside the mapping; readers check that before they come here.
    init(name: String, shape: Shape, dataType: DataType, mapping: MappedFile, offset: Int) {
        precondition(offset >= 0 && offset <= mapping.bytes.count - shape.count * dataType.size, "outside the mapping")
        self.name = name
        self.shape = shape
        self.dataType = dataType
        self.mapping = mapping
        self.offset = offset
    }

    /// The number of bytes the elements take.
    package var byteCount: Int { shape.count * dataType.size }

    /// Lends the raw bytes: row-major, little-endian, of any alignment.
    package func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        try withExtendedLifetime(mapping) {
            try body(UnsafeRawBufferPointer(rebasing: mapping.bytes[offset..<offset + byteCount]))
        }
    }

    /// Writes `shape.count` values to `destination`. The file's own pages do not stay in memory: there is one copy.
    package func copy(to destination: UnsafeMutablePointer<Float>) {
        var done = 0
        mapping.forEachPiece(of: offset..<offset + byteCount, multipleOf: dataType.size) { piece in
            guard let start = piece.baseAddress else { return }
            let count = piece.count / dataType.size
            dataType.convert(from: start, count: count, to: destination + done)
            done += count
        }
    }

    /// The values as a host array.
    package func read() -> Tensor {
        let values = [Float](unsafeUninitializedCapacity: shape.count) { buffer, count in
            if let start = buffer.baseAddress { copy(to: start) }
            count = shape.count
        }
        return Tensor(shape: shape, values: values)
    }
}
