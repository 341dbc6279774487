import Graph
import TestSupport
import Tensors
import Testing

@Suite struct SoftmaxGradientTests {
    private func logits(_ shape: Shape, seed: UInt64) -> DoubleArray {
        var random = TestValues(seed: seed)
        return DoubleArray(shape: shape, values: random.normal(shape.count, scale: 2))
    }

    @Test(arguments: [Shape([5]), [3, 4], [2, 3, 2]])
    func softmax(_ shape: Shape) {
        let check = GradientCheck([logits(shape, seed: 1)]) { $0.emit(.softmax, [$1[0]]) }
        #expect(check.worst < 1e-6, "\(check)")
    }

    @Test(arguments: [Float(0), 0.1, 0.6])
    func crossEntropyOfClassIndices(_ smoothing: Float) {
        let targets = DoubleArray(shape: [2, 3], values: [0, 3, 1, 2, 2, 0])
        let check = GradientCheck([logits([2, 3, 4], seed: 2), targets], fixed: [1]) {
            $0.emit(.sparseCrossEntropy(labelSmoothing: smoothing), $1)
        }
        #expect(check.worst < 1e-6, "\(check)")
    }

    /// Targets that do not sum to 1 too: the gradient counts their mass.
    @Test(arguments: [Float(0), 0.1], [1.0, 0.7])
    func crossEntropyOfDistributions(_ smoothing: Float, _ mass: Double) {
        var random = TestValues(seed: 3)
        var targets = random.uniform(20, in: 0.01...1)
        for row in 0..<5 {
            let sum = targets[row * 4..<row * 4 + 4].reduce(0, +)
            for index in row * 4..<row * 4 + 4 { targets[index] *= mass / sum }
        }
        let check = GradientCheck(
            [logits([5, 4], seed: 4), DoubleArray(shape: [5, 4], values: targets)], fixed: [1]
        ) { $0.emit(.categoricalCrossEntropy(labelSmoothing: smoothing), $1) }
        #expect(check.worst < 1e-6, "\(check)")
    }

    @Test func crossEntropyOfYesAndNo() {
        let targets = DoubleArray(shape: [3, 2], values: [0, 1, 1, 0, 0.3, 0.9])
        let check = GradientCheck([logits([3, 2], seed: 5), targets], fixed: [1]) { $0.emit(.binaryCrossEntropy, $1) }
        #expect(check.worst < 1e-6, "\(check)")
    }

    @Test func theFusedLossIsTheLogarithmOfTheSoftmax() throws {
        let g = GraphBuilder()
        let (x, targets) = (g.input("x", [2, 3]), g.input("targets", [2]))
        let outputs = g.emitAll(.sparseCrossEntropy(labelSmoothing: 0), [x, targets])
        let graph = g.build(outputs: [
            GraphOutput(.result("loss"), outputs[0]), GraphOutput(.result("probabilities"), outputs[1]),
            GraphOutput(.result("softmax"), g.emit(.softmax, [x])),
        ])
        let run = GraphInterpreter(inputs: ["x": [1, 2, 3, 1000, 0, -1000], "targets": [2, 0]]).run(graph)
        #expect(run.result("probabilities") == run.result("softmax"))
        #expect(deviation(try #require(run.result("loss")), from: [0.4076059644443804, 0]) < 1e-12)
    }
}
