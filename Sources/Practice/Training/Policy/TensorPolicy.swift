import Tensors

/// What a policy decided for one tensor. A rule's index tells who decided; nil means that no rule did.
package struct TensorPolicy: Hashable, Sendable {
    package let tensor: PolicyTensor
    /// Whether the tensor changes in this phase: by the optimizer, or, for a statistic, by averaging.
    package internal(set) var trainable: Bool
    /// Nil: the checkpoint's own flag.
    package internal(set) var trainableRule: Int?
    /// The rate at the schedule's peak; 0 for what the optimizer does not update.
    package internal(set) var peakRate: Double
    /// `peakRate` over the phase's base rate.
    package internal(set) var multiplier: Double
    package internal(set) var rateRule: Int?
    /// 0 for what is frozen, and for roles that do not decay unless a rule names the tensor itself.
    package internal(set) var weightDecay: Double
    package internal(set) var weightDecayRule: Int?
    /// 0 for what is frozen.
    package internal(set) var l2sp: Double
    package internal(set) var l2spRule: Int?
    /// A rise of the tensor's own rate from the phase's first step on, beside the schedule's.
    package internal(set) var warmup = TrainingDuration.none
    package internal(set) var warmupRule: Int?

    package var path: ParameterPath { tensor.path }

    /// Whether the optimizer updates the tensor: what belongs to the trainable slab.
    package var isOptimized: Bool { trainable && tensor.role != .statistic }
}
