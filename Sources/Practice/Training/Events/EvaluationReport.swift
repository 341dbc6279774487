/// What an evaluation found: a row of `metrics.csv` and one of `timing.csv`.
package struct EvaluationReport: Sendable, Hashable {
    /// Updates done since the run began.
    package let step: Int
    /// Epochs completed since the run began, over all phases.
    package let epoch: Int
    package let phase: String
    /// Mean over the training examples since the evaluation before.
    package let trainLoss: Double
    /// Nil without validation data.
    package let validationLoss: Double?
    package let metrics: [MetricValue]
    /// The schedule's rate at the last step, before any tensor's multiplier.
    package let learningRate: Double
    /// Whether the monitored score is the best of the phase so far.
    package let improved: Bool
    /// Since the evaluation before; a clock decides this and the fields that follow.
    package let seconds: Double
    package let examplesPerSecond: Double
    package let dataWaitSeconds: Double
    /// Of pages that belong to no file, at the evaluation.
    package let peakMemoryBytes: Int

    package init(
        step: Int, epoch: Int, phase: String, trainLoss: Double, validationLoss: Double?, metrics: [MetricValue],
        learningRate: Double, improved: Bool, seconds: Double, examplesPerSecond: Double, dataWaitSeconds: Double,
        peakMemoryBytes: Int
    ) {
        self.step = step
        self.epoch = epoch
        self.phase = phase
        self.trainLoss = trainLoss
        self.validationLoss = validationLoss
        self.metrics = metrics
        self.learningRate = learningRate
        self.improved = improved
        self.seconds = seconds
        self.examplesPerSecond = examplesPerSecond
        self.dataWaitSeconds = dataWaitSeconds
        self.peakMemoryBytes = peakMemoryBytes
    }
}
