import Foundation
import Tensors
import Testing

@testable import Data

/// Against PyTorch's `grid_sample` and Python's `colorsys`: `Fixtures/augment_torch.py`.
@Suite struct AugmentationGoldenTests {
    struct File: Decodable {
        struct Turned: Decodable { let degrees: Double, fill: String, values: [Float] }
        struct Enlarged: Decodable { let factor: Double, fill: String, values: [Float] }
        struct Window: Decodable { let box: [Int], values: [Float] }
        struct Hue: Decodable { let turns: Float, values: [Float] }
        let height: Int, width: Int
        let picture: [Float]
        let turned: [Turned], enlarged: [Enlarged], window: [Window], hue: [Hue]
    }

    private static let file = try! JSONDecoder().decode(
        File.self, from: FileData(contentsOf: URL(fileURLWithPath: fixture("augment-torch.json"))))

    private func changed(_ body: (Picture) -> Void) throws -> [Float] {
        let file = AugmentationGoldenTests.file
        var values = file.picture
        var scratch = values
        let layout = try #require(PictureLayout([file.height, file.width, 3]))
        values.withUnsafeMutableBufferPointer { values in
            scratch.withUnsafeMutableBufferPointer {
                body(Picture(layout: layout, values: values.baseAddress!, scratch: $0.baseAddress!, white: 255))
            }
        }
        return values
    }

    private func expectEqual(_ found: [Float], _ expected: [Float], _ what: String) {
        for (i, (x, y)) in zip(found, expected).enumerated() where abs(x - y) > 1e-3 {
            Issue.record("\(what) at \(i): \(x), expected \(y)")
            return
        }
    }

    private func fill(_ name: String) -> AugmentationStep.Fill {
        switch name {
        case "border": .nearest
        case "reflection": .reflect
        default: .value(0)
        }
    }

    @Test func turnsAndZooms() throws {
        let file = AugmentationGoldenTests.file
        let layout = try #require(PictureLayout([file.height, file.width, 3]))
        for item in file.turned {
            let (cos, sin) = AugmentationStep.direction(degrees: item.degrees)
            let map = PictureMap.turn(cos: cos, sin: sin, zoom: 1, layout)
            expectEqual(try changed { $0.sample(map, fill(item.fill)) }, item.values, "\(item.degrees) degrees")
        }
        for item in file.enlarged {
            let map = PictureMap.turn(cos: 1, sin: 0, zoom: item.factor, layout)
            expectEqual(try changed { $0.sample(map, fill(item.fill)) }, item.values, "a factor of \(item.factor)")
        }
        for item in file.window {
            let box = PictureBox(top: item.box[0], left: item.box[1], height: item.box[2], width: item.box[3])
            let map = PictureMap.window(box, layout)
            expectEqual(try changed { $0.sample(map, .nearest) }, item.values, "the window \(item.box)")
        }
        #expect(file.turned.count == 3 && file.enlarged.count == 3 && file.window.count == 3)
    }

    @Test func colors() throws {
        let file = AugmentationGoldenTests.file
        for item in file.hue {
            let found = try changed { $0.color(brightness: 1, contrast: 1, saturation: 1, turns: item.turns) }
            expectEqual(found, item.values, "a hue of \(item.turns)")
        }
        func luma(_ p: ArraySlice<Float>) -> Double {
            let p = p.map(Double.init)
            return 0.299 * p[0] + 0.587 * p[1] + 0.114 * p[2]
        }
        func limited(_ x: Double) -> Float { Float(min(max(x, 0), 255)) }
        let greys = stride(from: 0, to: file.picture.count, by: 3).map { luma(file.picture[$0..<$0 + 3]) }
        let mean = greys.reduce(0, +) / Double(greys.count)
        let bright = try changed { $0.color(brightness: 1.4, contrast: 1, saturation: 1, turns: 0) }
        expectEqual(bright, file.picture.map { limited(Double($0) * Double(Float(1.4))) }, "brightness")
        let contrast = try changed { $0.color(brightness: 1, contrast: 0.5, saturation: 1, turns: 0) }
        expectEqual(contrast, file.picture.map { limited(mean + (Double($0) - mean) * 0.5) }, "contrast")
        let vivid = try changed { $0.color(brightness: 1, contrast: 1, saturation: 1.5, turns: 0) }
        let expected = file.picture.enumerated().map { limited(greys[$0 / 3] + (Double($1) - greys[$0 / 3]) * 1.5) }
        expectEqual(vivid, expected, "saturation")
    }
}
