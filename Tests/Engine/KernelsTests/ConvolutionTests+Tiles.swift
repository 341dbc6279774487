import Graph
import Kernels
import Tensors
import TestSupport
import Testing

/// Windows of 3×3, of which some processors compute transformed tiles.
extension ConvolutionTests {
    /// Which processors with wide registers compute by transformed tiles: odd sizes, all paddings, panels of both widths, more
    /// tiles than a block has.
    @Test(arguments: [(16, 32, 7, 9), (32, 64, 1, 2), (64, 96, 13, 8), (48, 128, 3, 4), (32, 32, 20, 21)], [0, 1, 2])
    func windowsOfThreeByThreeAgree(
        _ shape: (inputChannels: Int, outputChannels: Int, height: Int, width: Int), _ padding: Int
    ) throws {
        let g = threeByThree(shape.inputChannels, shape.outputChannels, [shape.height, shape.width], padding, batch: 3)
        guard g.output.allSatisfy({ $0 > 0 }) else { return }
        try checkForward(g, hasBias: true, activation: .relu, seed: 1)
        try checkForward(g, hasBias: false, activation: nil, seed: 2)
        try checkGradients(g, hasBias: false, seed: 3)
    }

    /// Kernels' gradients by transformed tiles: in several parts or one, groups of fewer channels than others, and panels of both
    /// widths.
    @Test(arguments: [
        (32, 32, [33, 20], 0), (64, 96, [31, 33], 1), (48, 128, [23, 24], 2), (160, 192, [19, 15], 1),
    ])
    func kernelGradientsOfThreeByThreeAgree(
        _ shape: (inputChannels: Int, outputChannels: Int, input: [Int], padding: Int)
    ) throws {
        let g = threeByThree(shape.inputChannels, shape.outputChannels, shape.input, shape.padding, batch: 4)
        try checkGradients(g, hasBias: shape.padding == 1, seed: 4)
    }

    /// The gradient of the input is one of a convolution that leaves out the result's edge, where padding is wide.
    @Test(arguments: [([0, 1], [1, 0]), ([2, 0], [1, 4]), ([3, 4], [0, 3])])
    func unevenlyPaddedWindowsOfThreeByThreeAgree(_ before: [Int], _ after: [Int]) throws {
        var g = threeByThree(32, 64, [19, 17], 0, batch: 4)
        (g.paddingBefore, g.paddingAfter) = (before, after)
        g.output = g.output.indices.map { g.output[$0] + before[$0] + after[$0] }
        try checkForward(g, hasBias: true, activation: nil, seed: 5)
        try checkGradients(g, hasBias: true, seed: 6)
    }

    /// In several parts, and in groups of unequal width.
    @Test(.enabled(if: CPUFeatures().names.contains("avx512f"), "oneDNN's gradients depend on the threads"))
    func kernelGradientsOfThreeByThreeAreTheSameOnAnyNumberOfThreads() throws {
        let g = threeByThree(80, 64, [33, 30], 1, batch: 2)
        var random = TestValues(seed: 7)
        let x = random.normal(g.inputShape.count).map(Float.init)
        let dy = random.normal(g.outputShape.count).map(Float.init)
        let gradients = try [1, 2, 3, 7].map { threads in
            var dKernel = [Float](repeating: 0, count: g.kernelShape.count)
            let gradient = try ConvolutionBackwardKernel(g, hasBias: false, threads: threads)
            withScratch(gradient.scratchBytes) { gradient.run(x, dy, into: &dKernel, bias: nil, scratch: $0) }
            return dKernel
        }
        #expect(gradients.dropFirst().allSatisfy { $0 == gradients[0] })
    }

    private func threeByThree(
        _ inputChannels: Int, _ outputChannels: Int, _ input: [Int], _ padding: Int, batch: Int
    ) -> ConvolutionGeometry {
        ConvolutionGeometry(
            batch: batch, input: input, inputChannels: inputChannels, output: input.map { $0 + 2 * padding - 2 },
            outputChannels: outputChannels, kernel: [3, 3], strides: [1, 1], dilations: [1, 1],
            paddingBefore: [padding, padding], paddingAfter: [padding, padding], groups: 1)
    }

    /// Features that are kept are computed in other batches than those that train.
    @Test func whatAnExampleGivesIsTheSameInEveryBatch() throws {
        func values(_ batch: Int, from first: Int, threads: Int) throws -> [Float] {
            let g = threeByThree(32, 64, [11, 6], 1, batch: batch)
            var random = TestValues(seed: 3)
            let kernel = random.normal(g.kernelShape.count).map(Float.init)
            let x = random.normal(7 * 11 * 6 * 32).map(Float.init)[(first * 11 * 6 * 32)...]
            var y = [Float](repeating: 0, count: g.outputShape.count)
            let convolution = try ConvolutionForward(g, hasBias: false, activation: nil, threads: threads)
            withScratch(convolution.scratchBytes) { scratch in
                x.withUnsafeBufferPointer { x in
                    convolution.run(x.baseAddress!, kernel: kernel, bias: nil, into: &y, scratch: scratch)
                }
            }
            return y
        }
        let all = try values(7, from: 0, threads: 2)
        let some = try values(2, from: 3, threads: 1)
        #expect(some == Array(all[(3 * 11 * 6 * 64)..<(5 * 11 * 6 * 64)]))
    }

    @Test func whatIsNotFiniteReachesEveryPlaceThatReadsIt() throws {
        let g = threeByThree(16, 32, [6, 6], 1, batch: 1)
        var x = [Double](repeating: 1, count: g.inputShape.count)
        x[(2 * 6 + 3) * 16 + 5] = .infinity
        let kernel = [Double](repeating: 0.5, count: g.kernelShape.count)
        let y = try compute([x, kernel], outputs: [g.outputShape.count]) { threads, inputs, outputs in
            let kernel = try ConvolutionForward(g, hasBias: false, activation: .relu, threads: threads)
            withScratch(kernel.scratchBytes) {
                kernel.run(inputs[0], kernel: inputs[1], bias: nil, into: outputs[0], scratch: $0)
            }
        }
        for row in 1...3 {
            for column in 2...4 {
                #expect(y[0][((row * 6 + column) * 32)..<((row * 6 + column + 1) * 32)].allSatisfy { !$0.isFinite })
            }
        }
        #expect(y[0][(5 * 6 * 32)...].allSatisfy { $0.isFinite })
    }
}
