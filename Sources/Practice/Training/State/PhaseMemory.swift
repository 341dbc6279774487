import Layers
import Tensors

/// Values of tensors by path.
package typealias TensorValues = [ParameterPath: [Float]]

/// What a phase gathers beside the weights: what a continuing phase takes over, and what must survive a stop. Plain
/// values by path, so that they outlive any change of what trains.
package struct PhaseMemory: Hashable, Sendable {
    package var optimizer: OptimizerState
    /// Nil where nothing is watched.
    package var stopping: EarlyStopping.State?
    package var best: Best?
    /// What a reduce-on-plateau schedule has seen and done; nil for any other.
    package var plateau: PlateauReduction.State?
    /// SHA-256 over the tensors that were frozen when the phase began.
    package var frozenHash: String

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

    package init(
        optimizer: OptimizerState, stopping: EarlyStopping.State? = nil, best: Best? = nil, frozenHash: String
    ) {
        self.optimizer = optimizer
        self.stopping = stopping
        self.best = best
        self.frozenHash = frozenHash
    }
}
