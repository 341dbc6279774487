import Foundation
import Tensors
import Testing

@testable import Data

@Suite struct ThumbnailTests {
    private func decoded(_ png: [UInt8]) throws -> (size: ImageSize, channels: Int, pixels: [UInt8]) {
        let path = NSTemporaryDirectory() + "thumbnail-\(UUID().uuidString).png"
        defer { try? FileManager.default.removeItem(atPath: path) }
        try Foundation.Data(png).write(to: URL(fileURLWithPath: path))
        let image = try DecodedImage(path: path)
        return (image.size, image.channels, image.withPixels { Array($0) })
    }

    @Test(arguments: [(1, 1, 1), (3, 5, 1), (7, 4, 3), (60, 200, 3)])
    func whatIsWrittenIsRead(_ height: Int, _ width: Int, _ channels: Int) throws {
        let pixels = (0..<height * width * channels).map { UInt8(truncatingIfNeeded: $0 * 31 + $0 / 7) }
        let size = ImageSize(height: height, width: width)
        let found = try decoded(PNGWriter.encoded(pixels, size: size, channels: channels))
        #expect(found.size == size && found.channels == channels)
        #expect(found.pixels == pixels)
    }

    @Test func rangesBecomeGreys() throws {
        let shape: Shape = [4, 4, 1]
        let values = (0..<16).map { Float($0) / 15 }
        let own = try #require(try Thumbnail(values, shape: shape))
        #expect(try decoded(own.png).pixels == (0..<16).map { UInt8($0 * 17) })
        let wide = try #require(try Thumbnail(values, shape: shape, range: -1...1))
        #expect(try decoded(wide.png).pixels.first == 128)
        let flat = try #require(try Thumbnail([Float](repeating: .nan, count: 16), shape: shape))
        #expect(try decoded(flat.png).pixels == [UInt8](repeating: 0, count: 16))
    }

    @Test func largePicturesShrink() throws {
        let values = (0..<200 * 100 * 3).map { Float($0 % 3) * 100 }
        let small = try #require(try Thumbnail(values, shape: [200, 100, 3]))
        #expect(small.size == ImageSize(height: 67, width: 34))
        // A colour that is the same everywhere stays.
        #expect(try decoded(small.png).pixels.prefix(3) == [0, 128, 255])
    }

    @Test func seriesAndTablesAreNoPictures() {
        #expect(Thumbnail.isPicture([28, 28]) && Thumbnail.isPicture([8, 8, 3]))
        for shape: Shape in [[12], [100, 8], [400, 16], [5, 5, 2], [8, 8, 8, 1]] {
            #expect(!Thumbnail.isPicture(shape))
        }
    }
}
