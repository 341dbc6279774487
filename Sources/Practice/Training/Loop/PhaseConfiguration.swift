import Data
import Layers
import Tensors

/// What one phase of a training does. Everything is written out: defaults were filled in by whoever made it.
package struct PhaseConfiguration: Sendable {
    /// How long a phase lasts, and how often something happens.
    package enum Length: Hashable, Sendable {
        case epochs(Int)
        case steps(Int)

        /// - Parameter stepsPerEpoch: updates of one pass over the training examples.
        package func steps(perEpoch stepsPerEpoch: Int) -> Int {
            switch self {
            case .epochs(let count): count * stepsPerEpoch
            case .steps(let count): count
            }
        }
    }

    package var name: String
    package var length: Length
    /// Whether the phase goes on from the very step where the one before ended: in the middle of a pass, with its last
    /// weights, its slots, and, where their settings are equal, its schedule and early stopping.
    package var continues: Bool
    /// Whether a phase that continues another one begins its schedule anew all the same.
    package var restartsSchedule = false
    /// Steps of `length` that are carried out, where not all are: the phase was paused there. Its schedule is laid over
    /// all of them, and no evaluation is made where it stops.
    package var stopAt: Int?
    package var rules: [PolicyRule]
    package var rates: PolicyRates
    package var optimizer: OptimizerConfiguration
    /// Whether tensors that trained before take their slots along.
    package var keepsOptimizerState: Bool
    package var schedule: ScheduleConfiguration
    package var clipping: GradientClipping
    /// Nil: the phase ends at its length, with its last weights.
    package var earlyStopping: EarlyStoppingConfiguration?
    package var evaluateEvery: Length
    /// Random changes to training pictures.
    package var augmentation = Augmentation([])
    /// In how many ways `augmentation` changes an example: epoch e sees it as epoch e modulo this; nil for others in every
    /// epoch.
    package var views: Int?
    /// α of mixing training examples in pairs; nil for none.
    package var mixup: Double?
    package var cutmix: Double?
    /// What is computed in, evaluations included.
    package var precision = Precision.float32
    /// What is kept of the numbers that the frozen part gives: the rest is computed from that.
    package var featurePrecision = Precision.float32
    /// Batches per update.
    package var accumulate = 1
    /// The decay of a moving average of the weights, which evaluations, the best weights and the phase's end use; nil
    /// for none.
    package var averageDecay: Double?

    package init(
        name: String, length: Length, rules: [PolicyRule], rates: PolicyRates, optimizer: OptimizerConfiguration,
        keepsOptimizerState: Bool = true, schedule: ScheduleConfiguration = ScheduleConfiguration(),
        clipping: GradientClipping = GradientClipping(limit: nil), earlyStopping: EarlyStoppingConfiguration? = nil,
        evaluateEvery: Length = .epochs(1), continues: Bool = false,
        averageDecay: Double? = nil
    ) {
        self.name = name
        self.length = length
        self.continues = continues
        self.rules = rules
        self.rates = rates
        self.optimizer = optimizer
        self.keepsOptimizerState = keepsOptimizerState
        self.schedule = schedule
        self.clipping = clipping
        self.earlyStopping = earlyStopping
        self.evaluateEvery = evaluateEvery
        self.averageDecay = averageDecay
    }
}

extension PhaseConfiguration {
    /// Steps that are carried out.
    package func stepsDone(perEpoch stepsPerEpoch: Int) -> Int {
        let all = length.steps(perEpoch: stepsPerEpoch)
        return stopAt.map { min($0, all) } ?? all
    }

    /// Updates of a pass of so many batches: what is left over at its end makes an update of fewer.
    package func updates(ofBatches batches: Int) -> Int { (batches + accumulate - 1) / accumulate }
}
