import Training

extension Recipe {
    /// What training is told of each phase.
    func phaseConfigurations() -> [PhaseConfiguration] {
        phases.map { phase in
            var configuration = PhaseConfiguration(
                name: phase.name,
                length: phase.trainingLength,
                rules: phase.policy,
                rates: phase.rates,
                optimizer: phase.optimizer,
                keepsOptimizerState: phase.keepsOptimizerState,
                schedule: phase.schedule,
                clipping: GradientClipping(limit: phase.clipNorm),
                earlyStopping: phase.stopping,
                evaluateEvery: evaluationLength,
                continues: phase.continues,
                averageDecay: ema)
            configuration.restartsSchedule = phase.restartsSchedule
            configuration.stopAt = phase.stopAt
            configuration.augmentation = phase.augmentation
            configuration.views = data.views
            configuration.mixup = phase.mixup
            configuration.cutmix = phase.cutmix
            configuration.accumulate = phase.accumulate
            configuration.precision = phase.precision.precision(.here)
            configuration.featurePrecision = data.cachePrecision
            return configuration
        }
    }

    /// What the whole run may take, from now on.
    /// - Parameter spent: seconds that it took before it was stopped.
    func budget(spent: Double = 0) -> TrainingBudget {
        TrainingBudget(steps: maximumSteps, seconds: maximumMinutes.map { $0 * 60 }, spent: spent)
    }

    private var evaluationLength: PhaseConfiguration.Length {
        switch evaluateEvery {
        case .epochs(let count): .epochs(max(1, Int(count)))
        case .steps(let count): .steps(count)
        case .minutes, .auto: preconditionFailure("the reader refuses this here")
        }
    }
}

extension PhaseSection {
    /// Of discriminative rates the highest is the base, so that logs show a rate that is used.
    fileprivate var rates: PolicyRates {
        let byDepth: PolicyRates.ByDepth =
            if let discriminative {
                .discriminative(lowest: discriminative.lowest, highest: discriminative.highest)
            } else {
                layerDecay.map { .layerDecay($0) } ?? .uniform
            }
        return PolicyRates(
            base: discriminative?.highest ?? optimizer.learningRate, weightDecay: optimizer.weightDecay,
            byDepth: byDepth)
    }

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
