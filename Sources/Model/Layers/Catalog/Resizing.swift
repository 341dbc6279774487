import Graph
import JSON
import Tensors

/// Images of a given size: stretched, or their middle, or with bars around.
package struct Resizing: SimpleLayer {
    package static let className = "Resizing"
    let size: [Int]
    let method: ResizeMethod
    let crops: Bool
    let pads: Bool
    let fill: Float
    let antialias: Bool
    let order: ChannelOrder

    package init(_ config: inout LayerConfig) throws {
        size = [try config.int("height"), try config.int("width")]
        method = try config.resizeMethod(default: .bilinear)
        crops = try config.bool("crop_to_aspect_ratio", default: false)
        pads = try config.bool("pad_to_aspect_ratio", default: false)
        guard !crops || !pads else {
            throw config.error("\"crop_to_aspect_ratio\" and \"pad_to_aspect_ratio\" cannot both be true")
        }
        try config.require("fill_mode", toBe: "constant")
        fill = try config.float("fill_value", default: 0)
        antialias = try config.bool("antialias", default: false)
        order = try ChannelOrder(&config)
        try config.ignoreBoxes()
    }

    package func callAsFunction(_ x: Value, in scope: LayerScope) throws -> Value {
        try scope.requireRank(4, x)
        let x = order.toLast(x, in: scope)
        let y =
            crops
            ? try scope.resizeCropped(x, to: size, method, antialias: antialias)
            : pads
                ? try scope.resizePadded(x, to: size, method, antialias: antialias, fill: fill)
                : try scope.resize(x, to: size, method, antialias: antialias)
        return order.fromLast(y, in: scope)
    }
}

/// The middle of images; of those that are smaller, the middle of the right ratio, enlarged.
package struct CenterCrop: SimpleLayer {
    package static let className = "CenterCrop"
    let size: [Int]
    let order: ChannelOrder

    package init(_ config: inout LayerConfig) throws {
        size = [try config.int("height"), try config.int("width")]
        order = try ChannelOrder(&config)
        try config.ignoreBoxes()
    }

    package func callAsFunction(_ x: Value, in scope: LayerScope) throws -> Value {
        try scope.requireRank(4, x)
        let x = order.toLast(x, in: scope)
        let free = zip(scope.shape(of: x).spatial, size).map { $0 - $1 }
        let y =
            free.allSatisfy { $0 >= 0 }
            ? scope.crop(x, from: free.map { $0 / 2 }, to: size) : try scope.resizeCropped(x, to: size)
        return order.fromLast(y, in: scope)
    }
}

extension LayerConfig {
    /// What image layers say of bounding boxes and of drawing at all; boxes are never given here, and draws come from the
    /// run's seed and the layer's path.
    mutating func ignoreBoxes() throws {
        for key in ["bounding_box_format", "seed", "rng_type"] { _ = take(key) }
    }
}
