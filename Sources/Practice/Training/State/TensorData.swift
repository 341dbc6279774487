import Layers
import Tensors

/// The values of a tensor between two steps: a copy of them, or lent by whoever holds them, until they change.
package struct TensorData: Hashable, @unchecked Sendable {
    private enum Content {
        case kept(ArraySlice<Float>)
        case lent(UnsafeBufferPointer<Float>)
    }

    private let content: Content

    package init(_ values: [Float]) { content = .kept(values[...]) }

    /// Shares the array's memory.
    init(_ values: ArraySlice<Float>) { content = .kept(values) }

    /// - Parameter isLent: whether it is dead when the values change; copied where it is not.
    init(_ values: UnsafeBufferPointer<Float>, isLent: Bool) {
        content = isLent ? .lent(values) : .kept(Array(values)[...])
    }

    /// The values, for as long as whoever keeps this wants.
    package var copied: TensorData {
        switch content {
        case .kept: self
        case .lent(let values): TensorData(Array(values))
        }
    }

    package static func == (a: TensorData, b: TensorData) -> Bool { a.elementsEqual(b) }

    package func hash(into hasher: inout Hasher) { for value in self { hasher.combine(value) } }
}

extension TensorData: RandomAccessCollection, ExpressibleByArrayLiteral {
    package init(arrayLiteral values: Float...) { self.init(values) }

    package var startIndex: Int { 0 }

    package var endIndex: Int {
        switch content {
        case .kept(let values): values.count
        case .lent(let values): values.count
        }
    }

    package subscript(index: Int) -> Float {
        switch content {
        case .kept(let values): values[values.startIndex + index]
        case .lent(let values): values[index]
        }
    }

    package func withContiguousStorageIfAvailable<Result>(
        _ body: (UnsafeBufferPointer<Float>) throws -> Result
    ) rethrows -> Result? {
        switch content {
        case .kept(let values): try values.withUnsafeBufferPointer(body)
        case .lent(let values): try body(values)
        }
    }
}

/// Values of tensors by path.
package typealias TensorValues = [ParameterPath: TensorData]

extension TensorValues {
    package var copied: TensorValues { mapValues(\.copied) }
}

extension ParameterStore {
    /// The values of every tensor.
    /// - Parameter areLent: until they change, or the store is laid out anew.
    package func values(areLent: Bool = false) -> TensorValues {
        Dictionary(
            uniqueKeysWithValues: specs.values.map { spec in
                let values = UnsafeBufferPointer(start: UnsafePointer(self[spec.path]), count: spec.shape.count)
                return (spec.path, TensorData(values, isLent: areLent))
            })
    }

    /// Puts values in place, of the tensors that there are.
    package func set(_ values: TensorValues) {
        for (path, numbers) in values where specs[path] != nil { set(path, to: numbers) }
    }
}
