import Checkpoints
import Tensors
import Testing

@testable import Data

@Suite struct DecodingTests {
    static let pictures =
        (1...8).map { "exif_\($0).jpg" } + [
            "grey.jpg", "subsampled.jpg", "progressive.jpg", "cmyk.jpg", "trailing.jpg", "grey.png", "rgb.png",
            "bits.png",
            "palette.png", "palette_transparent.png", "grey_alpha.png", "rgba.png", "exif.png", "rgb16.png",
            "grey16.png",
            "interlaced.png",
        ]

    /// Pixels of a fixture as (height, width, channels) floats.
    private func decode(_ name: String, channels: Int?) throws -> Tensor {
        let image = try DecodedImage(path: fixture(name), channels: channels)
        let shape = Shape([image.size.height, image.size.width, image.channels])
        return Tensor(shape: shape, values: image.withPixels { $0.map(Float.init) })
    }

    private func difference(_ a: Tensor, _ b: Tensor) -> Float {
        zip(a.values, b.values).map { abs($0 - $1) }.max() ?? 0
    }

    @Test("Colours agree with Pillow to two levels, upright", arguments: pictures)
    func colour(name: String) throws {
        let expected = try Checkpoint(path: fixture("decoded.npz")).tensor(name + ".rgb").read()
        let decoded = try decode(name, channels: 3)
        #expect(decoded.shape == expected.shape)
        #expect(difference(decoded, expected) <= 2)
    }

    @Test("Greys agree with Pillow to two levels", arguments: pictures)
    func grey(name: String) throws {
        let golden = try Checkpoint(path: fixture("decoded.npz"))
        guard let expected = golden.tensors[name + ".grey"]?.read() else { return }
        let decoded = try decode(name, channels: 1)
        #expect(decoded.shape == expected.shape)
        #expect(difference(decoded, expected) <= 2)
    }

    @Test("Headers tell the upright size and the stored channels without decoding", arguments: pictures)
    func header(name: String) throws {
        let file = try ImageFile(path: fixture(name))
        let decoded = try decode(name, channels: nil)
        #expect(decoded.shape == [file.size.height, file.size.width, file.channels])
    }

    @Test(
        "What cannot be decoded is named with the reason",
        arguments: [
            ("truncated.jpg", "JPEG"), ("damaged.jpg", "JPEG"), ("truncated.png", "too early"), ("checksum.png", "PNG"),
            ("bomb.png", "60000 by 60000"), ("bomb.jpg", "65000 by 65000"), ("text.jpg", "neither a JPEG nor a PNG"),
            ("gif.png", "neither a JPEG nor a PNG"), ("empty.png", "the file is empty"),
        ])
    func refused(name: String, reason: String) {
        let message = message { try DecodedImage(path: fixture(name)).channels }
        #expect(message.contains(name))
        #expect(message.contains(reason))
    }

    @Test("A broken EXIF block is no reason to refuse a picture")
    func shortExif() throws {
        #expect(try decode("short_exif.png", channels: 3) == decode("rgb.png", channels: 3))
    }

    @Test(
        "No damage ends the process",
        arguments: ["exif_6.jpg", "progressive.jpg", "cmyk.jpg", "exif.png", "interlaced.png"])
    func mutations(name: String) throws {
        let original = try bytes(of: fixture(name))
        var generator = SeededGenerator(seed: 5, stream: .bootstrap)
        try withFile("mutated", original) { path in
            for _ in 0..<300 {
                var bytes = original
                for _ in 0..<Int.random(in: 1...4, using: &generator) {
                    bytes[Int.random(in: 0..<bytes.count, using: &generator)] = UInt8.random(
                        in: 0...255, using: &generator)
                }
                if Bool.random(using: &generator) {
                    bytes.removeLast(Int.random(in: 0..<bytes.count, using: &generator))
                }
                try write(bytes, to: path)
                let failure = message { try DecodedImage(path: path, channels: 3).channels }
                #expect(failure.isEmpty || failure.contains(path))
            }
        }
    }
}

@Suite struct ResizeTests {
    static let cases = ["7x5x3", "28x28x1", "16x24x3", "1x1x3"].flatMap { name in
        [(14, 10), (4, 3), (32, 32), (13, 1)].map { (name, $0.0, $0.1) }
    }

    @Test("Resizing equals tf.image.resize", arguments: cases)
    func golden(name: String, height: Int, width: Int) throws {
        let golden = try Checkpoint(path: fixture("resize.npz"))
        let image = try golden.tensor(name)
        let expected = try golden.tensor("\(name).\(height)x\(width)").read()
        let column = try ArrayColumn(image.read().values, exampleShape: image.shape)
        let base = ArrayDataset(inputs: [column], targets: .none)
        let resized = try TransformedDataset(base, [.resize(ImageSize(height: height, width: width))])
        let found = try resized.example(0).inputs[0]
        #expect(found.shape == expected.shape)
        for (a, b) in zip(found.values, expected.values) { #expect(abs(a - b) <= 1e-4) }
    }
}
