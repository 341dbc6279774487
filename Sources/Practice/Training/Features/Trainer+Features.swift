import Data
import Graph
import Layers
import Runtime
import Tensors

extension Trainer {
    /// The training examples with the features that are kept of them; nil where the phase has none.
    func openTraining(_ phase: PhaseConfiguration, _ features: FrozenFeatures?) throws -> (any Dataset)? {
        guard let features else { return nil }
        openValidation(phase, features)
        return try features.open(
            .training, training, as: examples(phase), needed: neededRows(phase), changes: changes(of: phase),
            views: phase.viewsOfAnExample
        ).dataset
    }

    /// What a person is told of the features that a phase takes; nil where they are not kept.
    func featureStatement(_ phase: PhaseConfiguration, _ step: TrainingStep) -> String? {
        guard case .success(let cut) = step.cut else { return nil }
        let layers = cut.scopes.map(\.description).joined(separator: ", ")
        guard let features = step.features, let rows = features.open(.training, training).rows else {
            guard !kept.keepsNothing, case .nowhere(let reason) = featurePlan(phase, step).place else { return nil }
            return "everything up to \(layers) is computed again for every batch: \(reason)"
        }
        return FeatureStatement(
            features, rows, needed: neededRows(phase), views: phase.viewsOfAnExample
        ).text
    }

    /// Rows that training and, where it goes through a share of the same examples, validation want.
    func neededRows(_ phase: PhaseConfiguration) -> Int {
        training.count * phase.viewsOfAnExample + (sharesExamples(phase) ? validation?.count ?? 0 : 0)
    }

    private func sharesExamples(_ phase: PhaseConfiguration) -> Bool {
        phase.augmentation.isEmpty && validation?.indices != nil && training.origin != nil
    }

    /// What happens to the examples at random, as a text that says all of it.
    private func changes(of phase: PhaseConfiguration) -> String {
        phase.augmentation.isEmpty ? "" : "\(phase.augmentation), seed \(seed), \(phase.viewsOfAnExample) views"
    }

    /// Evaluates as the last phase that was run did: with what its frozen part gives for the examples.
    /// - Parameters:
    ///   - test: nil for the validation examples.
    ///   - limit: the bytes that the predictions of all examples may take to be kept.
    /// - Returns: nil where there are none of these either.
    /// - Throws: as `Evaluator.evaluate`.
    package func evaluate(
        test: ExampleSet?, after phases: [PhaseConfiguration], keepingAtMost limit: Int = 0
    ) throws -> EvaluationResult? {
        guard let examples = test ?? validation else { return nil }
        let phase = phases[min(max(position.phase, 1), phases.count) - 1]
        let features = try features(phase)
        if test == nil { openValidation(phase, features) }
        let evaluator = try Evaluator(
            objective, store: store, metrics: metrics, batchSize: batchSize, features: features,
            precision: phase.precision)
        return try evaluator.evaluate(examples, as: test == nil ? .validation : .test, keepingAtMost: limit)
    }

    /// Those that it shares with training are the same rows.
    private func openValidation(_ phase: PhaseConfiguration, _ features: FrozenFeatures?) {
        guard let validation else { return }
        features?.open(.validation, validation, needed: sharesExamples(phase) ? neededRows(phase) : nil)
    }

    /// Those of a phase, without the step that would train it.
    private func features(_ phase: PhaseConfiguration) throws -> FrozenFeatures? {
        guard phase.repeatsExamples else { return nil }
        let resolution = try arrange(phase)
        return try PhaseGraph(objective, resolution, store: store, batchSize: batchSize)
            .features(objective, store: store, kept: kept, phase)
    }
}

extension PolicyResolution {
    /// How batch normalisations are computed, by their layers.
    var modesByPath: [ParameterPath: BatchNormMode] {
        Dictionary(uniqueKeysWithValues: batchNormModes.map { ($0.key, $0.value) })
    }
}

extension PhaseConfiguration {
    /// Ways in which an example is seen.
    var viewsOfAnExample: Int { augmentation.isEmpty ? 1 : max(views ?? 1, 1) }

    /// Whether an example is the same again, in the next epoch or after so many as it has views.
    var repeatsExamples: Bool {
        (augmentation.isEmpty || views != nil) && mixup == nil && cutmix == nil
    }

    /// Why examples are other ones in every epoch; nil where they are not.
    var changeOfExamples: String? {
        if mixup != nil || cutmix != nil { return "examples are mixed anew in every batch" }
        return repeatsExamples
            ? nil
            : "the examples are other ones in every epoch; \"views\" in \"data\" would draw a few of each for good"
    }
}
