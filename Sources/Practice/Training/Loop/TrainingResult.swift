import Tensors

/// What a phase did and what came of it.
package struct PhaseResult: Hashable, Sendable {
    package let name: String
    package let reason: StopReason
    /// Why it stopped, as a sentence; nil where it simply reached its end.
    package let explanation: String?
    package let steps: Int
    package let epochs: Int
    /// The best evaluation, where one was monitored.
    package let best: EarlyStopping.State?
    /// Whether the phase ended with the weights of that evaluation rather than its last.
    package let restoredBest: Bool
    /// How many updates each tensor's optimizer state has seen; a tensor that is frozen now keeps its count.
    package let updates: [ParameterPath: Int]
    package let trainableParameters: Int
    package let frozenParameters: Int
    /// SHA-256 over the frozen tensors; the same before and after, or the run fails.
    package let frozenHash: String
    /// Seconds in training steps, and in evaluations.
    package let trainingSeconds: Double
    package let evaluationSeconds: Double

    package init(
        name: String, reason: StopReason, explanation: String?, steps: Int, epochs: Int, best: EarlyStopping.State?,
        restoredBest: Bool, updates: [ParameterPath: Int], trainableParameters: Int, frozenParameters: Int,
        frozenHash: String, trainingSeconds: Double,
        evaluationSeconds: Double
    ) {
        self.name = name
        self.reason = reason
        self.explanation = explanation
        self.steps = steps
        self.epochs = epochs
        self.best = best
        self.restoredBest = restoredBest
        self.updates = updates
        self.trainableParameters = trainableParameters
        self.frozenParameters = frozenParameters
        self.frozenHash = frozenHash
        self.trainingSeconds = trainingSeconds
        self.evaluationSeconds = evaluationSeconds
    }
}

/// What a training did.
package struct TrainingResult: Sendable {
    package let phases: [PhaseResult]
    /// The phase whose weights the store holds now.
    package let bestPhase: Int
    package var reason: StopReason { phases.last?.reason ?? .completed }
}
