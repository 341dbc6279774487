import Graph
import TestSupport
import Tensors
import Testing

/// Which of gamma and beta a normalisation has, which of its operands train, and whether by the batch's statistics.
struct NormalizationCase: Sendable, CustomStringConvertible {
    let hasScale: Bool
    let hasOffset: Bool
    let isTraining: Bool
    let fixed: Set<Int>
    var description: String {
        "scale \(hasScale), offset \(hasOffset), training \(isTraining), fixed \(fixed.sorted())"
    }

    static let all: [NormalizationCase] = [false, true].flatMap { isTraining in
        [(true, true), (true, false), (false, true), (false, false)].flatMap { hasScale, hasOffset in
            let count = 1 + (hasScale ? 1 : 0) + (hasOffset ? 1 : 0)
            return (0..<(1 << count) - 1).map { mask in
                NormalizationCase(
                    hasScale: hasScale, hasOffset: hasOffset, isTraining: isTraining,
                    fixed: Set((0..<count).filter { mask >> $0 & 1 == 1 }))
            }
        }
    }
}

@Suite struct NormalizationGradientTests {
    @Test(arguments: NormalizationCase.all, [Shape([6, 3]), [2, 2, 3, 2]])
    func everySubsetOfWhatTrains(_ test: NormalizationCase, _ shape: Shape) {
        var random = TestValues(seed: 1)
        let attributes = BatchNormAttributes(epsilon: 1e-3, hasScale: test.hasScale, hasOffset: test.hasOffset)
        let channels = shape[-1]
        var arguments = [DoubleArray(shape: shape, values: random.normal(shape.count, scale: 2))]
        for _ in 0..<attributes.affineCount {
            arguments.append(DoubleArray(shape: [channels], values: random.normal(channels)))
        }
        var fixed = test.fixed
        if !test.isTraining {
            fixed.formUnion([arguments.count, arguments.count + 1])
            arguments.append(DoubleArray(shape: [channels], values: random.normal(channels)))
            arguments.append(DoubleArray(shape: [channels], values: random.uniform(channels, in: 0.3...2)))
        }
        let check = GradientCheck(arguments, fixed: fixed) {
            $0.emit(
                test.isTraining
                    ? .batchNormTraining(attributes) : .batchNormInference(attributes, activation: nil), $1)
        }
        #expect(check.worst < 1e-6, "\(test): \(check)")
    }

    @Test func theStatisticsOfABatchAreItsMeanAndBiasedVariance() {
        let g = GraphBuilder()
        let attributes = BatchNormAttributes(epsilon: 0, hasScale: false, hasOffset: false)
        let outputs = g.emitAll(.batchNormTraining(attributes), [g.input("x", [4, 1])])
        let names = ["y", "mean", "variance"]
        let graph = g.build(outputs: zip(names, outputs).map { GraphOutput(.result($0), $1) })
        var interpreter = GraphInterpreter(inputs: ["x": [1, 3, 5, 1000]])
        interpreter.validRows = 2
        let run = interpreter.run(graph)
        #expect(run.result("mean") == [2])
        #expect(run.result("variance") == [1])
        #expect(run.result("y") == [-1, 1, 3, 998])
    }

    @Test func nothingReachesThePaddingOfABatch() throws {
        let g = GraphBuilder()
        let attributes = BatchNormAttributes(epsilon: 1e-3, hasScale: true, hasOffset: true)
        let (x, weights) = (g.input("x", [4, 2]), g.input("weights", [4, 1]))
        let y = g.emitAll(.batchNormTraining(attributes), [x, g.constant(2, [2]), g.constant(1, [2])])[0]
        let loss = g.sumAll(g.multiply(g.unary(.square, y), weights))
        let gradient = try #require(g.gradients(of: loss, withRespectTo: [x])[0])
        var interpreter = GraphInterpreter(inputs: [
            "x": [1, 2, 3, 5, 8, 13, 21, 34], "weights": [1, 1, 1, 0],
        ])
        interpreter.validRows = 3
        let run = interpreter.run(g.build(outputs: [GraphOutput(.result("dx"), gradient)]))
        let dx = try #require(run.result("dx"))
        #expect(dx.suffix(2) == [0, 0])
        #expect(dx.prefix(6).allSatisfy { $0 != 0 })
    }
}
