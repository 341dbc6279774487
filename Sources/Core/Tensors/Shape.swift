/// The extents of a dense, row-major array. A scalar has rank 0 and one element.
package struct Shape: Hashable, Sendable, ExpressibleByArrayLiteral, CustomStringConvertible {
    package var dimensions: [Int]

    package init(_ dimensions: [Int]) {
        precondition(dimensions.allSatisfy { $0 >= 0 }, "a dimension is negative: \(dimensions)")
        self.dimensions = dimensions
    }

    package init(arrayLiteral elements: Int...) { self.init(elements) }

    package static let scalar: Shape = []

    package var rank: Int { dimensions.count }

    /// The number of elements: the product of the dimensions, 1 for a scalar.
    package var count: Int { dimensions.reduce(1, *) }

    /// `count`, or nil where it is beyond what any machine can hold (2⁴⁸): for shapes that come from files.
    package var countIfAddressable: Int? {
        var product = 1
        for dimension in dimensions {
            let (next, overflows) = product.multipliedReportingOverflow(by: dimension)
            guard !overflows, next <= 1 << 48 else { return nil }
            product = next
        }
        return product
    }

    /// Row-major strides, in elements.
    package var strides: [Int] {
        var strides = [Int](repeating: 1, count: rank)
        for axis in stride(from: rank - 2, through: 0, by: -1) {
            strides[axis] = strides[axis + 1] * dimensions[axis + 1]
        }
        return strides
    }

    /// The dimension of `axis`; negative axes count from the end.
    package subscript(axis: Int) -> Int { dimensions[axis < 0 ? rank + axis : axis] }

    /// The shape without its first dimension, which by convention is the batch.
    package var droppingFirst: Shape { Shape(Array(dimensions.dropFirst())) }

    /// This shape with a leading batch dimension.
    package func batched(_ batch: Int) -> Shape { Shape([batch] + dimensions) }

    /// `axis` as an index from 0, or nil where the shape has no such axis.
    package func normalized(axis: Int) -> Int? {
        let index = axis < 0 ? rank + axis : axis
        return dimensions.indices.contains(index) ? index : nil
    }

    /// The shape two arrays broadcast to under NumPy's rules, or nil where they do not.
    package func broadcast(with other: Shape) -> Shape? {
        let rank = max(self.rank, other.rank)
        var result = [Int](repeating: 1, count: rank)
        for axis in 1...max(rank, 1) where axis <= rank {
            let a = axis <= self.rank ? dimensions[self.rank - axis] : 1
            let b = axis <= other.rank ? other.dimensions[other.rank - axis] : 1
            guard a == b || a == 1 || b == 1 else { return nil }
            result[rank - axis] = a == 1 ? b : a
        }
        return Shape(result)
    }

    /// Written as Python writes a tuple's contents: `(3, 3, 1, 32)`, `()` for a scalar.
    package var description: String {
        rank == 1 ? "(\(dimensions[0]),)" : "(" + dimensions.map(String.init).joined(separator: ", ") + ")"
    }
}
