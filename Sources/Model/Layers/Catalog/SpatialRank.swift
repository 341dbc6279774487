import Tensors

/// How many spatial dimensions a layer works over: the 1D, 2D and 3D in Keras' class names.
package protocol SpatialRank: Sendable {
    static var count: Int { get }
}

/// (batch, steps, channels)
package enum Spatial1D: SpatialRank { package static let count = 1 }

/// (batch, rows, columns, channels)
package enum Spatial2D: SpatialRank { package static let count = 2 }

/// (batch, depth, rows, columns, channels)
package enum Spatial3D: SpatialRank { package static let count = 3 }

extension Shape {
    /// The dimensions between the batch and the channels, which are last.
    var spatial: [Int] { Array(dimensions.dropFirst().dropLast()) }
}

extension LayerScope {
    /// - Throws: `LayerError` where an output would have more elements than a machine can hold.
    func requireAddressable(_ dimensions: [Int]) throws {
        guard Shape(dimensions).countIfAddressable == nil else { return }
        throw error("its output would have a shape of \(Shape(dimensions).droppingFirst), which is too large")
    }
}
