import Graph
import TestSupport
import Tensors
import Testing

@Suite struct ConvolutionGradientTests {
    @Test(arguments: 0..<36)
    func randomConvolutions(_ seed: Int) {
        var random = TestValues(seed: UInt64(seed))
        let geometry = ConvolutionGeometry.random(rank: seed % 3 + 1, &random)
        let hasBias = random.chance(0.5)
        let check = GradientCheck(arguments(geometry, input: geometry.inputShape, hasBias: hasBias, &random)) {
            $0.emit(.convolution(geometry, hasBias: hasBias, activation: nil), $1)
        }
        #expect(check.worst < 1e-6, "\(geometry): \(check)")
    }

    @Test(arguments: 0..<12)
    func randomTransposedConvolutions(_ seed: Int) {
        var random = TestValues(seed: UInt64(100 + seed))
        let geometry = ConvolutionGeometry.random(rank: seed % 3 + 1, &random)
        let check = GradientCheck(arguments(geometry, input: geometry.outputShape, hasBias: false, &random)) {
            $0.emit(.convolutionInputGradient(geometry), $1)
        }
        #expect(check.worst < 1e-6, "\(geometry): \(check)")
    }

    @Test func aBiasAloneNeedsNoKernelGradient() {
        var random = TestValues(seed: 7)
        let geometry = ConvolutionGeometry.random(rank: 2, &random)
        let arguments = arguments(geometry, input: geometry.inputShape, hasBias: true, &random)
        let check = GradientCheck(arguments, fixed: [0, 1]) {
            $0.emit(.convolution(geometry, hasBias: true, activation: nil), $1)
        }
        #expect(check.worst < 1e-6, "\(check)")
    }

    private func arguments(
        _ geometry: ConvolutionGeometry, input: Shape, hasBias: Bool, _ random: inout TestValues
    ) -> [DoubleArray] {
        ([input, geometry.kernelShape] + (hasBias ? [[geometry.outputChannels]] : [])).map {
            DoubleArray(shape: $0, values: random.normal($0.count))
        }
    }

    @Test func theInterpreterConvolvesAsByHand() {
        let geometry = ConvolutionGeometry(
            batch: 1, input: [4], inputChannels: 1, output: [4], outputChannels: 1, kernel: [3], strides: [1],
            dilations: [1], paddingBefore: [1], paddingAfter: [1], groups: 1)
        let g = GraphBuilder()
        let y = g.emit(
            .convolution(geometry, hasBias: false, activation: nil),
            [g.input("x", [1, 4, 1]), g.input("k", [3, 1, 1])])
        let run = GraphInterpreter(inputs: ["x": [1, 2, 3, 4], "k": [1, 10, 100]]).run(
            g.build(outputs: [GraphOutput(.result("y"), y)]))
        // A correlation: y[i] = x[i − 1] + 10 x[i] + 100 x[i + 1].
        #expect(run.result("y") == [210, 321, 432, 43])
    }

    @Test(arguments: [PoolingMode.maximum, .average], 0..<12)
    func randomPoolings(_ mode: PoolingMode, _ seed: Int) {
        var random = TestValues(seed: UInt64(200 + seed))
        let geometry = PoolingGeometry.random(rank: seed % 3 + 1, &random)
        let x = DoubleArray(shape: geometry.inputShape, values: random.distinct(geometry.inputShape.count))
        let check = GradientCheck([x]) { $0.emit(.pooling(mode, geometry, keepsIndices: mode == .maximum), $1) }
        #expect(check.worst < 1e-6, "\(mode) \(geometry): \(check)")
    }

    @Test func paddingDoesNotCountInAMean() {
        let geometry = PoolingGeometry(
            batch: 1, input: [3], output: [2], channels: 1, window: [2], strides: [2], paddingBefore: [0],
            paddingAfter: [1])
        let g = GraphBuilder()
        let y = g.emit(.pooling(.average, geometry, keepsIndices: false), [g.input("x", [1, 3, 1])])
        let run = GraphInterpreter(inputs: ["x": [1, 3, 8]]).run(g.build(outputs: [GraphOutput(.result("y"), y)]))
        #expect(run.result("y") == [2, 8])
    }
}
