import CImages
import Tensors

/// Where an input is a picture: its extents.
struct PictureLayout: Hashable, Sendable {
    let height: Int
    let width: Int
    let channels: Int

    /// (height, width, channels) or (height, width); nil for any other shape.
    init?(_ shape: Shape) {
        guard shape.rank == 2 || shape.rank == 3, shape.count > 0 else { return nil }
        height = shape[0]
        width = shape[1]
        channels = shape.rank == 3 ? shape[2] : 1
    }

    var pixels: Int { height * width }
    var count: Int { pixels * channels }
}

/// An example's picture while it is changed: numbers where they lie, and room for a copy.
struct Picture {
    let layout: PictureLayout
    let values: UnsafeMutablePointer<Float>
    /// As large as `values`.
    let scratch: UnsafeMutablePointer<Float>
    /// The number that is white.
    let white: Float

    func flip(_ direction: AugmentationStep.Direction) {
        let (height, width, channels) = (Int32(layout.height), Int32(layout.width), Int32(layout.channels))
        if direction != .vertical { cimages_flip_horizontally(values, height, width, channels) }
        if direction != .horizontal { cimages_flip_vertically(values, height, width, channels) }
    }

    /// Every pixel from where the map says.
    func sample(_ map: PictureMap, _ fill: AugmentationStep.Fill) {
        guard map != .identity else { return }
        scratch.update(from: values, count: layout.count)
        let kind: cimages_fill
        var value: Float = 0
        switch fill {
        case .value(let number): (kind, value) = (cimages_fill_value, number)
        case .nearest: kind = cimages_fill_nearest
        case .reflect: kind = cimages_fill_reflect
        case .wrap: kind = cimages_fill_wrap
        }
        cimages_sample(
            scratch, Int32(layout.height), Int32(layout.width), Int32(layout.channels), values,
            [map.a, map.b, map.c, map.d, map.e, map.f], kind, value)
    }

    /// Factors of 1 and a turn of 0 change nothing.
    func color(brightness: Float, contrast: Float, saturation: Float, turns: Float) {
        let (count, channels) = (layout.pixels, Int32(layout.channels))
        if brightness != 1 { cimages_brightness(values, count, channels, brightness, white) }
        if contrast != 1 { cimages_contrast(values, count, channels, contrast, white) }
        if saturation != 1 { cimages_saturation(values, count, channels, saturation, white) }
        if turns != 0 { cimages_hue(values, count, channels, turns) }
    }

    func erase(_ box: PictureBox, with erasure: AugmentationStep.Erasure, _ draws: inout AugmentationDraws) {
        let channels = layout.channels
        var paint = [Float](repeating: 0, count: channels)
        switch erasure {
        case .value(let value): for channel in 0..<channels { paint[channel] = value }
        case .mean:
            for channel in 0..<channels {
                var sum = 0.0
                for pixel in 0..<layout.pixels { sum += Double(values[pixel * channels + channel]) }
                paint[channel] = Float(sum / Double(layout.pixels))
            }
        case .noise: break
        }
        for row in box.top..<box.top + box.height {
            let start = (row * layout.width + box.left) * channels
            for place in start..<start + box.width * channels {
                values[place] =
                    erasure == .noise ? Float(draws.uniform(0...1)) * white : paint[(place - start) % channels]
            }
        }
    }
}

/// The output pixel (x, y) comes from (a x + b y + c, d x + e y + f).
struct PictureMap: Hashable {
    var a, b, c, d, e, f: Double

    static let identity = PictureMap(a: 1, b: 0, c: 0, d: 0, e: 1, f: 0)

    static func shift(down: Double, right: Double) -> PictureMap {
        PictureMap(a: 1, b: 0, c: -right, d: 0, e: 1, f: -down)
    }

    /// Turned counterclockwise and enlarged around the middle.
    static func turn(cos: Double, sin: Double, zoom: Double, _ layout: PictureLayout) -> PictureMap {
        let (x, y) = (Double(layout.width - 1) / 2, Double(layout.height - 1) / 2)
        let (cos, sin) = (cos / zoom, sin / zoom)
        // Rows count downwards: what is shown at an angle comes from minus that angle.
        return PictureMap(a: cos, b: -sin, c: x - cos * x + sin * y, d: sin, e: cos, f: y - sin * x - cos * y)
    }

    /// The box enlarged to the whole picture, pixel corners on pixel corners.
    static func window(_ box: PictureBox, _ layout: PictureLayout) -> PictureMap {
        let (x, y) = (Double(box.width) / Double(layout.width), Double(box.height) / Double(layout.height))
        return PictureMap(
            a: x, b: 0, c: Double(box.left) + (x - 1) / 2, d: 0, e: y, f: Double(box.top) + (y - 1) / 2)
    }
}

/// Some rows and columns of a picture.
struct PictureBox: Hashable {
    var top, left, height, width: Int
}
