import Training

extension Recipe {
    /// What training is told of each phase.
    func phaseConfigurations() -> [PhaseConfiguration] {
        phases.map { phase in
            var configuration = PhaseConfiguration(
                name: phase.name,
                length: phase.trainingLength,
                rules: phase.policy,
                rates: PolicyRates(
                    base: phase.optimizer.learningRate, weightDecay: phase.optimizer.weightDecay,
                    byDepth: phase.layerDecay.map { .layerDecay($0) } ?? .uniform),
                optimizer: phase.optimizer,
                keepsOptimizerState: phase.keepsOptimizerState,
                schedule: phase.schedule,
                clipping: GradientClipping(limit: phase.clipNorm),
                earlyStopping: phase.stopping,
                evaluateEvery: evaluationLength)
            configuration.augmentation = phase.augmentation
            configuration.mixup = phase.mixup
            configuration.cutmix = phase.cutmix
            configuration.accumulate = phase.accumulate
            return configuration
        }
    }

    /// What the whole run may take, from now on.
    func budget() -> TrainingBudget { TrainingBudget(steps: maximumSteps, seconds: maximumMinutes.map { $0 * 60 }) }

    private var evaluationLength: PhaseConfiguration.Length {
        switch evaluateEvery {
        case .epochs(let count): .epochs(max(1, Int(count)))
        case .steps(let count): .steps(count)
        case .minutes: preconditionFailure("the reader refuses minutes here")
        }
    }
}

extension PhaseSection {
    fileprivate var trainingLength: PhaseConfiguration.Length {
        switch length {
        case .epochs(let count): .epochs(count)
        case .steps(let count): .steps(count)
        }
    }

    fileprivate var stopping: EarlyStoppingConfiguration? {
        guard var stopping = earlyStopping else { return nil }
        if let restoreBest { stopping.restoreBest = restoreBest }
        return stopping
    }
}
