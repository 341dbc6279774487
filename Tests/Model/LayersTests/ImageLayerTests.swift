import Graph
import JSON
import Layers
import TestSupport
import Tensors
import Testing

/// Image layers while training.
@Suite struct ImageLayerTests {
    /// What a layer makes of `x`, (batch, height, width, channels), in one training step, by the interpreter.
    private func train(
        _ className: String, _ config: JSON, on x: DoubleArray, step: UInt64 = 0, seed: UInt64 = 5,
        generation: KerasGeneration = .keras3
    ) throws -> DoubleArray {
        let specification = LayerSpecification(className: className, name: "layer", config: config)
        let layer = try LayerCatalog.make(specification, generation: generation)
        let builder = GraphBuilder()
        let scope = LayerScope(builder: builder, options: TraceOptions(isTraining: true) { _ in .train })
        let input = builder.input("x", x.shape)
        let y = try scope.within("layer", className: className) { try layer([input], in: $0) }[0]
        var interpreter = GraphInterpreter(inputs: ["x": x.values])
        (interpreter.seed, interpreter.step) = (seed, step)
        let run = interpreter.run(builder.build(outputs: [GraphOutput(.result("y"), y)]))
        return DoubleArray(shape: builder.shape(of: y), values: try #require(run.result("y")))
    }

    /// Every pixel another number from 0 to 255.
    private func images(_ shape: Shape) -> DoubleArray {
        DoubleArray(shape: shape, values: (0..<shape.count).map { Double($0) * 255 / Double(shape.count) })
    }

    private func examples(_ x: DoubleArray) -> [[Double]] {
        let size = x.shape.droppingFirst.count
        return (0..<x.shape[0]).map { Array(x.values[$0 * size..<($0 + 1) * size]) }
    }

    private static let draws: [(String, JSON)] = [
        ("RandomFlip", [:]), ("RandomRotation", ["factor": 0.1]), ("RandomZoom", ["height_factor": [-0.3, 0.2]]),
        ("RandomZoom", ["height_factor": 0.2, "width_factor": 0.3, "fill_mode": "wrap"]),
        ("RandomTranslation", ["height_factor": 0.3, "width_factor": 0.2, "fill_mode": "constant"]),
        ("RandomContrast", ["factor": 0.3, "value_range": [-100, 300]]), ("RandomBrightness", ["factor": 0.1]),
        ("RandomBrightness", ["factor": [-0.1, 0.2], "value_range": [-100, 300]]), ("RandomGrayscale", [:]),
        ("RandomCrop", ["height": 2, "width": 2]),
        ("RandomFlip", ["data_format": "channels_first", "mode": "vertical"]),
    ]

    @Test(arguments: draws, [KerasGeneration.keras2, .keras3]) func gradientsAndPlansAgree(
        _ layer: (String, JSON), _ generation: KerasGeneration
    ) throws {
        let check = try LayerCheck(layer.0, layer.1, inputs: [[3, 4, 5, 3]], mode: .train, generation: generation)
        #expect(check.gradients.worst < 1e-5, "\(check.gradients)")
        #expect(check.mismatches.isEmpty)
    }

    @Test(arguments: draws) func drawsComeFromSeedAndStep(_ layer: (String, JSON)) throws {
        let x = images([8, 4, 5, 3])
        let first = try train(layer.0, layer.1, on: x).values
        #expect(try train(layer.0, layer.1, on: x).values == first)
        #expect(try (1..<8).contains { try train(layer.0, layer.1, on: x, step: $0).values != first })
        #expect(try (6..<14).contains { try train(layer.0, layer.1, on: x, seed: $0).values != first })
    }

    @Test(arguments: [KerasGeneration.keras2, .keras3], ["horizontal", "vertical", "horizontal_and_vertical"])
    func flipsMirrorHalfOfTheImages(_ generation: KerasGeneration, _ mode: String) throws {
        let x = images([400, 2, 3, 1])
        let y = try train("RandomFlip", ["mode": .string(mode)], on: x, generation: generation)
        var counts = [0, 0, 0, 0]
        for (before, after) in zip(examples(x), examples(y)) {
            let across = [2, 1, 0, 5, 4, 3].map { before[$0] }
            let upside = [3, 4, 5, 0, 1, 2].map { before[$0] }
            let kinds = [before, across, upside, Array(before.reversed())]
            counts[try #require(kinds.firstIndex(of: after))] += 1
        }
        let possible: [Int] =
            switch (mode, generation) {
            case ("horizontal", _): [0, 1]
            case ("vertical", _): [0, 2]
            case (_, .keras3): [0, 3]
            default: [0, 1, 2, 3]
            }
        for kind in 0..<4 {
            let expected = possible.contains(kind) ? 1 / Double(possible.count) : 0
            #expect(abs(Double(counts[kind]) / 400 - expected) < 0.09, "\(counts)")
        }
    }

    @Test func brightnessStaysInItsRange() throws {
        let x = DoubleArray(shape: [300, 1, 1, 1], values: Array(repeating: 100, count: 300))
        let shifts = try train("RandomBrightness", ["factor": [-0.1, 0.2]], on: x).values.map { ($0 - 100) / 255 }
        #expect(shifts.allSatisfy { $0 >= -0.1001 && $0 <= 0.2001 })
        #expect(shifts.contains { $0 < -0.08 } && shifts.contains { $0 > 0.18 })
        let clipped = try train("RandomBrightness", ["factor": 1, "value_range": [0, 110]], on: x).values
        #expect(clipped.allSatisfy { $0 >= 0 && $0 <= 110 } && clipped.contains(0) && clipped.contains(110))
    }

    private func contrasts(_ factor: JSON, _ generation: KerasGeneration, step: UInt64 = 0) throws -> [Double] {
        let x = DoubleArray(shape: [300, 1, 2, 1], values: (0..<600).map { $0 % 2 == 0 ? 100 : 120 })
        let y = try train("RandomContrast", ["factor": factor], on: x, step: step, generation: generation)
        return examples(y).map { ($0[1] - $0[0]) / 20 }
    }

    /// Keras 3 sorts two factors, and takes one as that above 1.
    @Test func contrastIsDrawnForEachImage() throws {
        let two = try contrasts([0.5, 0.2], .keras3)
        #expect(two.allSatisfy { $0 > 0.799 && $0 < 1.501 })
        #expect(two.contains { $0 < 0.85 } && two.contains { $0 > 1.4 })
        let one = try contrasts(0.5, .keras3)
        #expect(one.allSatisfy { $0 > 0.999 && $0 < 1.501 } && one.contains { $0 > 1.4 })
    }

    /// Keras 2 does not sort, and draws once for the batch.
    @Test func contrastIsDrawnForTheBatch() throws {
        var drawn: [Double] = []
        for step in UInt64(0)..<60 {
            let batch = try contrasts([0.5, 0.2], .keras2, step: step)
            #expect(batch.allSatisfy { abs($0 - batch[0]) < 1e-9 })
            drawn.append(batch[0])
        }
        #expect(drawn.allSatisfy { $0 > 0.499 && $0 < 1.201 })
        #expect(drawn.contains { $0 < 0.6 } && drawn.contains { $0 > 1.1 })
    }

    @Test func translationsMoveDownAndToTheRight() throws {
        let x = images([1, 4, 4, 1])
        let settings: JSON = [
            "height_factor": [0.25, 0.25], "width_factor": [-0.5, -0.5], "fill_mode": "constant", "fill_value": -1,
            "interpolation": "nearest",
        ]
        let y = try train("RandomTranslation", settings, on: x).values
        for row in 0..<4 {
            for column in 0..<4 {
                let expected = row >= 1 && column < 2 ? x.values[(row - 1) * 4 + column + 2] : -1
                #expect(y[row * 4 + column] == expected)
            }
        }
    }

    /// Each image is moved by a draw of its own, within the bounds.
    @Test func translationsStayInTheirRange() throws {
        let line = (0..<100).map(Double.init)
        let x = DoubleArray(shape: [50, 1, 100, 1], values: (0..<50).flatMap { _ in line })
        let settings: JSON = ["height_factor": 0, "width_factor": [-0.1, 0.3], "fill_mode": "nearest"]
        let shifts = examples(try train("RandomTranslation", settings, on: x)).map { (50 - $0[50]) / 100 }
        #expect(shifts.allSatisfy { $0 > -0.101 && $0 < 0.301 })
        #expect(shifts.contains { $0 < -0.05 } && shifts.contains { $0 > 0.25 })
        #expect(Set(shifts).count > 40)
    }

    @Test func aQuarterOfATurnTurnsThePixels() throws {
        let x = images([2, 3, 3, 2])
        let y = try train("RandomRotation", ["factor": [0.25, 0.25], "interpolation": "nearest"], on: x)
        for (before, after) in zip(examples(x), examples(y)) {
            for place in 0..<9 {
                // Against the clock: the last column becomes the first row.
                let (row, column) = (place / 3, place % 3)
                let from = column * 3 + 2 - row
                #expect(Array(after[2 * place..<2 * place + 2]) == Array(before[2 * from..<2 * from + 2]))
            }
        }
    }

    @Test(arguments: [KerasGeneration.keras2, .keras3]) func everyPlaceOfACropIsDrawn(
        _ generation: KerasGeneration
    ) throws {
        let x = images([2, 4, 5, 1])
        var found: [Int: Int] = [:]
        for step in UInt64(0)..<300 {
            let y = try train("RandomCrop", ["height": 3, "width": 3], on: x, step: step, generation: generation)
            let first = try #require(x.values.firstIndex(of: y.values[0]))
            let box = (0..<9).map { first + $0 / 3 * 5 + $0 % 3 }
            #expect(examples(y)[0] == box.map { x.values[$0] })
            #expect(examples(y)[1] == box.map { x.values[20 + $0] })
            found[first, default: 0] += 1
        }
        #expect(Set(found.keys) == [0, 1, 2, 5, 6, 7])
        #expect(found.values.allSatisfy { $0 > 25 })
    }

    @Test func greyHasThreeEqualChannels() throws {
        let x = images([100, 1, 1, 3])
        let gray = zip(examples(x), examples(try train("RandomGrayscale", ["factor": 0.3], on: x)))
            .filter { $0 != $1 }.map(\.1)
        #expect((15...45).contains(gray.count))
        #expect(gray.allSatisfy { $0[0] == $0[1] && $0[1] == $0[2] })
    }

    @Test(arguments: ["RandomHeight", "RandomWidth", "RandomHue"]) func whatTrainingCannotDoIsRefused(
        _ className: String
    ) throws {
        let error = #expect(throws: LayerError.self) {
            try train(className, ["factor": 0.2], on: images([1, 2, 2, 3]), generation: .keras2)
        }
        #expect("\(try #require(error))".contains("take it out"))
    }

    /// Area's gradient is unknown to TensorFlow: values of `tf.image.resize`, not a golden file.
    @Test func areasCoverWhatTheyShow() throws {
        let x = DoubleArray(shape: [1, 1, 5, 1], values: [1, 2, 4, 8, 16])
        let y = try train("Resizing", ["height": 1, "width": 2, "interpolation": "area"], on: x)
        #expect(deviation(y.values, from: [2, 10.4]) < 1e-6)
        let wide = try train("Resizing", ["height": 1, "width": 7, "interpolation": "area"], on: x)
        #expect(deviation(wide.values, from: [1, 1.6, 2.4, 4, 7.2, 11.2, 16]) < 1e-6)
    }

    private static let misfits: [(String, JSON)] = [
        ("Resizing", ["height": 2]), ("Resizing", ["height": 2, "width": 0]),
        ("Resizing", ["height": 2, "width": 2, "interpolation": "cubic"]),
        ("Resizing", ["height": 2, "width": 2, "fill_mode": "reflect"]),
        ("Resizing", ["height": 2, "width": 2, "crop_to_aspect_ratio": true, "pad_to_aspect_ratio": true]),
        ("Resizing", ["height": 2_147_483_648, "width": 2_147_483_648]),
        ("Resizing", ["height": 2_147_483_648, "width": 2]),
        ("Resizing", ["height": 2_147_483_648, "width": 1, "pad_to_aspect_ratio": true]),
        ("UpSampling2D", ["size": 2_147_483_648]), ("UpSampling2D", ["size": [2, 2, 2]]),
        ("UpSampling2D", ["size": 2_000_000_000, "interpolation": "bilinear"]),
        ("CenterCrop", ["height": 2_147_483_648, "width": 1]), ("RandomFlip", ["mode": "diagonal"]),
        ("RandomRotation", [:]), ("RandomRotation", ["factor": [0.1]]), ("RandomRotation", ["factor": "much"]),
        ("RandomZoom", ["height_factor": 2]), ("RandomTranslation", ["height_factor": 0.1]),
        ("RandomTranslation", ["height_factor": 0.1, "width_factor": 0.1, "fill_mode": "mirror"]),
        ("RandomContrast", ["factor": -1]), ("RandomContrast", ["factor": [0.1, 0.2, 0.3]]),
        ("RandomBrightness", ["factor": 3]), ("RandomBrightness", ["factor": 0.1, "value_range": [1]]),
        ("RandomGrayscale", ["factor": 2]), ("RandomCrop", ["height": 3]),
    ]

    @Test(arguments: misfits) func whatCannotBeIsRefused(_ layer: (String, JSON)) {
        #expect(refusal(layer.0, layer.1) != nil)
    }
}
