import Data
import Training

extension Session {
    /// The trainer of the session's model, examples and settings.
    /// - Parameters:
    ///   - budget: of the whole run; from now on where nothing is said.
    ///   - cache: the folder in which what frozen layers give outlives a run; nil for none.
    ///   - keeper: of states to go on from.
    func trainer(
        observers: TrainingObservers = TrainingObservers(), budget: TrainingBudget? = nil,
        cache: FeatureFolder? = FeatureFolder.standard,
        keeper: (any StateKeeper)? = nil
    ) -> Trainer {
        Trainer(
            objective: objective, registry: prepared.registry, store: prepared.store, metrics: recipe.metrics,
            training: data.training, validation: data.validation, batchSize: recipe.data.batchSize, seed: recipe.seed,
            observers: observers, pretrained: prepared.pretrained, sampling: sampling,
            budget: budget ?? recipe.budget(), features: FeatureStore(folder: cache, limit: recipe.data.cache.limit),
            keeper: keeper, later: later, isInterrupted: { Interruption.isRequested })
    }
}

extension DataSection.Cache {
    /// In bytes; nil for as much as there is room for.
    var limit: Int? {
        switch self {
        case .auto: nil
        case .off: 0
        case .bytes(let bytes): bytes
        }
    }
}

extension Session {
    /// The models that take the first one's place.
    private var later: [ModelStage] {
        zip(recipe.headPhases, models.dropFirst()).map { phase, model in
            ModelStage(
                firstPhase: phase, objective: model.objective, registry: model.prepared.registry,
                store: model.prepared.store, pretrained: model.prepared.pretrained, fresh: model.fresh)
        }
    }
}
