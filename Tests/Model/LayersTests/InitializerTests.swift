import JSON
import Layers
import Tensors
import Testing

@Suite struct InitializerTests {
    private func values(_ initializer: Initializer, _ shape: Shape, path: ParameterPath = "w", seed: UInt64 = 1)
        -> [Double]
    {
        var values = [Float](repeating: .nan, count: shape.count)
        values.withUnsafeMutableBufferPointer {
            initializer.fill($0.baseAddress!, shape: shape, path: path, seed: seed)
        }
        return values.map(Double.init)
    }

    private func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }

    private func deviation(_ values: [Double]) -> Double {
        let mean = mean(values)
        return (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)).squareRoot()
    }

    /// Deviation and largest magnitude by Keras' formulas, for a kernel of 3 × 3 × 40 × 60: fan in 360, fan out 540.
    static let scaled: [(JSON, deviation: Double, limit: Double)] = [
        ("glorot_uniform", (2.0 / 900).squareRoot(), (6.0 / 900).squareRoot()),
        ("glorot_normal", (2.0 / 900).squareRoot(), 2 * (2.0 / 900).squareRoot() / 0.8796256610342398),
        ("he_uniform", (2.0 / 360).squareRoot(), (6.0 / 360).squareRoot()),
        ("he_normal", (2.0 / 360).squareRoot(), 2 * (2.0 / 360).squareRoot() / 0.8796256610342398),
        ("lecun_uniform", (1.0 / 360).squareRoot(), (3.0 / 360).squareRoot()),
        ("LecunNormal", (1.0 / 360).squareRoot(), 2 * (1.0 / 360).squareRoot() / 0.8796256610342398),
        (
            [
                "class_name": "VarianceScaling",
                "config": ["scale": 3.0, "mode": "fan_out", "distribution": "untruncated_normal"],
            ], (3.0 / 540).squareRoot(), 6 * (3.0 / 540).squareRoot()
        ),
        (
            ["class_name": "VarianceScaling", "config": ["mode": "fan_avg", "distribution": "normal"]],
            (1.0 / 450).squareRoot(), 2 * (1.0 / 450).squareRoot() / 0.8796256610342398
        ),
        ("random_uniform", 0.1 / 12.0.squareRoot(), 0.05), ("RandomNormal", 0.05, 0.3),
        ("TruncatedNormal", 0.05 * 0.8796256610342398, 0.1),
    ]

    @Test(arguments: scaled) func momentsFollowKerasFormulas(_ test: (JSON, deviation: Double, limit: Double)) throws {
        let values = values(try Initializer(config: test.0), [3, 3, 40, 60])
        #expect(abs(mean(values)) < 0.02 * test.deviation)
        #expect(abs(deviation(values) / test.deviation - 1) < 0.015)
        let largest = try #require(values.map(abs).max())
        #expect(largest <= test.limit * (1 + 1e-6) && largest > 0.6 * test.limit)
    }

    @Test func fansOfFlatAndSmallShapes() throws {
        let glorot = Initializer.glorotUniform
        for (shape, fans): (Shape, Double) in [([600], 1200), ([20, 30], 50), ([5, 4, 10], 70)] {
            let limit = (6 / fans).squareRoot()
            let largest = try #require(values(glorot, shape).map(abs).max())
            #expect(largest <= limit && largest > 0.9 * limit, "\(shape)")
        }
        #expect(values(glorot, []).count == 1)
    }

    @Test func fixedValues() throws {
        #expect(values(.zeros, [3]) == [0, 0, 0])
        #expect(values(.ones, [2]) == [1, 1])
        let constant = try Initializer(config: ["class_name": "Constant", "config": ["value": 0.5]])
        #expect(values(constant, [2]) == [0.5, 0.5])
        #expect(values(.identity(gain: 2), [2, 3]) == [2, 0, 0, 0, 2, 0])
    }

    @Test(arguments: [Shape([4, 7]), [7, 4], [3, 2, 5], [6, 6]]) func orthogonalRowsOrColumns(_ shape: Shape) {
        let columns = shape[-1]
        let rows = shape.count / columns
        let w = values(.orthogonal(gain: 3), shape)
        func dot(_ i: Int, _ j: Int) -> Double {
            rows <= columns
                ? (0..<columns).reduce(0) { $0 + w[i * columns + $1] * w[j * columns + $1] }
                : (0..<rows).reduce(0) { $0 + w[$1 * columns + i] * w[$1 * columns + j] }
        }
        for i in 0..<min(rows, columns) {
            for j in 0..<min(rows, columns) { #expect(abs(dot(i, j) - (i == j ? 9 : 0)) < 1e-5) }
        }
    }

    @Test func valuesDependOnSeedAndPathAlone() {
        let first = values(.glorotUniform, [4, 5])
        #expect(values(.glorotUniform, [4, 5]) == first)
        #expect(values(.glorotUniform, [4, 5], path: "v") != first)
        #expect(values(.glorotUniform, [4, 5], seed: 2) != first)
    }

    @Test func bothSpellingsAreRead() throws {
        for name in ["GlorotUniform", "glorot_uniform", "GlorotUniformV2"] {
            #expect(try Initializer(config: .string(name)) == .glorotUniform)
            #expect(try Initializer(config: ["class_name": .string(name), "config": ["seed": nil]]) == .glorotUniform)
        }
        #expect(message { _ = try Initializer(config: "chaos") } == "the initializer \"chaos\" is not known yet")
        let mode: JSON = ["class_name": "VarianceScaling", "config": ["mode": "fan_up"]]
        #expect(message { _ = try Initializer(config: mode) }.contains("\"fan_up\""))
    }

    @Test func regularizersAreRead() throws {
        func spec(_ config: JSON) throws -> Regularizer? {
            try LayerCheck("Dense", ["units": 1, "kernel_regularizer": config], inputs: [[1, 2]]).specs[0].regularizer
        }
        #expect(try spec(["class_name": "L2", "config": ["l2": 0.5]]) == Regularizer(l1: 0, l2: 0.5))
        #expect(try spec(["class_name": "L1", "config": ["l1": 0.25]]) == Regularizer(l1: 0.25, l2: 0))
        #expect(try spec(["class_name": "L1L2", "config": ["l1": 0.5, "l2": 2]]) == Regularizer(l1: 0.5, l2: 2))
        #expect(try spec("l2") == Regularizer(l1: 0, l2: 0.01))
        #expect(try spec("l1_l2") == Regularizer(l1: 0.01, l2: 0.01))
        #expect(try spec(["name": "WeightRegularizer", "l1": 0.5, "l2": 0]) == Regularizer(l1: 0.5, l2: 0))
        let orthogonal: JSON = ["class_name": "OrthogonalRegularizer", "config": ["factor": 0.5, "mode": "columns"]]
        #expect(try spec(orthogonal)?.orthogonal == Regularizer.Orthogonal(factor: 0.5, ofRows: false))
        #expect(try spec("l7") == nil)
        #expect(try spec(nil) == nil)
    }
}
