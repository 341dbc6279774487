import Graph
import Layers
import TestSupport
import Tensors
import Testing

@Suite struct LossTests {
    static let path = GoldenArrays.path("Tests/Model/KerasTests/Fixtures/losses.npz")

    static let golden: [(String, Loss)] = [
        ("mse", Loss(.meanSquaredError)), ("mae", Loss(.meanAbsoluteError)), ("huber", Loss(.huber(delta: 1))),
        ("huber_delta", Loss(.huber(delta: 0.4))), ("binary", Loss(.binaryCrossEntropy, fromLogits: false)),
        ("binary_logits", Loss(.binaryCrossEntropy, fromLogits: true)),
        ("binary_smoothing", Loss(.binaryCrossEntropy, labelSmoothing: 0.2, fromLogits: false)),
        ("binary_logits_smoothing", Loss(.binaryCrossEntropy, labelSmoothing: 0.2, fromLogits: true)),
        ("categorical", Loss(.categoricalCrossEntropy, fromLogits: false)),
        ("categorical_logits", Loss(.categoricalCrossEntropy, fromLogits: true)),
        ("categorical_soft_logits", Loss(.categoricalCrossEntropy, fromLogits: true)),
        ("categorical_smoothing", Loss(.categoricalCrossEntropy, labelSmoothing: 0.1, fromLogits: false)),
        ("categorical_logits_smoothing", Loss(.categoricalCrossEntropy, labelSmoothing: 0.1, fromLogits: true)),
        ("sparse", Loss(.sparseCategoricalCrossEntropy, fromLogits: false)),
        ("sparse_logits", Loss(.sparseCategoricalCrossEntropy, fromLogits: true)),
    ]

    @Test func everyGoldenLossIsTested() throws {
        let names = Set(
            try GoldenArrays(path: Self.path).names.compactMap { $0.split(separator: ".").first.map(String.init) })
        #expect(names == Set(Self.golden.map(\.0)))
    }

    @Test(arguments: golden) func valuesAndGradientsAreKeras(_ test: (String, Loss)) throws {
        let arrays = try GoldenArrays(path: Self.path)
        func array(_ key: String) throws -> DoubleArray { try #require(arrays["\(test.0).\(key)"]) }
        let (prediction, target) = (try array("prediction"), try array("target"))
        let g = GraphBuilder()
        let x = g.input("x", prediction.shape)
        let losses = try test.1(x, target: g.input("target", target.shape), in: g)
        #expect(g.shape(of: losses) == [prediction.shape[0]])
        let mean = g.mean(losses, axes: [0])
        let gradient = try #require(g.gradients(of: mean, withRespectTo: [x])[0])
        let run = GraphInterpreter(inputs: ["x": prediction.values, "target": target.values]).run(
            g.build(outputs: [
                GraphOutput(.result("values"), losses), GraphOutput(.result("value"), mean),
                GraphOutput(.result("grad"), gradient),
            ]))
        for key in ["values", "value", "grad"] {
            #expect(deviation(try #require(run.result(key)), from: try array(key).values) < 2e-6, "\(key)")
        }
    }

    @Test func aSoftmaxOrSigmoidIsFusedWithItsLoss() throws {
        let g = GraphBuilder()
        let x = g.input("x", [2, 3])
        let sparse = try Loss(.sparseCategoricalCrossEntropy)(
            g.emit(.softmax, [x]), target: g.input("t", [2]), in: g)
        #expect(g.node(of: sparse).inputs.first == x)
        #expect(g.node(of: sparse).op == .sparseCrossEntropy(labelSmoothing: 0))
        let binary = try Loss(.binaryCrossEntropy)(g.unary(.sigmoid, x), target: g.input("b", [2, 3]), in: g)
        let fused = g.node(of: g.node(of: binary).inputs[0])
        #expect(fused.op == .binaryCrossEntropy && fused.inputs.first == x)
    }

    @Test func anUnclearOutputIsRefused() throws {
        let g = GraphBuilder()
        let (x, t) = (g.input("x", [2, 3]), g.input("t", [2]))
        let probabilities = g.emit(.softmax, [x])
        let unclear = message { _ = try Loss(.sparseCategoricalCrossEntropy)(x, target: t, in: g) }
        #expect(unclear.contains("does not end in a softmax") && unclear.contains("\"from_logits\": true"))
        let wrong = message {
            _ = try Loss(.sparseCategoricalCrossEntropy, fromLogits: true)(probabilities, target: t, in: g)
        }
        #expect(wrong.contains("\"from_logits\" is true, but the model ends in a softmax"))
        let single = message {
            _ = try Loss(.sparseCategoricalCrossEntropy, fromLogits: true)(
                g.input("one", [2, 1]), target: t, in: g)
        }
        #expect(single.contains("at least two classes, not (1,)"))
    }

    @Test func lossesOfSeveralPositionsAreAveraged() throws {
        let g = GraphBuilder()
        let (x, t) = (g.input("x", [2, 4, 3]), g.input("t", [2, 4]))
        let loss = Loss(.sparseCategoricalCrossEntropy, fromLogits: true)
        #expect(loss.targetShape(output: [2, 4, 3]) == [2, 4])
        #expect(g.shape(of: try loss(x, target: t, in: g)) == [2])
        #expect(Loss(.meanSquaredError).targetShape(output: [2, 4, 3]) == [2, 4, 3])
    }

    /// Where a softmax underflows, the fused loss goes on counting.
    @Test func theFusedLossIsExactFarFromTheTarget() throws {
        let g = GraphBuilder()
        let x = g.input("x", [1, 2])
        let losses = try Loss(.sparseCategoricalCrossEntropy)(
            g.emit(.softmax, [x]), target: g.input("t", [1]), in: g)
        let run = GraphInterpreter(inputs: ["x": [2000, 0], "t": [1]]).run(
            g.build(outputs: [GraphOutput(.result("loss"), losses)]))
        #expect(run.result("loss") == [2000])
    }
}
