import Tensors

/// A tensor on its way into a file: its shape and type, and where its bytes come from when it is their turn.
package struct TensorSource: Sendable {
    package let shape: Shape
    package let dataType: DataType
    private let content: Content

    private enum Content: Sendable {
        case stored(StoredTensor)
        case made(@Sendable () -> [Float])
        case integers([Int32])
    }

    /// Values of our own: float32.
    package init(_ tensor: Tensor) { self.init(shape: tensor.shape) { tensor.values } }

    /// Values that are made when they are written, so that not all of them have to be in memory at once: float32.
    /// - Parameter values: gives `shape.count` values.
    package init(shape: Shape, values: @escaping @Sendable () -> [Float]) {
        self.shape = shape
        dataType = .float32
        content = .made(values)
    }

    /// Whole numbers: int32.
    package init(shape: Shape, integers: [Int32]) {
        self.shape = shape
        dataType = .int32
        content = .integers(integers)
    }

    /// A tensor of another file: its bytes in its own type.
    /// - Parameter shape: the same elements under another shape; nil keeps the stored one.
    package init(_ stored: StoredTensor, shape: Shape? = nil) {
        let shape = shape ?? stored.shape
        precondition(shape.count == stored.shape.count, "\(stored.shape) does not fill \(shape)")
        self.shape = shape
        dataType = stored.dataType
        content = .stored(stored)
    }

    /// The number of bytes the elements take.
    package var byteCount: Int { shape.count * dataType.size }

    /// The same values as float32.
    package var widened: TensorSource {
        switch content {
        case .stored(let tensor) where dataType != .float32:
            return TensorSource(shape: shape) { tensor.read().values }
        case .integers(let values): return TensorSource(shape: shape) { values.map(Float.init) }
        default: return self
        }
    }

    /// Lends the bytes: row-major, little-endian, `byteCount` of them.
    package func withBytes<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        switch content {
        case .stored(let tensor): return try tensor.withBytes(body)
        case .made(let values):
            let values = values()
            precondition(values.count == shape.count, "\(values.count) values do not fill a shape of \(shape)")
            return try values.withUnsafeBytes(body)
        case .integers(let values):
            precondition(values.count == shape.count, "\(values.count) values do not fill a shape of \(shape)")
            return try values.withUnsafeBytes(body)
        }
    }
}
