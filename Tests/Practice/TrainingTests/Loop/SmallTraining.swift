import Data
import Graph
import JSON
import Kernels
import Layers
import Tensors

@testable import Training

/// A network of two layers with dropout between them, 70 examples that it can learn something from, in batches of 8:
/// nine steps a pass, the last of six examples.
struct SmallTraining {
    static let examples = 70
    let store: ParameterStore
    let trainer: Trainer
    let record = Record()

    /// What was told.
    final class Record: TrainingObserver {
        var events: [TrainingEvent] = []
        /// After how many steps of the run to ask for an end.
        var stop = Int.max

        func handle(_ event: TrainingEvent) -> TrainingDirective {
            events.append(event)
            if case .step(let report) = event, report.step >= stop { return .stop }
            return .continue
        }

        var evaluations: [EvaluationReport] {
            events.compactMap { if case .evaluated(let report) = $0 { report } else { nil } }
        }

        var steps: [StepReport] { events.compactMap { if case .step(let report) = $0 { report } else { nil } } }
    }

    /// Numbers in a small range that repeat, and a target that follows from them.
    struct Rows: Dataset {
        let start: Int
        let count: Int
        let inputShapes: [Shape] = [[4]]
        let target = TargetKind.values([1])

        func read(_ index: Int, inputs: [UnsafeMutablePointer<Float>], target: UnsafeMutablePointer<Float>) {
            let row = inputs[0]
            for column in 0..<4 { row[column] = Float(((start + index) * 7 + column * 5) % 23) / 11 - 1 }
            target[0] = row[0] * row[1] + row[2] - row[3] / 2
        }
    }

    /// - Parameter isPlain: only the two dense layers, all examples in a batch.
    init(validation: Bool = true, dropout: Double = 0.25, isPlain: Bool = false, keeper: (any StateKeeper)? = nil)
        throws
    {
        Parallel.configure(threads: 2)
        var layers = [
            LayerSpecification(className: "Dense", name: "base", config: ["units": 8, "activation": "tanh"]),
            LayerSpecification(className: "BatchNormalization", name: "norm", config: [:]),
            LayerSpecification(className: "Dropout", name: "drop", config: ["rate": .number(dropout)]),
            LayerSpecification(className: "Dense", name: "head", config: ["units": 1]),
        ]
        if isPlain { layers.removeSubrange(1...2) }
        let model = try Model.sequential(
            name: "m", generation: .keras3, input: [4], inputName: "x", layers: layers)
        let registry = try LayerRegistry(model, inputShapes: [[4]])
        store = ParameterStore(registry.parameters)
        try store.initialize(seed: 3)
        let objective = try Objective(
            model: model, inputShapes: [[4]], target: .values([1]), loss: Loss(.meanSquaredError))
        trainer = Trainer(
            objective: objective, registry: registry, store: store, metrics: OutputMetrics([]),
            training: ExampleSet(Rows(start: 0, count: SmallTraining.examples)),
            validation: validation ? ExampleSet(Rows(start: 200, count: 20)) : nil,
            batchSize: isPlain ? SmallTraining.examples : 8, seed: 5,
            observers: TrainingObservers([record]), pretrained: Set(registry.parameters.keys), keeper: keeper)
    }

    /// The weights' bytes, tensor by tensor.
    var weights: TensorValues { store.values() }

    static func phase(
        _ name: String, _ length: PhaseConfiguration.Length, freezing frozen: [String] = [], continues: Bool = false,
        schedule: ScheduleConfiguration = ScheduleConfiguration(), stopping: EarlyStoppingConfiguration? = nil,
        optimizer: OptimizerAlgorithm = .adam, evaluateEvery: PhaseConfiguration.Length = .epochs(1),
        averageDecay: Double? = nil
    ) throws -> PhaseConfiguration {
        let configuration = OptimizerConfiguration(optimizer)
        return PhaseConfiguration(
            name: name, length: length,
            rules: try frozen.isEmpty ? [] : [PolicyRule(.freeze, frozen.map { try PolicySelector($0) })],
            rates: PolicyRates(base: 0.01, weightDecay: 0), optimizer: configuration, schedule: schedule,
            earlyStopping: stopping, evaluateEvery: evaluateEvery, continues: continues,
            averageDecay: averageDecay)
    }
}
