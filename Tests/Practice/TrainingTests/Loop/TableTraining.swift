import Data
import Graph
import JSON
import Kernels
import Layers
import Tensors

@testable import Training

/// Examples that a test writes down, and a small classifier of them: tanh, then three classes.
struct TableTraining {
    struct Rows: Dataset {
        let inputs: [Float]
        let width: Int
        let labels: [Int]
        var names = ["a", "b", "c"]
        var count: Int { labels.count }
        var inputShapes: [Shape] { [[width]] }
        var target: TargetKind { .classes(names) }

        func read(_ index: Int, inputs pointers: [UnsafeMutablePointer<Float>], target: UnsafeMutablePointer<Float>) {
            for column in 0..<width { pointers[0][column] = inputs[index * width + column] }
            target.pointee = Float(labels[index])
        }
    }

    final class Record: TrainingObserver {
        var events: [TrainingEvent] = []
        func handle(_ event: TrainingEvent) -> TrainingDirective {
            events.append(event)
            return .continue
        }

        var steps: [StepReport] { events.compactMap { if case .step(let report) = $0 { report } else { nil } } }
        var evaluations: [EvaluationReport] {
            events.compactMap { if case .evaluated(let report) = $0 { report } else { nil } }
        }
        var messages: [String] { events.compactMap { if case .message(let text) = $0 { text } else { nil } } }
    }

    let store: ParameterStore
    let trainer: Trainer
    let objective: Objective
    let record = Record()

    /// - Parameters:
    ///   - layers: between the input and the three classes.
    ///   - sampling: in the order of the rows where nothing is said.
    init(
        _ rows: Rows, batchSize: Int, weights: [String: [Float]] = [:], classWeights: [Float]? = nil,
        layers: [LayerSpecification] = [
            LayerSpecification(className: "Dense", name: "a", config: ["units": 8, "activation": "tanh"])
        ], validation: Rows? = nil, sampling: Sampling = .sequential, budget: TrainingBudget = TrainingBudget()
    ) throws {
        Parallel.configure(threads: 2)
        let model = try Model.sequential(
            name: "m", generation: .keras3, input: [rows.width], inputName: "x",
            layers: layers + [
                LayerSpecification(className: "Dense", name: "b", config: ["units": 3, "activation": "softmax"])
            ])
        let registry = try LayerRegistry(model, inputShapes: rows.inputShapes)
        store = ParameterStore(registry.parameters)
        try store.initialize(seed: 3)
        for (name, values) in weights { store.set(ParameterPath(name), to: values) }
        objective = try Objective(
            model: model, inputShapes: rows.inputShapes, target: rows.target,
            loss: Loss(.sparseCategoricalCrossEntropy, classWeights: classWeights))
        trainer = Trainer(
            objective: objective, registry: registry, store: store, metrics: OutputMetrics([]),
            training: ExampleSet(rows), validation: validation.map { ExampleSet($0) }, batchSize: batchSize, seed: 5,
            observers: TrainingObservers([record]), sampling: sampling, budget: budget)
    }

    static func phase(
        _ length: PhaseConfiguration.Length, optimizer: OptimizerAlgorithm = .sgd,
        _ options: [OptimizerOption: Double] = [.learningRate: 0.1, .momentum: 0.9], weightDecay: Double = 0,
        schedule: ScheduleConfiguration = ScheduleConfiguration(), clip: Double? = nil, accumulate: Int = 1,
        stopping: EarlyStoppingConfiguration? = nil, name: String = "p"
    ) throws -> PhaseConfiguration {
        var configuration = OptimizerConfiguration(optimizer)
        for (option, value) in options { try configuration.set(option, to: value) }
        var phase = PhaseConfiguration(
            name: name, length: length, rules: [],
            rates: PolicyRates(base: configuration.learningRate, weightDecay: weightDecay), optimizer: configuration,
            schedule: schedule, clipping: GradientClipping(limit: clip), earlyStopping: stopping)
        phase.accumulate = accumulate
        return phase
    }

    /// Rows that look random, with something to learn.
    static func rows(_ count: Int, width: Int = 5, start: Int = 0) -> Rows {
        let inputs = (0..<count * width).map { Float((($0 + start * width) * 37 + 11) % 97) / 48 - 1 }
        let labels = (0..<count).map { row in
            let values = inputs[row * width..<(row + 1) * width].map { $0 }
            return values[0] + values[1] > 0.3 ? 0 : values[2] > 0 ? 1 : 2
        }
        return Rows(inputs: inputs, width: width, labels: labels)
    }

    var weights: [ParameterPath: [Float]] {
        Dictionary(uniqueKeysWithValues: store.specs.keys.map { ($0, store.tensor($0).values) })
    }
}
