import Graph
import Kernels
import Tensors
import TestSupport
import Testing

/// oneDNN may cut sums by threads: equal bits are promised for equal thread counts only.
struct ConvolutionTests {
    private let tolerance = 5e-6

    /// A convolution of random shape; `rank` spatial dimensions.
    private func geometry(_ random: inout TestValues, rank: Int) -> ConvolutionGeometry {
        let groups = random.choice([1, 1, 1, 2, 3])
        let depthwise = random.chance(0.25)
        let channels = depthwise ? random.integer(in: 1...17) : groups * random.integer(in: 1...9)
        let outputChannels =
            depthwise ? channels * random.integer(in: 1...2) : groups * random.integer(in: 1...9)
        let kernel = random.integers(rank, in: 1...3)
        let strides = random.integers(rank, in: 1...3)
        let dilations = random.integers(rank, in: 1...2)
        let (before, after) = (random.integers(rank, in: 0...3), random.integers(rank, in: 0...3))
        let spans = zip(kernel, dilations).map { ($0 - 1) * $1 + 1 }
        // Deep in a network an image is smaller than the kernel.
        let input = spans.indices.map { axis in
            max(1, spans[axis] - before[axis] - after[axis]) + random.integer(in: 0...(rank == 3 ? 3 : 6))
        }
        let output = (0..<rank).map { axis in
            let room: Int = input[axis] + before[axis] + after[axis] - spans[axis]
            return room / strides[axis] + 1
        }
        return ConvolutionGeometry(
            batch: random.integer(in: 1...3), input: input, inputChannels: channels, output: output,
            outputChannels: outputChannels, kernel: kernel, strides: strides, dilations: dilations,
            paddingBefore: before, paddingAfter: after, groups: depthwise ? channels : groups)
    }

    func checkForward(
        _ g: ConvolutionGeometry, hasBias: Bool, activation: UnaryFunction?, seed: UInt64
    ) throws {
        var random = TestValues(seed: seed)
        let arrays = [g.inputShape, g.kernelShape, [g.outputChannels]].map {
            DoubleArray(shape: $0, values: random.normal($0.count))
        }
        let sizes = [g.outputShape.count, g.outputShape.count]
        let y = try compute(arrays.map(\.values), outputs: sizes) { threads, x, y in
            let kernel = try ConvolutionForward(g, hasBias: hasBias, activation: activation, threads: threads)
            let bias = hasBias ? x[2] : nil
            withScratch(kernel.scratchBytes) {
                kernel.run(x[0], kernel: x[1], bias: bias, into: y[0], scratch: $0)
            }
            withScratch(kernel.packedBytes + kernel.scratchBytes) { memory in
                let scratch = memory + (kernel.packedBytes + 63) / 64 * 64
                kernel.pack(kernel: x[1], into: memory, scratch: scratch)
                kernel.run(x[0], packed: memory, bias: bias, into: y[1], scratch: scratch)
            }
        }
        let expected = expectedOutputs(
            of: .convolution(g, hasBias: hasBias, activation: activation), hasBias ? arrays : Array(arrays[..<2]))[0]
        #expect(deviation(y[0], from: expected) < tolerance, "\(g)")
        #expect(y[1] == y[0], "packed: \(g)")
    }

    func checkGradients(_ g: ConvolutionGeometry, hasBias: Bool, seed: UInt64) throws {
        var random = TestValues(seed: seed)
        let x = DoubleArray(shape: g.inputShape, values: random.normal(g.inputShape.count))
        let kernel = DoubleArray(shape: g.kernelShape, values: random.normal(g.kernelShape.count))
        let dy = DoubleArray(shape: g.outputShape, values: random.normal(g.outputShape.count))
        let dx = try compute([dy.values, kernel.values], outputs: [x.values.count]) { threads, inputs, outputs in
            let kernel = try ConvolutionBackwardData(g, threads: threads)
            withScratch(kernel.scratchBytes) {
                kernel.run(inputs[0], kernel: inputs[1], into: outputs[0], scratch: $0)
            }
        }
        let expected = expectedOutputs(of: .convolutionInputGradient(g), [dy, kernel])[0]
        #expect(deviation(dx[0], from: expected) < tolerance, "\(g)")
        let counts = [kernel.values.count, hasBias ? g.outputChannels : 0]
        let weights = try compute([x.values, dy.values], outputs: counts) { threads, inputs, outputs in
            let kernel = try ConvolutionBackwardKernel(g, hasBias: hasBias, threads: threads)
            withScratch(kernel.scratchBytes) {
                kernel.run(
                    inputs[0], inputs[1], into: outputs[0], bias: hasBias ? outputs[1] : nil, scratch: $0)
            }
        }
        let gradients = expectedOutputs(of: .convolutionKernelGradient(g, hasBias: hasBias), [x, dy])
        for (found, expected) in zip(weights, gradients) {
            #expect(deviation(found, from: expected) < tolerance, "\(g)")
        }
    }

    @Test(arguments: [1, 2, 3]) func anyConvolutionAgrees(rank: Int) throws {
        var random = TestValues(seed: UInt64(rank))
        let activations: [UnaryFunction?] = [nil, .relu, .relu(maximum: 6)]
        for round in 0..<40 {
            let g = geometry(&random, rank: rank)
            let hasBias = random.chance(0.5)
            try checkForward(g, hasBias: hasBias, activation: random.choice(activations), seed: UInt64(round))
            try checkGradients(g, hasBias: hasBias, seed: UInt64(round))
        }
    }

    /// A transposed convolution that gives more than the strides reach, and one whose strides leave gaps in the kernel's
    /// reach: the rest is 0.
    @Test(arguments: [(3, 2, 1, 9, 1), (2, 3, 1, 12, 4), (2, 2, 3, 14, 1), (1, 4, 1, 13, 4)], [1, 2, 3])
    func transposedConvolutionsAgree(
        _ shape: (kernel: Int, stride: Int, dilation: Int, extent: Int, groups: Int), rank: Int
    ) throws {
        func all(_ value: Int) -> [Int] { Array(repeating: value, count: rank) }
        let span = (shape.kernel - 1) * shape.dilation + 1
        let g = ConvolutionGeometry(
            batch: 2, input: all(shape.extent), inputChannels: 8, output: all((shape.extent - span) / shape.stride + 1),
            outputChannels: 4, kernel: all(shape.kernel), strides: all(shape.stride), dilations: all(shape.dilation),
            paddingBefore: all(0), paddingAfter: all(0), groups: shape.groups)
        try checkGradients(g, hasBias: false, seed: 3)
    }

    /// The shapes of well-known networks, in small batches: other implementations than small ones get.
    @Test(arguments: [
        (1, 32, 28, 3, 1, 1), (32, 32, 12, 3, 1, 1), (3, 8, 33, 3, 2, 1), (32, 32, 15, 3, 2, 32),
        (64, 128, 7, 1, 1, 1), (64, 128, 14, 1, 1, 1), (6, 16, 14, 5, 1, 1),
    ])
    func familiarConvolutionsAgree(
        _ shape: (inputChannels: Int, outputChannels: Int, side: Int, kernel: Int, stride: Int, groups: Int)
    ) throws {
        let side = (shape.side - shape.kernel) / shape.stride + 1
        let g = ConvolutionGeometry(
            batch: 4, input: [shape.side, shape.side], inputChannels: shape.inputChannels, output: [side, side],
            outputChannels: shape.outputChannels, kernel: [shape.kernel, shape.kernel],
            strides: [shape.stride, shape.stride], dilations: [1, 1], paddingBefore: [0, 0], paddingAfter: [0, 0],
            groups: shape.groups)
        try checkForward(g, hasBias: true, activation: .relu, seed: 1)
        try checkGradients(g, hasBias: true, seed: 2)
    }

    /// Whose kernel's gradient is a product of what the windows see: few places, or strides; padded, dilated, of one tap.
    @Test(arguments: [
        (24, 64, 7, 3, 1, 1, 1), (32, 64, 7, 3, 1, 2, 2), (24, 48, 15, 3, 2, 1, 1), (64, 128, 16, 1, 2, 1, 0),
        (17, 65, 14, 4, 3, 1, 2),
    ])
    func productsOfWhatWindowsSeeAgree(
        _ shape: (
            inputChannels: Int, outputChannels: Int, side: Int, kernel: Int, stride: Int, dilation: Int, padding: Int
        )
    ) throws {
        let reach = (shape.kernel - 1) * shape.dilation
        let side = (shape.side + 2 * shape.padding - reach - 1) / shape.stride + 1
        func both(_ value: Int) -> [Int] { [value, value] }
        let g = ConvolutionGeometry(
            batch: 6, input: both(shape.side), inputChannels: shape.inputChannels, output: both(side),
            outputChannels: shape.outputChannels, kernel: both(shape.kernel), strides: both(shape.stride),
            dilations: both(shape.dilation), paddingBefore: both(shape.padding), paddingAfter: both(shape.padding),
            groups: 1)
        for hasBias in [true, false] { try checkGradients(g, hasBias: hasBias, seed: 4) }
    }

    /// Over one channel or a few taps, padded or not, with filters that are a multiple of the registers' width.
    @Test(arguments: [(1, 3, 16, 1), (1, 3, 48, 2), (4, 1, 32, 1), (2, 2, 16, 3), (9, 1, 32, 2)], [0, 1, 2])
    func smallKernelsAgree(_ shape: (channels: Int, kernel: Int, filters: Int, stride: Int), _ padding: Int) throws {
        for (dilation, side) in [(1, 9), (2, 9), (1, 2)] {
            let reach = (shape.kernel - 1) * dilation
            guard side + 2 * padding > reach else { continue }
            let out = (side + 2 * padding - 1 - reach) / shape.stride + 1
            let g = ConvolutionGeometry(
                batch: 3, input: [side, side], inputChannels: shape.channels, output: [out, out],
                outputChannels: shape.filters, kernel: [shape.kernel, shape.kernel],
                strides: [shape.stride, shape.stride], dilations: [dilation, dilation],
                paddingBefore: [padding, padding], paddingAfter: [padding, padding], groups: 1)
            try checkGradients(g, hasBias: true, seed: 8)
            try checkGradients(g, hasBias: false, seed: 9)
        }
    }

    /// Padded so that the result is as large as the input: the input's gradient is computed as a convolution. By a packed
    /// kernel as well.
    @Test(arguments: [1, 2, 3], [1, 2, 3]) func convolutionsOfTheSameSizeAgree(_ rank: Int, _ kernel: Int) throws {
        for dilation in 1...2 {
            func all(_ value: Int) -> [Int] { Array(repeating: value, count: rank) }
            let reach = (kernel - 1) * dilation
            let g = ConvolutionGeometry(
                batch: 2, input: all(5), inputChannels: 6, output: all(5), outputChannels: 9, kernel: all(kernel),
                strides: all(1), dilations: all(dilation), paddingBefore: all(reach / 2),
                paddingAfter: all(reach - reach / 2), groups: 1)
            try checkGradients(g, hasBias: true, seed: 4)
            var random = TestValues(seed: 6)
            let (dy, weights) = (random.normal(g.outputShape.count), random.normal(g.kernelShape.count))
            let sizes = [g.inputShape.count, g.inputShape.count]
            let dx = try compute([dy, weights], outputs: sizes) { threads, inputs, outputs in
                let kernel = try ConvolutionBackwardData(g, threads: threads)
                withScratch(kernel.packedBytes + kernel.scratchBytes) { memory in
                    let scratch = memory + kernel.packedBytes
                    kernel.run(inputs[0], kernel: inputs[1], into: outputs[0], scratch: scratch)
                    kernel.pack(kernel: inputs[1], into: memory, scratch: scratch)
                    kernel.run(inputs[0], packed: memory, into: outputs[1], scratch: scratch)
                }
            }
            #expect(dx[0] == dx[1])
        }
    }

    @Test(arguments: [UnaryFunction?.none, .relu, .relu(maximum: 6)]) func nothingHidesWhatIsNotFinite(
        _ activation: UnaryFunction?
    ) throws {
        let g = ConvolutionGeometry(
            batch: 1, input: [4], inputChannels: 3, output: [3], outputChannels: 5, kernel: [2], strides: [1],
            dilations: [1], paddingBefore: [0], paddingAfter: [0], groups: 1)
        let x = [.nan] + [Double](repeating: 1, count: 11)
        let y = try compute([x, [Double](repeating: 1, count: 30)], outputs: [15]) { threads, inputs, outputs in
            let kernel = try ConvolutionForward(g, hasBias: false, activation: activation, threads: threads)
            withScratch(kernel.scratchBytes) {
                kernel.run(inputs[0], kernel: inputs[1], bias: nil, into: outputs[0], scratch: $0)
            }
        }
        #expect(y[0][..<5].allSatisfy { $0.isNaN })
        #expect(y[0][5...].allSatisfy { $0 == 6 })
    }

    /// A primitive runs on as many threads as it was made for, wherever it is called and whatever was configured since.
    @Test func theCallingThreadDoesNotMatter() async throws {
        let g = ConvolutionGeometry(
            batch: 8, input: [12, 12], inputChannels: 16, output: [10, 10], outputChannels: 16, kernel: [3, 3],
            strides: [1, 1], dilations: [1, 1], paddingBefore: [0, 0], paddingAfter: [0, 0], groups: 1)
        @Sendable func kernelGradient() throws -> [[Double]] {
            var random = TestValues(seed: 5)
            let (x, dy) = (random.normal(g.inputShape.count), random.normal(g.outputShape.count))
            return try compute([x, dy], outputs: [g.kernelShape.count, 16]) { threads, inputs, outputs in
                let kernel = try ConvolutionBackwardKernel(g, hasBias: true, threads: threads)
                withScratch(kernel.scratchBytes) {
                    kernel.run(inputs[0], inputs[1], into: outputs[0], bias: outputs[1], scratch: $0)
                }
            }
        }
        let here = try kernelGradient()
        for _ in 0..<4 {
            let there = try await Task.detached { try kernelGradient() }.value
            #expect(there == here)
        }
    }
}
