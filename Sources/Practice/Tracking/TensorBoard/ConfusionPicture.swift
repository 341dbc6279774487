import Data

/// A confusion table as a picture without words: a square per cell, darker the larger its share of the row is; actual
/// classes from top to bottom, predicted ones from left to right.
struct ConfusionPicture {
    let size: ImageSize
    let png: [UInt8]

    private static let side = 320
    private static let largest = 640

    /// Nil for more classes than there are pixels, or for none.
    /// - Throws: `MemoryError`.
    init?(_ table: ConfusionTable) throws {
        let count = table.classNames.count
        guard count > 0, count <= ConfusionPicture.largest else { return nil }
        let cell = max(1, ConfusionPicture.side / count)
        size = ImageSize(height: cell * count, width: cell * count)
        var pixels: [UInt8] = []
        pixels.reserveCapacity(size.height * size.width * 3)
        for (actual, row) in table.counts.enumerated() {
            let total = Double(max(1, row.reduce(0, +)))
            let line = row.enumerated().flatMap { predicted, count -> [UInt8] in
                let share = Double(count) / total
                let shown = predicted == actual ? share : share.squareRoot()
                return [UInt8](repeating: 0, count: cell * 3).indices.map {
                    ConfusionPicture.level(shown, $0 % 3, isRight: predicted == actual)
                }
            }
            for _ in 0..<cell { pixels += line }
        }
        png = try PNGWriter.encoded(pixels, size: size, channels: 3)
    }

    /// From white to the colour that right answers, or mistakes, have in the report.
    private static func level(_ share: Double, _ channel: Int, isRight: Bool) -> UInt8 {
        let full: [Double] = isRight ? [31, 122, 77] : [207, 58, 43]
        return UInt8((255 + (full[channel] - 255) * share).rounded())
    }
}
