import Data
import JSON
import Layers
import Tensors

@testable import Training

/// Examples in memory, each of one input and a class or numbers.
struct PolicyDataset: Dataset {
    let inputShape: Shape
    let rows: [[Float]]
    let targets: [[Float]]
    let target: TargetKind

    var count: Int { rows.count }
    var inputShapes: [Shape] { [inputShape] }

    func read(_ index: Int, inputs: [UnsafeMutablePointer<Float>], target: UnsafeMutablePointer<Float>) {
        inputs[0].update(from: rows[index], count: rows[index].count)
        target.update(from: targets[index], count: targets[index].count)
    }
}

/// Everything that was told, in order.
final class Listener: TrainingObserver {
    private(set) var events: [TrainingEvent] = []
    var onEvent: (TrainingEvent) -> TrainingDirective = { _ in .continue }

    func handle(_ event: TrainingEvent) -> TrainingDirective {
        events.append(event)
        return onEvent(event)
    }

    var losses: [Double] { events.compactMap { if case .step(let step) = $0 { step.loss } else { nil } } }
    var messages: [String] { events.compactMap { if case .message(let text) = $0 { text } else { nil } } }
    var ends: [PhaseEnd] { events.compactMap { if case .phaseEnded(let end) = $0 { end } else { nil } } }
    var evaluations: [EvaluationReport] {
        events.compactMap { if case .evaluated(let report) = $0 { report } else { nil } }
    }
}

/// A small model, its data and the real trainer.
struct PolicyTraining {
    let registry: LayerRegistry
    let store: ParameterStore
    let trainer: Trainer
    let listener = Listener()

    /// - Parameters:
    ///   - layers: class, name and settings.
    ///   - weights: what the model starts from; all else is initialised.
    init(
        _ layers: [(String, String, JSON)], dataset: PolicyDataset, validation: PolicyDataset? = nil,
        loss: Loss.Kind = .meanSquaredError, batchSize: Int, weights: [ParameterPath: [Float]] = [:],
        pretrained: Set<ParameterPath> = []
    ) throws {
        let model = try Model.sequential(
            name: "small", generation: .keras3, input: dataset.inputShape.dimensions.map { $0 }, inputName: "x",
            layers: layers.map { LayerSpecification(className: $0.0, name: $0.1, config: $0.2) })
        registry = try LayerRegistry(model)
        store = ParameterStore(registry.parameters)
        try store.initialize(seed: 3)
        for (path, values) in weights { store.set(path, to: values) }
        trainer = Trainer(
            objective: try Objective(
                model: model, inputShapes: [dataset.inputShape], target: dataset.target, loss: Loss(loss)),
            registry: registry, store: store, metrics: [], training: ExampleSet(dataset),
            validation: validation.map { ExampleSet($0) }, batchSize: batchSize, seed: PolicyTraining.seed,
            observers: TrainingObservers([listener]), pretrained: pretrained)
    }

    static let seed: UInt64 = 5

    /// A phase with a constant rate and no early stopping unless said otherwise.
    static func phase(
        _ name: String, _ length: PhaseConfiguration.Length, _ optimizer: OptimizerConfiguration,
        rules: [PolicyRule] = [], byDepth: PolicyRates.ByDepth = .uniform
    ) -> PhaseConfiguration {
        PhaseConfiguration(
            name: name, length: length, rules: rules,
            rates: PolicyRates(base: optimizer.learningRate, weightDecay: optimizer.weightDecay, byDepth: byDepth),
            optimizer: optimizer)
    }

    func values(_ path: ParameterPath) -> [Float] { store.tensor(path).values }
}
