/// One update of the weights.
package struct StepReport: Sendable, Hashable {
    /// Updates since the run began, this one included: the first is 1.
    package let step: Int
    /// The epoch that this step belongs to, over all phases, from 1.
    package let epoch: Int
    /// Index of the phase, from 0.
    package let phase: Int
    /// From 1.
    package let stepInPhase: Int
    /// Mean over the examples of the batch that count.
    package let loss: Double
    /// Global 2-norm of the gradients before clipping.
    package let gradientNorm: Double
    /// The schedule's rate at this step, before any tensor's multiplier.
    package let learningRate: Double
    /// Examples of the batch that count, padding left out.
    package let examples: Int

    package init(
        step: Int, epoch: Int, phase: Int, stepInPhase: Int, loss: Double, gradientNorm: Double,
        learningRate: Double, examples: Int
    ) {
        self.step = step
        self.epoch = epoch
        self.phase = phase
        self.stepInPhase = stepInPhase
        self.loss = loss
        self.gradientNorm = gradientNorm
        self.learningRate = learningRate
        self.examples = examples
    }
}
