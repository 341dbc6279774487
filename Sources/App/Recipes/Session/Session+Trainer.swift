import Training

extension Session {
    /// The trainer of the session's model, examples and settings.
    /// - Parameters:
    ///   - budget: of the whole run; from now on where nothing is said.
    ///   - keeper: of states to go on from.
    func trainer(
        observers: TrainingObservers = TrainingObservers(), budget: TrainingBudget? = nil,
        keeper: (any StateKeeper)? = nil
    ) -> Trainer {
        Trainer(
            objective: objective, registry: prepared.registry, store: prepared.store, metrics: recipe.metrics,
            training: data.training, validation: data.validation, batchSize: recipe.data.batchSize, seed: recipe.seed,
            observers: observers, pretrained: prepared.pretrained, sampling: sampling,
            budget: budget ?? recipe.budget(), keeper: keeper, isInterrupted: { Interruption.isRequested })
    }
}
