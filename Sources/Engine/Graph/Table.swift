import Glibc
import Tensors

/// A literal tensor: numbers known when the graph is written, such as the weights of an interpolation. Tables of equal
/// bits are equal.
package struct Table: Hashable, Sendable {
    package let shape: Shape
    /// Row-major.
    package let values: [Float]
    /// Of all bits, worked out once: graphs are looked up by their nodes.
    private let digest: Int

    /// - Precondition: as many values as the shape has elements.
    package init(shape: Shape, values: [Float]) {
        precondition(values.count == shape.count, "\(values.count) values do not fill a table of \(shape)")
        self.shape = shape
        self.values = values
        var hasher = Hasher()
        values.withUnsafeBytes { hasher.combine(bytes: $0) }
        digest = hasher.finalize()
    }

    package static func == (a: Table, b: Table) -> Bool {
        guard a.digest == b.digest, a.shape == b.shape else { return false }
        return a.values.withUnsafeBytes { left in
            b.values.withUnsafeBytes { right in
                guard let x = left.baseAddress, let y = right.baseAddress, x != y else { return true }
                return memcmp(x, y, left.count) == 0
            }
        }
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(shape)
        hasher.combine(digest)
    }
}
