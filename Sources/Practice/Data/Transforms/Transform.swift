import CImages
import Glibc
import Tensors

/// A cheap step on one input of one example.
package enum Transform: Hashable, Sendable {
    /// x · scale + offset
    case rescale(scale: Float, offset: Float = 0)
    case standardize(Standardization)
    /// Bilinear, half-pixel centres, no antialiasing: as `tf.image.resize`. (height, width, channels) or (height, width).
    case resize(ImageSize)
    /// The same numbers in another shape.
    case reshape(Shape)

    /// The shape that comes out for a shape that goes in.
    /// - Throws: `TransformError`.
    package func shape(from shape: Shape) throws -> Shape {
        switch self {
        case .rescale: return shape
        case .standardize(let statistics):
            try statistics.check(shape)
            return shape
        case .resize(let size):
            guard shape.rank == 2 || shape.rank == 3, shape.count > 0, size.height > 0, size.width > 0,
                size.height <= 65_535, size.width <= 65_535
            else { throw TransformError.resize(size, shape) }
            return Shape([size.height, size.width] + shape.dimensions.dropFirst(2))
        case .reshape(let target):
            guard target.count == shape.count else { throw TransformError.reshape(from: shape, to: target) }
            return target
        }
    }

    /// Whether what comes out has the shape of what went in.
    var keepsSize: Bool {
        switch self {
        case .rescale, .standardize: true
        case .resize, .reshape: false
        }
    }

    /// Whether numbers become others, rather than only go elsewhere.
    var changesValues: Bool {
        switch self {
        case .rescale, .standardize: true
        case .resize, .reshape: false
        }
    }

    /// Whether the numbers stay where they are.
    var isInPlace: Bool {
        if case .resize = self { false } else { true }
    }

    /// Applies the step to `count` numbers where they lie.
    /// - Precondition: `isInPlace`.
    func apply(to values: UnsafeMutablePointer<Float>, count: Int) {
        switch self {
        case .rescale(let scale, let offset): cimages_rescale(values, count, scale, offset)
        case .standardize(let statistics):
            cimages_standardize(values, count, statistics.mean, statistics.deviation, statistics.mean.count)
        case .reshape: break
        case .resize: preconditionFailure("a resize needs a destination")
        }
    }

    /// Writes the resized picture elsewhere.
    static func resize(
        _ source: UnsafePointer<Float>, _ shape: Shape, to size: ImageSize, _ destination: UnsafeMutablePointer<Float>
    ) throws {
        let channels = shape.rank == 3 ? shape[2] : 1
        let status = cimages_resize_floats(
            source, Int32(shape[0]), Int32(shape[1]), Int32(channels), destination, Int32(size.height),
            Int32(size.width))
        guard status == 0 else { throw MemoryError(bytes: (size.height + size.width) * 12) }
    }
}

/// A transform that does not go with its data.
package enum TransformError: DescriptionFault, Hashable, CustomStringConvertible {
    case resize(ImageSize, Shape)
    case reshape(from: Shape, to: Shape)
    case channels(count: Int, shape: Shape)
    case zeroDeviation(channel: Int)
    case notFinite

    package var description: String {
        switch self {
        case .resize(let size, let shape):
            "the transform \"resize\" to \(size) needs pictures of (height, width, channels), and the data are \(shape)"
        case .reshape(let from, let to):
            "the transform \"reshape\" cannot make \(to) of \(from): \(to.count) numbers are not \(from.count)"
        case .channels(let count, let shape):
            "the transform \"standardize\" has \(count) means for data of \(shape); it takes one, or one per channel"
        case .zeroDeviation(let channel):
            "the transform \"standardize\" would divide by zero: channel \(channel) never varies or its deviation is 0"
        case .notFinite: "the transform \"standardize\" was given numbers that are not finite"
        }
    }
}
