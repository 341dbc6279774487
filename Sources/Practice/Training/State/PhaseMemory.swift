/// What a phase gathers beside the weights: what a continuing phase takes over, and what must survive a stop. Plain
/// values by path, so that they outlive any change of what trains.
package struct PhaseMemory: Hashable, Sendable {
    package var optimizer: OptimizerState
    /// Nil where nothing is watched.
    package var stopping: EarlyStopping.State?
    /// What a schedule that watches a score has come to; nil where it does not.
    package var plateau: PlateauReduction.State?
    package var best: Best?
    /// The moving average of the tensors that can change; nil where none is kept.
    package var average: TensorValues?
    /// SHA-256 over the tensors that were frozen when the phase began.
    package var frozenHash: String
    /// Seconds in steps and in evaluations; nothing that a run must repeat depends on them.
    package var trainingSeconds: Double
    package var evaluationSeconds: Double

    /// The best weights of a phase, or of a chain of phases that continue one another.
    package struct Best: Hashable, Sendable {
        /// Of the tensors that could change.
        package var weights: TensorValues
        /// The optimizer then; nil where no phase follows that could need it.
        package var optimizer: OptimizerState?

        package init(weights: TensorValues, optimizer: OptimizerState?) {
            self.weights = weights
            self.optimizer = optimizer
        }
    }

    /// Nothing of it is lent.
    var copied: PhaseMemory {
        var copy = self
        copy.optimizer = optimizer.copied
        copy.average = average?.copied
        copy.best = best.map { Best(weights: $0.weights.copied, optimizer: $0.optimizer?.copied) }
        return copy
    }

    package init(
        optimizer: OptimizerState, stopping: EarlyStopping.State? = nil, plateau: PlateauReduction.State? = nil,
        best: Best? = nil, average: TensorValues? = nil, frozenHash: String, trainingSeconds: Double = 0,
        evaluationSeconds: Double = 0
    ) {
        self.optimizer = optimizer
        self.stopping = stopping
        self.plateau = plateau
        self.best = best
        self.average = average
        self.frozenHash = frozenHash
        self.trainingSeconds = trainingSeconds
        self.evaluationSeconds = evaluationSeconds
    }
}
