import Tensors

/// An input as a picture to look at: small enough to stand beside others on a page.
package struct Thumbnail: Hashable, Sendable {
    package let size: ImageSize
    /// A whole PNG file.
    package let png: [UInt8]

    /// The longer side in pixels, at most.
    package static let longestSide = 96

    /// Whether inputs of this shape can be meant as pictures: (height, width, 1 or 3), or (height, width) where that is not
    /// too long a strip to be anything but a series.
    package static func isPicture(_ shape: Shape) -> Bool {
        guard let layout = PictureLayout(shape) else { return false }
        if shape.rank == 3 { return layout.channels == 1 || layout.channels == 3 }
        return min(layout.height, layout.width) >= 16
            && max(layout.height, layout.width) <= 2 * min(layout.height, layout.width)
    }

    /// - Parameters:
    ///   - values: an example's input as the model gets it.
    ///   - range: which number is black and which is white; nil for the picture's own least and greatest.
    /// - Returns: nil where the shape is no picture's.
    /// - Throws: `MemoryError`.
    package init?(_ values: [Float], shape: Shape, range: ClosedRange<Float>? = nil) throws {
        guard Thumbnail.isPicture(shape), let layout = PictureLayout(shape), values.count == layout.count else {
            return nil
        }
        let finite = values.filter(\.isFinite)
        let low = range?.lowerBound ?? finite.min() ?? 0
        let high = range?.upperBound ?? finite.max() ?? 1
        let scale = high > low ? 255 / (high - low) : 0
        let side = (max(layout.height, layout.width) + Thumbnail.longestSide - 1) / Thumbnail.longestSide
        let height = (layout.height + side - 1) / side
        let width = (layout.width + side - 1) / side
        size = ImageSize(height: height, width: width)
        var pixels: [UInt8] = []
        pixels.reserveCapacity(height * width * layout.channels)
        for row in 0..<height {
            for column in 0..<width {
                for channel in 0..<layout.channels {
                    let mean = Thumbnail.mean(values, layout, row: row, column: column, channel: channel, side: side)
                    let level = (mean - low) * scale
                    pixels.append(level.isFinite ? UInt8(min(max(level, 0), 255).rounded()) : 0)
                }
            }
        }
        png = try PNGWriter.encoded(pixels, size: size, channels: layout.channels)
    }

    /// Of a square of `side` pixels, less where the picture ends.
    private static func mean(
        _ values: [Float], _ layout: PictureLayout, row: Int, column: Int, channel: Int, side: Int
    ) -> Float {
        var sum: Float = 0
        var count: Float = 0
        for y in row * side..<min((row + 1) * side, layout.height) {
            for x in column * side..<min((column + 1) * side, layout.width) {
                sum += values[(y * layout.width + x) * layout.channels + channel]
                count += 1
            }
        }
        return sum / count
    }
}
