import Data
import Glibc
import Graph
import JSON
import Kernels
import Layers
import Tensors
import Testing

@testable import Training

/// A network whose first part can be frozen, and examples that it can learn something from.
struct FeatureTraining {
    /// A base of layers under a head, and what it takes.
    struct Network: Sendable, CustomTestStringConvertible {
        let name: String
        let input: Shape
        let layers: [LayerSpecification]
        /// Patterns of the base, from the input on.
        let base: [String]
        var testDescription: String { name }

        init(_ name: String, _ input: Shape, _ layers: [(String, String, JSON)], base: [String]) {
            self.name = name
            self.input = input
            self.base = base
            self.layers = layers.map { LayerSpecification(className: $0.0, name: $0.1, config: $0.2) }
        }
    }

    static let dense = Network(
        "dense", [37],
        [
            ("Dense", "a", ["units": 33, "activation": "gelu"]), ("Dense", "b", ["units": 21, "activation": "tanh"]),
            ("Dropout", "drop", ["rate": 0.4]), ("Dense", "head", ["units": 3, "activation": "softmax"]),
        ], base: ["a", "b"])

    static let networks = [
        dense,
        Network(
            "convolution", [9, 9, 2],
            [
                ("Conv2D", "a", ["filters": 8, "kernel_size": [3, 3], "use_bias": false]),
                ("BatchNormalization", "norm", [:]), ("ReLU", "relu", [:]),
                ("DepthwiseConv2D", "b", ["kernel_size": [3, 3], "activation": "relu"]),
                ("Conv2D", "c", ["filters": 7, "kernel_size": [1, 1], "activation": "sigmoid"]),
                ("MaxPooling2D", "pool", ["pool_size": [2, 2]]), ("Flatten", "flat", [:]),
                ("Dropout", "drop", ["rate": 0.3]), ("Dense", "hidden", ["units": 11, "activation": "relu"]),
                ("BatchNormalization", "late", [:]), ("Dense", "head", ["units": 3, "activation": "softmax"]),
            ], base: ["a", "norm", "b", "c"]),
        Network(
            "sequence", [7, 5],
            [
                ("LSTM", "a", ["units": 9, "return_sequences": true]),
                ("LayerNormalization", "norm", [:]), ("GRU", "b", ["units": 6]),
                ("Dense", "head", ["units": 3, "activation": "softmax"]),
            ], base: ["a", "norm", "b"]),
        Network(
            "average", [8, 8, 3],
            [
                ("Conv2D", "a", ["filters": 12, "kernel_size": [3, 3], "padding": "same", "activation": "elu"]),
                ("GlobalAveragePooling2D", "mean", [:]), ("Dense", "b", ["units": 17, "activation": "softplus"]),
                ("Dense", "head", ["units": 3, "activation": "softmax"]),
            ], base: ["a", "b"]),
    ]

    /// So large that its base goes through a batch in blocks.
    static let pictures = Network(
        "pictures", [64, 64, 3],
        [
            ("Conv2D", "a", ["filters": 32, "kernel_size": [3, 3], "padding": "same", "activation": "relu"]),
            ("Conv2D", "b", ["filters": 32, "kernel_size": [3, 3], "strides": [2, 2]]),
            ("BatchNormalization", "norm", [:]), ("GlobalAveragePooling2D", "mean", [:]),
            ("Dense", "head", ["units": 3, "activation": "softmax"]),
        ], base: ["a", "b", "norm"])

    /// Numbers that follow from the index, and a class that follows from them.
    struct Examples: Dataset {
        let count: Int
        let inputShapes: [Shape]
        var start = 0
        let target = TargetKind.classes(["x", "y", "z"])
        /// How often an example was read.
        var reads = Counter()

        func read(_ index: Int, inputs: [UnsafeMutablePointer<Float>], target: UnsafeMutablePointer<Float>) {
            reads.add()
            var sum: Float = 0
            for i in 0..<inputShapes[0].count {
                inputs[0][i] = Float(((start + index) * 31 + i * 17 + (start + index) * i) % 101) / 50 - 1
                sum += inputs[0][i] * Float(i % 3)
            }
            target[0] = sum < -2 ? 0 : sum < 2 ? 1 : 2
        }

        func readTarget(_ index: Int, _ target: UnsafeMutablePointer<Float>) {
            let inputs = UnsafeMutablePointer<Float>.allocate(capacity: inputShapes[0].count)
            defer { inputs.deallocate() }
            read(index, inputs: [inputs], target: target)
            reads.remove()
        }
    }

    final class Counter: @unchecked Sendable {
        private(set) var count = 0
        private let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
        init() { pthread_mutex_init(lock, nil) }
        deinit { lock.deallocate() }
        func add() { change(1) }
        func remove() { change(-1) }
        private func change(_ by: Int) {
            pthread_mutex_lock(lock)
            count += by
            pthread_mutex_unlock(lock)
        }
    }

    let store: ParameterStore
    let trainer: Trainer
    let record = SmallTraining.Record()
    let reads = Counter()

    /// - Parameters:
    ///   - origin: of the examples, where it is known.
    ///   - change: of the base's first weight before training.
    init(
        _ network: Network, features: FeatureStore, origin: String? = nil, keeper: (any StateKeeper)? = nil,
        batchSize: Int = 13, examples: Int = 70, share: Bool = false, seed: UInt64 = 5, change: Float = 0
    ) throws {
        Parallel.configure(threads: 2)
        let model = try Model.sequential(
            name: "m", generation: .keras3, input: network.input.dimensions, inputName: "x", layers: network.layers)
        let registry = try LayerRegistry(model, inputShapes: [network.input])
        store = ParameterStore(registry.parameters)
        try store.initialize(seed: 3)
        if change != 0, let path = store.specs.keys.first { store[path][0] += change }
        let objective = try Objective(
            model: model, inputShapes: [network.input], target: .classes(["x", "y", "z"]),
            loss: Loss(.sparseCategoricalCrossEntropy))
        let training = Examples(count: examples + (share ? 22 : 0), inputShapes: [network.input], reads: reads)
        func text(_ suffix: String = "") -> (@Sendable () throws -> String)? {
            guard let origin else { return nil }
            return { origin + suffix }
        }
        let validation =
            share
            ? ExampleSet(training, indices: Array(examples..<examples + 22), origin: text())
            : ExampleSet(
                Examples(count: 22, inputShapes: [network.input], start: 500, reads: reads),
                origin: text(" held out"))
        trainer = Trainer(
            objective: objective, registry: registry, store: store,
            metrics: OutputMetrics([MetricConfiguration(.accuracy)]),
            training: ExampleSet(training, indices: share ? Array(0..<examples) : nil, origin: text()),
            validation: validation, batchSize: batchSize, seed: seed, observers: TrainingObservers([record]),
            pretrained: Set(registry.parameters.keys), features: features, keeper: keeper)
    }

    static func phase(
        _ name: String = "p", epochs: Int = 4, freezing: [String], patience: Int? = nil, continues: Bool = false
    ) throws -> PhaseConfiguration {
        try SmallTraining.phase(
            name, .epochs(epochs), freezing: freezing, continues: continues,
            schedule: ScheduleConfiguration(.cosine(), warmup: .steps(4)),
            stopping: patience.map { try EarlyStoppingConfiguration(patience: $0) })
    }

    /// Weights, and every number that was told, as bits.
    var bytes: [String] {
        store.specs.keys.sorted().map { "\($0) \(store.tensor($0).values.map(\.bitPattern))" }
            + record.events.compactMap { event in
                switch event {
                case .step(let step): "\(step)"
                case .evaluated(let report):
                    "\(report.step) \(report.trainLoss) \(report.validationLoss ?? -1) \(report.metrics) \(report.improved)"
                case .phaseEnded(let end): "\(end)"
                default: nil
                }
            }
    }

    var remarks: [String] {
        record.events.compactMap { if case .remark(let text) = $0 { text } else { nil } }
    }
}

/// A folder of its own that goes with the last use.
final class ScratchFolder {
    let path: String

    init() throws {
        var template = Array("/tmp/finetune-features-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw SystemError(operation: "make", path: "/tmp") }
        path = String(decoding: template.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    var files: [String] {
        guard let folder = opendir(path) else { return [] }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if !name.hasPrefix(".") { names.append(path + "/" + name) }
        }
        return names.sorted()
    }

    deinit {
        for file in files { unlink(file) }
        rmdir(path)
    }
}
