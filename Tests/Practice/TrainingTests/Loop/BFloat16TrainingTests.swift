import Data
import Glibc
import JSON
import Kernels
import Layers
import Tensors
import Testing

@testable import Training

/// What PyTorch does in bfloat16 (`Fixtures/bfloat16_torch.py`), and here.
private struct Recorded: Decodable {
    /// Bits of floats, and of what bfloat16 makes of them.
    let casts: [[UInt32]]
    /// Losses of eighteen steps.
    let float32: [Double]
    let bfloat16: [Double]

    static func read() throws -> Recorded { try Fixtures.read(Recorded.self, "bfloat16-torch.json") }
}

@Suite struct BFloat16CastTests {
    @Test func castsAreThoseOfPyTorch() throws {
        let casts = try Recorded.read().casts
        #expect(casts.count == 624)
        for pair in casts {
            let value = Float(bitPattern: pair[0])
            let found = BFloat16.bits(value)
            if value.isNaN {
                #expect(BFloat16.value(found).isNaN)
            } else {
                #expect(found == UInt16(pair[1]), "\(String(pair[0], radix: 16))")
            }
        }
    }

    @Test func bfloat16IsThereWhereTheProcessorSaysSo() {
        let wide = ["avx2", "avx512f", "avx512bw", "avx512dq", "avx512vl"]
        #expect(BFloat16Support(wide, mayEmulate: false) == .absent)
        #expect(BFloat16Support(wide, mayEmulate: true) == .emulated)
        #expect(BFloat16Support(["avx2"], mayEmulate: true) == .absent)
        for feature in ["avx512_bf16", "amx_bf16"] {
            #expect(BFloat16Support(wide + [feature], mayEmulate: false) == .native)
            #expect(BFloat16Support(wide + [feature], mayEmulate: true) == .native)
        }
    }
}

@Suite(.serialized, .enabled(if: BFloat16Support.isComputable)) struct BFloat16TrainingTests {
    private static let layers: [(String, String, JSON)] = [
        ("Conv2D", "a", ["filters": 16, "kernel_size": [3, 3], "padding": "same", "activation": "relu"]),
        ("MaxPooling2D", "pool1", ["pool_size": [2, 2]]),
        ("Conv2D", "b", ["filters": 32, "kernel_size": [3, 3], "padding": "same", "activation": "relu"]),
        ("MaxPooling2D", "pool2", ["pool_size": [2, 2]]), ("Flatten", "flat", [:]),
        ("Dense", "c", ["units": 64, "activation": "relu"]), ("Dense", "d", ["units": 10, "activation": "softmax"]),
    ]

    /// The weights of the script.
    private static var weights: [ParameterPath: [Float]] {
        let tensors: [(String, Int, Double)] = [
            ("a.kernel", 144, 0.8), ("a.bias", 16, 0), ("b.kernel", 4608, 0.3), ("b.bias", 32, 0),
            ("c.kernel", 512 * 64, 0.15), ("c.bias", 64, 0), ("d.kernel", 640, 0.4), ("d.bias", 10, 0),
        ]
        var result: [ParameterPath: [Float]] = [:]
        for (place, (name, count, scale)) in tensors.enumerated() {
            result[ParameterPath(name)] = (0..<count).map { index in
                Float((Double((index * 7919 + 13 * place) % 1009) / 1009 - 0.5) * scale)
            }
        }
        return result
    }

    /// The examples of the script, where the trainer takes them in its order.
    private static func examples(_ count: Int) -> PolicyDataset {
        let order = ExampleOrder.shuffled(seed: PolicyTraining.seed, epoch: 0).applied(to: Array(0..<count))
        var rows = [[Float]](repeating: [], count: count)
        var targets = rows
        for (i, place) in order.enumerated() {
            let label = i * 7 % 10
            rows[place] = (0..<256).map { k in
                Float(Double((i * 31 + k * 17 + i * k) % 101) / 50 - 1 + (k % 10 == label ? 0.8 : 0))
            }
            targets[place] = [Float(label)]
        }
        return PolicyDataset(
            inputShape: [16, 16, 1], rows: rows, targets: targets, target: .classes((0..<10).map { "\($0)" }))
    }

    private func losses(_ precision: Precision) throws -> [Double] {
        Parallel.configure(threads: 2)
        let training = try PolicyTraining(
            Self.layers, dataset: Self.examples(18 * 64), loss: .sparseCategoricalCrossEntropy, batchSize: 64,
            weights: Self.weights)
        var optimizer = OptimizerConfiguration(.sgd)
        try optimizer.set(.learningRate, to: 0.1)
        try optimizer.set(.momentum, to: 0.9)
        var phase = PolicyTraining.phase("p", .epochs(1), optimizer)
        phase.precision = precision
        _ = try training.trainer.run([phase])
        return training.listener.losses
    }

    /// In float32 as close as roundings allow; in bfloat16 as close to PyTorch's as PyTorch's is to its float32.
    @Test func stepsFollowThoseOfPyTorch() throws {
        let recorded = try Recorded.read()
        let exact = try losses(.float32)
        for (step, (found, expected)) in zip(exact, recorded.float32).enumerated() {
            #expect(abs(found - expected) < 2e-4 * expected, "step \(step): \(found), not \(expected)")
        }
        let reduced = try losses(.bfloat16)
        #expect(reduced.count == 18 && reduced != exact)
        for (step, (found, expected)) in zip(reduced, recorded.bfloat16).enumerated() {
            let tolerance = step < 12 ? 0.002 : 0.02
            #expect(abs(found - expected) < tolerance * expected, "step \(step): \(found), not \(expected)")
        }
        #expect(try losses(.bfloat16) == reduced)
    }

    /// Large enough that its base is computed in bfloat16.
    private static let network = FeatureTraining.Network(
        "wide", [12, 12, 3],
        [
            ("Conv2D", "a", ["filters": 32, "kernel_size": [3, 3], "use_bias": false, "padding": "same"]),
            ("BatchNormalization", "norm", [:]), ("ReLU", "relu", [:]),
            ("Conv2D", "b", ["filters": 40, "kernel_size": [3, 3], "activation": "swish"]),
            ("MaxPooling2D", "pool", ["pool_size": [2, 2]]),
            ("Conv2D", "c", ["filters": 48, "kernel_size": [3, 3], "activation": "relu"]),
            ("GlobalAveragePooling2D", "mean", [:]), ("Dropout", "drop", ["rate": 0.3]),
            ("Dense", "head", ["units": 3, "activation": "softmax"]),
        ], base: ["a", "norm", "b"])

    private func phases(_ kept: Precision, last: Precision = .bfloat16) throws -> [PhaseConfiguration] {
        var phases = [
            try FeatureTraining.phase("head", epochs: 2, freezing: Self.network.base + ["c"], patience: 3),
            try FeatureTraining.phase("upper", epochs: 1, freezing: ["a", "norm"]),
            try FeatureTraining.phase("all", epochs: 1, freezing: []),
        ]
        for index in phases.indices {
            phases[index].precision = index == 2 ? last : .bfloat16
            phases[index].featurePrecision = kept
        }
        return phases
    }

    private final class Everything: StateKeeper {
        var states: [TrainingState] = []
        func consider(_ moment: TrainingMoment, state: () -> TrainingState) throws { states.append(state().copied) }
    }

    /// With and without features that are kept, from the beginning and from steps in between.
    @Test(arguments: Precision.allCases) func keepingAndGoingOnChangeNothing(_ kept: Precision) throws {
        let phases = try self.phases(kept)
        let keeper = Everything()
        let plain = try FeatureTraining(
            Self.network, features: FeatureStore(folder: nil, limit: 0), keeper: keeper)
        _ = try plain.trainer.run(phases)
        let folder = try ScratchFolder()
        func file() -> FeatureStore {
            FeatureStore(folder: FeatureFolder(path: folder.path), lastingFrom: 0)
        }
        for store in [FeatureStore(folder: nil), file(), file()] {
            let again = try FeatureTraining(Self.network, features: store, origin: "these")
            _ = try again.trainer.run(phases)
            #expect(again.bytes == plain.bytes)
        }
        for state in keeper.states where state.position.step % 5 == 2 {
            let again = try FeatureTraining(Self.network, features: file(), origin: "these")
            _ = try again.trainer.run(phases, from: state)
            let weights = plain.store.specs.count
            #expect(again.bytes.prefix(weights) == plain.bytes.prefix(weights), "from step \(state.position.step)")
        }
        // Half the room, other numbers.
        let plan = try plain.trainer.plan(phases, at: 1).features
        #expect(plan.rowBytes == plan.parts.reduce(0) { $0 + $1.count } * (kept == .float32 ? 4 : 2))
    }

    /// What features are computed in, and what is kept of them, is in the names of their files.
    @Test func filesAreForOnePrecision() throws {
        let folder = try ScratchFolder()
        func files(_ phase: PhaseConfiguration) throws -> Int {
            let before = folder.files.count
            let training = try FeatureTraining(
                Self.network, features: FeatureStore(folder: FeatureFolder(path: folder.path), lastingFrom: 0),
                origin: "these")
            _ = try training.trainer.run([phase])
            return folder.files.count - before
        }
        var phase = try phases(.float32)[0]
        #expect(try files(phase) == 2)
        #expect(try files(phase) == 0)
        phase.precision = .float32
        #expect(try files(phase) == 2)
        phase.featurePrecision = .bfloat16
        #expect(try files(phase) == 2)
        phase.precision = .bfloat16
        #expect(try files(phase) == 2)
    }

    @Test func aPhaseHasItsOwnPrecision() throws {
        func weights(_ last: Precision) throws -> [String] {
            let training = try FeatureTraining(Self.network, features: FeatureStore(folder: nil))
            _ = try training.trainer.run(try phases(.float32, last: last))
            return training.bytes
        }
        #expect(try weights(.float32) != weights(.bfloat16))
        let training = try FeatureTraining(Self.network, features: FeatureStore(folder: nil))
        let last = try phases(.float32, last: .float32)
        let plans = try last.indices.map { try training.trainer.plan(last, at: $0) }
        #expect(plans.map(\.precision) == [.bfloat16, .bfloat16, .float32])
    }

    /// A plan counts two bytes for what is bfloat16.
    @Test func activationsTakeLess() throws {
        func activations(_ precision: Precision) throws -> Int {
            let training = try FeatureTraining(Self.network, features: FeatureStore(folder: nil))
            var phase = try FeatureTraining.phase(epochs: 1, freezing: [])
            phase.precision = precision
            let plan = try training.trainer.plan([phase], at: 0)
            return plan.memory.first { $0.name == "activations" }!.bytes
        }
        let share = Double(try activations(.bfloat16)) / Double(try activations(.float32))
        #expect(share < 0.75, "\(share)")
    }

    /// A profile says what is bfloat16, and holds it against the machine's rates for that.
    @Test func aProfileNamesWhatIsBFloat16() throws {
        let training = try FeatureTraining(Self.network, features: FeatureStore(folder: nil))
        var phase = try FeatureTraining.phase(epochs: 1, freezing: [])
        phase.precision = .bfloat16
        let profile = try training.trainer.profile([phase], at: 0, steps: 2, warmUp: 1) { _ in }
        #expect(profile.precision == .bfloat16)
        let own = profile.items.filter { $0.layer == "b" && $0.operation.hasPrefix("convolution") }
        #expect(own.count >= 3)
        #expect(own.allSatisfy { $0.precision == .bfloat16 && $0.operation.hasSuffix(" (bfloat16)") })
        // The one behind it has too little to do.
        #expect(profile.items.contains { $0.layer == "c" && $0.operation == "convolution" })
        #expect(profile.items.contains { $0.precision == .float32 })
    }
}
