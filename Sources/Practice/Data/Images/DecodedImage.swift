import CImages
import Tensors

/// The extents of a picture.
package struct ImageSize: Hashable, Sendable, CustomStringConvertible {
    package var height: Int
    package var width: Int

    package init(height: Int, width: Int) {
        self.height = height
        self.width = width
    }

    package var description: String { "\(height) by \(width)" }
}

/// A picture in memory: 8 bits per channel, (height, width, channels), upright.
package struct DecodedImage: ~Copyable {
    private let image: cimages_image

    /// More pixels than this are refused: a few bytes of file can declare billions.
    package static let maximumPixels = 64 << 20

    /// Decodes a JPEG or PNG.
    /// - Parameter channels: 1 (grey), 3 (RGB), or nil for as stored.
    /// - Throws: `ImageError`, `SystemError`.
    package init(path: String, channels: Int? = nil) throws {
        let file = try MappedFile(path: path)
        var image = cimages_image()
        let status = try ImageFile.withBytes(file) {
            cimages_decode($0, $1, Int32(channels ?? 0), Int64(DecodedImage.maximumPixels), &image)
        }
        guard status == 0 else { throw ImageError(path: path, reason: ImageFile.message(image)) }
        self.image = image
    }

    deinit {
        var image = image
        cimages_release(&image)
    }

    package var size: ImageSize { ImageSize(height: Int(image.height), width: Int(image.width)) }
    package var channels: Int { Int(image.channels) }

    /// Lends the pixels.
    package func withPixels<Result>(_ body: (UnsafeBufferPointer<UInt8>) throws -> Result) rethrows -> Result {
        try body(UnsafeBufferPointer(start: image.pixels, count: size.height * size.width * channels))
    }

    /// Writes (height, width, channels) floats from 0 to 255, resized where another size is asked for: bilinear with
    /// half-pixel centres, without antialiasing and without rounding, as `tf.image.resize` does.
    package func copy(to destination: UnsafeMutablePointer<Float>, size target: ImageSize) throws {
        guard let pixels = image.pixels else { return }
        try DecodedImage.copy(pixels, size: size, channels: channels, to: destination, size: target)
    }

    /// The same of pixels that lie elsewhere.
    static func copy(
        _ pixels: UnsafePointer<UInt8>, size: ImageSize, channels: Int, to destination: UnsafeMutablePointer<Float>,
        size target: ImageSize
    ) throws {
        if target == size {
            cimages_floats(pixels, size.height * size.width * channels, destination)
            return
        }
        let status = cimages_resize_bytes(
            pixels, Int32(size.height), Int32(size.width), Int32(channels), destination, Int32(target.height),
            Int32(target.width))
        guard status == 0 else { throw MemoryError(bytes: (target.height + target.width) * 12) }
    }
}

/// What can be told about a picture file without decoding it.
package struct ImageFile: Hashable, Sendable {
    package let size: ImageSize
    package let channels: Int

    /// Reads the header only.
    /// - Throws: `ImageError`, `SystemError`.
    package init(path: String) throws {
        let file = try MappedFile(path: path)
        var image = cimages_image()
        let status = try ImageFile.withBytes(file) { cimages_measure($0, $1, &image) }
        guard status == 0 else {
            throw ImageError(path: path, reason: ImageFile.message(image))
        }
        size = ImageSize(height: Int(image.height), width: Int(image.width))
        channels = Int(image.channels)
    }

    /// Whether a file's name ends as pictures do that can be read.
    package static func isImage(_ name: String) -> Bool {
        let lower = name.lowercased()
        return [".jpg", ".jpeg", ".png"].contains { lower.hasSuffix($0) }
    }

    static func withBytes(_ file: MappedFile, _ body: (UnsafePointer<UInt8>, Int) -> Int32) throws -> Int32 {
        try file.withBytes { bytes in
            guard let start = bytes.baseAddress else { throw ImageError(path: file.path, reason: "the file is empty") }
            return body(start.assumingMemoryBound(to: UInt8.self), bytes.count)
        }
    }

    static func message(_ image: cimages_image) -> String {
        withUnsafeBytes(of: image.message) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    }
}

/// A picture that cannot be had.
package struct ImageError: Error, Hashable, CustomStringConvertible {
    package let path: String
    package let reason: String
    package var description: String { "cannot decode \(path): \(reason)" }
}
