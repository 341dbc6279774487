import Graph
import Kernels
import Tensors
import TestSupport
import Testing

/// Equal bits are promised for equal thread counts only: average pooling is oneDNN's.
struct PoolingTests {
    private func geometry(_ random: inout TestValues, rank: Int) -> PoolingGeometry {
        let window = random.integers(rank, in: 1...3)
        let strides = random.integers(rank, in: 1...3)
        let before = window.map { random.integer(in: 0...$0 - 1) }
        let after = window.map { random.integer(in: 0...$0 - 1) }
        let input = window.indices.map { axis in
            max(1, window[axis] - before[axis] - after[axis]) + random.integer(in: 0...5)
        }
        let output = (0..<rank).map { axis in
            let room: Int = input[axis] + before[axis] + after[axis] - window[axis]
            return room / strides[axis] + 1
        }
        return PoolingGeometry(
            batch: random.integer(in: 1...3), input: input, output: output, channels: random.integer(in: 1...35),
            window: window, strides: strides, paddingBefore: before, paddingAfter: after)
    }

    private func check(_ mode: PoolingMode, _ g: PoolingGeometry, seed: UInt64) throws {
        var random = TestValues(seed: seed)
        let x = DoubleArray(shape: g.inputShape, values: random.distinct(g.inputShape.count))
        let dy = DoubleArray(shape: g.outputShape, values: random.normal(g.outputShape.count))
        let keeps = mode == .maximum
        let counts = [g.outputShape.count, g.outputShape.count, g.inputShape.count]
        let found = try compute([x.values, dy.values], outputs: counts) { threads, inputs, outputs in
            let pooling = try Pooling(mode, g, threads: threads)
            let scratch = Slab(count: pooling.scratchBytes / 4 + 16)
            let winners = Slab(count: g.outputShape.count + 16)
            let memory = UnsafeMutableRawPointer(scratch.pointer)
            let places = keeps ? UnsafeMutableRawPointer(winners.pointer) : nil
            pooling.forward(inputs[0], into: outputs[0], places: nil, scratch: memory)
            pooling.forward(inputs[0], into: outputs[1], places: places, scratch: memory)
            pooling.backward(
                inputs[1], places: places.map { UnsafeRawPointer($0) }, into: outputs[2], scratch: memory)
        }
        let expected = expectedOutputs(of: .pooling(mode, g, keepsIndices: keeps), [x])
        #expect(deviation(found[0], from: expected[0]) < 2e-6, "\(g)")
        #expect(found[1] == found[0])
        let gradient = expectedGradient(mode, g, x.values, dy.values)
        #expect(deviation(found[2], from: gradient) < 2e-6, "\(g)")
    }

    /// The winners' places have a type of their own, so the gradient needs the forward pass in its graph.
    private func expectedGradient(
        _ mode: PoolingMode, _ g: PoolingGeometry, _ x: [Double], _ dy: [Double]
    ) -> [Double] {
        let builder = GraphBuilder()
        let forward = builder.emitAll(
            .pooling(mode, g, keepsIndices: mode == .maximum), [builder.input("x", g.inputShape)])
        let inputs = [builder.input("dy", g.outputShape)] + forward.dropFirst()
        let dx = builder.emit(.poolingGradient(mode, g), inputs)
        return GraphInterpreter(inputs: ["x": x, "dy": dy]).run(builder.build(outputs: []))[dx]
    }

    @Test(arguments: [PoolingMode.maximum, .average], [1, 2, 3]) func anyPoolingAgrees(
        _ mode: PoolingMode, rank: Int
    ) throws {
        var random = TestValues(seed: UInt64(rank))
        for round in 0..<40 { try check(mode, geometry(&random, rank: rank), seed: UInt64(round)) }
    }

    /// Windows of 254, 255 and more places: the winners' type changes.
    @Test(arguments: [PoolingMode.maximum, .average], [[2, 127], [15, 17], [16, 16], [20, 20]])
    func wideWindowsAgree(_ mode: PoolingMode, window: [Int]) throws {
        let g = PoolingGeometry(
            batch: 2, input: window.map { $0 + 1 }, output: [2, 2], channels: 5, window: window, strides: [1, 1],
            paddingBefore: [0, 0], paddingAfter: [0, 0])
        try check(mode, g, seed: 1)
    }

    /// Of equal maxima the first wins, and many windows may have the same winner.
    @Test(arguments: [3, 16, 35]) func theFirstOfEqualsWins(_ channels: Int) throws {
        let g = PoolingGeometry(
            batch: 1, input: [4], output: [3], channels: channels, window: [2], strides: [1], paddingBefore: [0],
            paddingAfter: [0])
        let x = [1, 2, 2, 0].flatMap { [Double](repeating: $0, count: channels) }
        let dy = [1, 10, 100].flatMap { [Double](repeating: $0, count: channels) }
        let found = try compute([x, dy], outputs: [3 * channels, 4 * channels]) { threads, inputs, outputs in
            let pooling = try Pooling(.maximum, g, threads: threads)
            withScratch(3 * channels) { places in
                withScratch(pooling.scratchBytes) {
                    pooling.forward(inputs[0], into: outputs[0], places: places, scratch: $0)
                    pooling.backward(inputs[1], places: places, into: outputs[1], scratch: $0)
                }
            }
        }
        #expect(found[1] == [0, 11, 100, 0].flatMap { [Double](repeating: $0, count: channels) })
    }

    @Test func nothingHidesWhatIsNotFinite() throws {
        let g = PoolingGeometry(
            batch: 2, input: [4, 3], output: [2, 2], channels: 3, window: [2, 2], strides: [2, 1],
            paddingBefore: [0, 0], paddingAfter: [0, 0])
        for place in 0..<g.inputShape.count {
            var x = [Double](repeating: -.infinity, count: g.inputShape.count)
            x[place] = .nan
            let y = try compute([x], outputs: [g.outputShape.count]) { threads, inputs, outputs in
                let kernel = try Pooling(.maximum, g, threads: threads)
                withScratch(kernel.scratchBytes) {
                    kernel.forward(inputs[0], into: outputs[0], places: nil, scratch: $0)
                }
            }
            // The middle column is in two windows.
            #expect(y[0].filter { $0.isNaN }.count == (place / 3 % 3 == 1 ? 2 : 1))
            #expect(y[0].allSatisfy { $0.isNaN || $0 == -.infinity })
        }
    }
}
