import Tensors
import Testing

@testable import Training

/// Ten steps of a framework's optimizer on two tensors, as `Fixtures/optimizers_*.py` wrote them.
struct TrajectoryFile: Decodable {
    let framework: String
    let weights: [String: [Float]]
    let gradients: [[String: [Float]]]
    let cases: [Case]

    struct Case: Decodable, CustomTestStringConvertible {
        let name: String
        let algorithm: String
        let options: [String: Double]
        let rates: [Float]
        let decay: Float
        let clip: Double?
        let after: [[String: [Float]]]

        var testDescription: String { name }
    }
}

/// A gap before and between the tensors shows an update that strays.
let trajectoryLayout = [
    TensorSlot(path: "dense.bias", offset: 16, count: 4), TensorSlot(path: "dense.kernel", offset: 32, count: 12),
]

@Suite struct OptimizerTrajectoryTests {
    static let torch = try! Fixtures.read(TrajectoryFile.self, "optimizers-torch.json")
    static let keras = try! Fixtures.read(TrajectoryFile.self, "optimizers-keras.json")

    @Test(arguments: torch.cases) func tenStepsEqualPyTorch(_ recorded: TrajectoryFile.Case) throws {
        try follow(recorded, in: Self.torch)
    }

    @Test(arguments: keras.cases) func tenStepsEqualKeras(_ recorded: TrajectoryFile.Case) throws {
        try follow(recorded, in: Self.keras)
    }

    private func follow(_ recorded: TrajectoryFile.Case, in file: TrajectoryFile) throws {
        let optimizer = Optimizer(try configuration(of: recorded), layout: trajectoryLayout)
        let weights = Slab(count: 44)
        let gradients = Slab(count: 44)
        fill(weights, file.weights)
        for step in 0..<10 {
            fill(gradients, file.gradients[step])
            optimizer.step(
                weights: weights.pointer, gradients: gradients.pointer,
                rates: [recorded.rates[step], recorded.rates[step]], decays: [0, recorded.decay],
                gradientScale: scale(gradients, limit: recorded.clip))
            for tensor in trajectoryLayout {
                let expected = try #require(recorded.after[step][tensor.path.description])
                for (i, value) in expected.enumerated() {
                    let found = weights.pointer[tensor.offset + i]
                    #expect(
                        abs(found - value) <= 1e-5 * max(abs(value), 1e-2),
                        "step \(step) \(tensor.path)[\(i)]: \(found), \(file.framework) has \(value)")
                }
            }
        }
        #expect((0..<16).allSatisfy { weights.pointer[$0] == 0 } && (20..<32).allSatisfy { weights.pointer[$0] == 0 })
    }

    private func configuration(of recorded: TrajectoryFile.Case) throws -> OptimizerConfiguration {
        var configuration = OptimizerConfiguration(try #require(OptimizerAlgorithm(rawValue: recorded.algorithm)))
        for (name, value) in recorded.options {
            try configuration.set(try #require(OptimizerOption(name: name)), to: value)
        }
        try configuration.validate()
        return configuration
    }

    private func fill(_ slab: borrowing Slab, _ values: [String: [Float]]) {
        for tensor in trajectoryLayout {
            for (i, value) in values[tensor.path.description]!.enumerated() { slab.pointer[tensor.offset + i] = value }
        }
    }

    private func scale(_ gradients: borrowing Slab, limit: Double?) -> Float {
        guard let limit else { return 1 }
        var squares = 0.0
        for i in 0..<gradients.count { squares += Double(gradients.pointer[i]) * Double(gradients.pointer[i]) }
        return GradientClipping(limit: limit).scale(norm: squares.squareRoot())
    }
}
