import Graph
import TestSupport
import Tensors
import Testing

@Suite struct SamplingGradientTests {
    static let fills: [AffineSampling.Fill] = [.constant(0), .constant(-2), .nearest, .reflect, .wrap]

    /// A turn, a shift and a slight perspective.
    static let transforms = [
        0.8, -0.55, 0.73, 0.52, 0.83, -1.37, 0.013, -0.021, -1.1, 0.3, 2.61, 0.21, 1.7, -3.83, 0, 0,
    ]

    @Test(arguments: [AffineSampling.Interpolation.nearest, .bilinear], fills)
    func samplesSendTheGradientWhereTheyCameFrom(
        _ interpolation: AffineSampling.Interpolation, _ fill: AffineSampling.Fill
    ) {
        var random = TestValues(seed: 1)
        let x = DoubleArray(shape: [2, 4, 5, 2], values: random.normal(80))
        let transforms = DoubleArray(shape: [2, 8], values: Self.transforms)
        let sampling = AffineSampling(height: 3, width: 6, interpolation: interpolation, fill: fill)
        let check = GradientCheck([x, transforms], fixed: [1]) { g, a in
            g.emit(.affineSample(sampling), [g.unary(.square, a[0]), a[1]])
        }
        #expect(check.worst < 1e-6, "\(check)")
    }

    private func line(_ fill: AffineSampling.Fill, shift: Double) throws -> [Double] {
        let g = GraphBuilder()
        let sampling = AffineSampling(height: 1, width: 4, interpolation: .nearest, fill: fill)
        let y = g.emit(.affineSample(sampling), [g.input("x", [1, 1, 4, 1]), g.input("t", [1, 8])])
        let interpreter = GraphInterpreter(inputs: ["x": [1, 2, 3, 4], "t": [1, 0, shift, 0, 1, 0, 0, 0]])
        return try #require(interpreter.run(g.build(outputs: [GraphOutput(.result("y"), y)])).result("y"))
    }

    @Test func theInterpreterFillsAsByHand() throws {
        #expect(try line(.constant(9), shift: 2) == [3, 4, 9, 9])
        #expect(try line(.nearest, shift: -2) == [1, 1, 1, 2])
        #expect(try line(.reflect, shift: -2) == [2, 1, 1, 2])
        #expect(try line(.reflect, shift: 2) == [3, 4, 4, 3])
        #expect(try line(.reflect, shift: -7) == [2, 3, 4, 4])
        #expect(try line(.wrap, shift: -2) == [3, 4, 1, 2])
        #expect(try line(.wrap, shift: 2) == [3, 4, 1, 2])
    }
}
