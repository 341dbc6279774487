import Foundation
import Tensors
import Testing

@testable import Data

/// Pictures of whole numbers from 0 to 255, each with its index in the corner.
struct Pictures: Dataset {
    let count: Int
    let shape: Shape
    var limit: Float = 255
    var target: TargetKind = .classes(["a", "b"])
    var inputShapes: [Shape] { [shape] }

    func read(_ index: Int, inputs: [UnsafeMutablePointer<Float>], target: UnsafeMutablePointer<Float>) {
        for i in 0..<shape.count { inputs[0][i] = Float((index * 31 + i * 57 + i * i * 7) % 256) * limit / 255 }
        inputs[0][0] = limit
        for i in 0..<self.target.count { target[i] = Float(index % 2) }
    }
}

extension Dataset {
    /// An example as an epoch of training sees it.
    func trained(_ index: Int, epoch: Int) throws -> [Float] {
        var values = [Float](repeating: .nan, count: inputShapes[0].count)
        var target = [Float](repeating: 0, count: max(self.target.count, 1))
        try values.withUnsafeMutableBufferPointer { values in
            try target.withUnsafeMutableBufferPointer {
                try read(index, epoch: epoch, inputs: [values.baseAddress!], target: $0.baseAddress!)
            }
        }
        return values
    }
}

@Suite struct AugmentationTests {
    static let everything: [AugmentationStep] = [
        .flip(.both, probability: 0.5), .crop(padding: 3, fill: .reflect), .rotation(-20...20, fill: .nearest),
        .translation(vertical: 0.1, horizontal: 0.2, fill: .wrap), .zoom(0.8...1.25, fill: .value(7)),
        .resizedCrop(area: 0.5...1, aspect: 0.75...1.25),
        .color(brightness: 0.3, contrast: 0.3, saturation: 0.3, hue: 0.1),
        .erase(probability: 0.7, area: 0.05...0.2, aspect: 0.5...2, with: .noise),
    ]

    @Test(
        "Settings that change nothing leave every byte",
        arguments: [[5, 7, 3], [4, 4, 1], [1, 1, 1], [8, 3, 4], [6, 5]])
    func identity(shape: [Int]) throws {
        let data = Pictures(count: 5, shape: Shape(shape))
        let steps: [AugmentationStep] = [
            .flip(.both, probability: 0), .crop(padding: 0, fill: .value(0)), .rotation(0...0, fill: .value(0)),
            .rotation(360...360, fill: .value(9)), .translation(vertical: 0, horizontal: 0, fill: .reflect),
            .zoom(1...1, fill: .wrap), .color(brightness: 0, contrast: 0, saturation: 0, hue: 0),
            .erase(probability: 0, area: 0.1...0.5, aspect: 1...1, with: .mean),
        ]
        let augmented = try data.augmented(by: Augmentation(steps), seed: 1)
        for index in 0..<5 {
            #expect(try augmented.trained(index, epoch: 3) == augmented.example(index).inputs[0].values)
        }
    }

    @Test("Mirror images and quarter turns move whole pixels", arguments: [(4, 4, 3), (5, 5, 1), (3, 6, 2), (7, 2, 3)])
    func exact(height: Int, width: Int, channels: Int) throws {
        let data = Pictures(count: 3, shape: [height, width, channels])
        func check(_ step: AugmentationStep, _ source: (Int, Int) -> (Int, Int)) throws {
            let augmented = try data.augmented(by: Augmentation([step]), seed: 1)
            let plain = try data.example(2).inputs[0].values
            let found = try augmented.trained(2, epoch: 0)
            for y in 0..<height {
                for x in 0..<width {
                    let (row, column) = source(y, x)
                    for c in 0..<channels {
                        #expect(
                            found[(y * width + x) * channels + c] == plain[(row * width + column) * channels + c],
                            "\(step) at \(y) \(x)")
                    }
                }
            }
        }
        try check(.flip(.horizontal, probability: 1)) { ($0, width - 1 - $1) }
        try check(.flip(.vertical, probability: 1)) { (height - 1 - $0, $1) }
        try check(.flip(.both, probability: 1)) { (height - 1 - $0, width - 1 - $1) }
        try check(.rotation(180...180, fill: .value(0))) { (height - 1 - $0, width - 1 - $1) }
        guard height == width else { return }
        // Counterclockwise: the top row comes from the right column.
        try check(.rotation(90...90, fill: .value(0))) { ($1, width - 1 - $0) }
        try check(.rotation(-90...(-90), fill: .value(0))) { (height - 1 - $1, $0) }
    }

    @Test("A crop is the picture moved by whole pixels, with every kind of edge")
    func crops() throws {
        let (height, width, padding) = (4, 5, 2)
        let data = Pictures(count: 40, shape: [height, width, 1])
        let fills: [(AugmentationStep.Fill, (Int, Int) -> Int?)] = [
            (.value(-3), { i, n in (0..<n).contains(i) ? i : nil }), (.nearest, { i, n in min(max(i, 0), n - 1) }),
            (.reflect, { i, n in i < 0 ? -1 - i : i >= n ? 2 * n - 1 - i : i }), (.wrap, { i, n in (i + n) % n }),
        ]
        for (fill, source) in fills {
            let augmented = try data.augmented(by: Augmentation([.crop(padding: padding, fill: fill)]), seed: 4)
            var seen: Set<[Int]> = []
            for index in 0..<40 {
                let (plain, found) = (try data.example(index).inputs[0].values, try augmented.trained(index, epoch: 1))
                func moved(_ down: Int, _ right: Int) -> [Float] {
                    (0..<height * width).map { place in
                        guard let y = source(place / width - down, height), let x = source(place % width - right, width)
                        else { return -3 }
                        return plain[y * width + x]
                    }
                }
                let shifts = (0..<25).map { [$0 / 5 - padding, $0 % 5 - padding] }
                let shift = try #require(shifts.first { moved($0[0], $0[1]) == found }, "\(fill) of \(index)")
                seen.insert(shift)
            }
            #expect(seen.count > 12)
        }
    }

    @Test("A change is a function of seed, epoch, example and place, whatever the batch and the thread")
    func purity() throws {
        let data = Pictures(count: 23, shape: [9, 8, 3])
        let augmentation = Augmentation(AugmentationTests.everything)
        let augmented = try data.augmented(by: augmentation, seed: 8)
        func pass(_ batchSize: Int, depth: Int, from position: Int = 0) throws -> [Int: [Float]] {
            let stream = try BatchStream(
                augmented, batchSize: batchSize, order: .shuffled(seed: 8, epoch: 2), from: position, depth: depth)
            var rows: [Int: [Float]] = [:]
            while let batch = try stream.next() {
                for (row, index) in batch.indices.enumerated() { rows[index] = range(batch.inputs[0] + row * 216, 216) }
            }
            return rows
        }
        let whole = try pass(4, depth: 0)
        #expect(whole.count == 23)
        #expect(try pass(7, depth: 3) == whole)
        for (index, values) in try pass(5, depth: 2, from: 10) { #expect(whole[index] == values) }
        for index in 0..<23 {
            #expect(try augmented.trained(index, epoch: 2) == whole[index])
            #expect(try augmented.trained(index, epoch: 3) != whole[index])
            #expect(try data.augmented(by: augmentation, seed: 9).trained(index, epoch: 2) != whole[index])
        }
        // The same example of a subset is changed alike only by its own index; the order of a pass plays no part.
        #expect(whole.values.joined().allSatisfy { $0.isFinite && $0 >= 0 && $0 <= 255 })
    }

    @Test("An evaluation sees examples as they are")
    func evaluation() throws {
        let data = Pictures(count: 6, shape: [4, 4, 1])
        let augmented = try data.augmented(by: Augmentation([.flip(.both, probability: 1)]), seed: 8)
        let stream = try BatchStream(augmented, batchSize: 6, order: .sequential)
        let batch = try #require(try stream.next())
        for index in 0..<6 {
            #expect(try range(batch.inputs[0] + index * 16, 16) == data.example(index).inputs[0].values)
        }
    }

    @Test("Changes come before the first transform that changes values, and after those that only change the shape")
    func place() throws {
        let flat = Pictures(count: 4, shape: [32])
        let transformed = try TransformedDataset(
            TransformedDataset(flat, [.reshape([4, 8])]),
            [.reshape([4, 8, 1]), .rescale(scale: 0.5, offset: -1), .reshape([8, 4])])
        let augmented = try transformed.augmented(
            by: Augmentation([.erase(probability: 1, area: 1...1, aspect: 2...2, with: .value(10))]), seed: 1)
        #expect(augmented.inputShapes == [[8, 4]])
        #expect(try augmented.trained(3, epoch: 0).allSatisfy { $0 == 4 })
        #expect(try augmented.example(3).inputs[0] == transformed.example(3).inputs[0])
        let subset = try Subset(transformed, indices: [2, 1]).augmented(
            by: Augmentation([.flip(.horizontal, probability: 1)]), seed: 1)
        let whole = try transformed.augmented(by: Augmentation([.flip(.horizontal, probability: 1)]), seed: 1)
        #expect(try subset.trained(0, epoch: 0) == whole.trained(2, epoch: 0))
    }

    @Test("What does not go with the data is said in a sentence")
    func errors() {
        func said(_ data: any Dataset, _ step: AugmentationStep) -> String {
            message { try data.augmented(by: Augmentation([step]), seed: 1) }
        }
        let flip = AugmentationStep.flip(.horizontal, probability: 0.5)
        let hue = AugmentationStep.color(brightness: 0, contrast: 0, saturation: 0, hue: 0.1)
        #expect(said(Pictures(count: 2, shape: [10]), flip).contains("changes pictures of (height, width, channels)"))
        #expect(said(Pictures(count: 2, shape: [4, 4, 1]), hue).contains("the pictures are grey"))
        #expect(said(Pictures(count: 2, shape: [4, 4, 2]), hue).contains("1, 3 or 4 channels"))
        #expect(said(Pictures(count: 2, shape: [4, 4, 3], limit: 600), hue).contains("run from"))
        #expect(
            said(Pictures(count: 2, shape: [4, 4, 3], target: .values([4, 4, 1])), flip)
                .contains("the targets of shape (4, 4, 1) would stay"))
        #expect(said(Pictures(count: 2, shape: [4, 4, 3]), hue) == "")
    }
}
