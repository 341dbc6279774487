/// A rate that falls when a score no longer gets better.
package struct PlateauConfiguration: Hashable, Sendable {
    /// The name of a score, as in `metrics.csv`.
    package var monitor: String
    package var direction: ScoreDirection
    /// Times this, above 0 and below 1.
    package var factor: Double
    /// Evaluations without improvement after which the rate falls, 0 meaning 1, as in Keras and in early stopping here.
    package var patience: Int
    /// What an improvement must exceed, in the score's own units.
    package var minDelta: Double
    /// Evaluations after a fall in which nothing is counted.
    package var cooldown: Int
    /// The rate that the phase's own does not fall below; a tensor's multiplier comes on top.
    package var minRate: Double

    /// - Parameter direction: from the monitor's name where it is nil.
    package init(
        monitor: String = "val_loss", direction: ScoreDirection? = nil, factor: Double = 0.1, patience: Int = 2,
        minDelta: Double = 0, cooldown: Int = 0, minRate: Double = 0
    ) {
        self.monitor = monitor
        self.direction = direction ?? ScoreDirection(monitoring: monitor)
        self.factor = factor
        self.patience = patience
        self.minDelta = minDelta
        self.cooldown = cooldown
        self.minRate = minRate
    }
}

/// Keeps track of the score that a reduce-on-plateau schedule watches: Keras' `ReduceLROnPlateau`, evaluation by
/// evaluation.
package struct PlateauReduction: Hashable, Sendable {
    /// Everything that must survive a resume.
    package struct State: Hashable, Sendable, Codable {
        /// What is left of the peak rate.
        package var share = 1.0
        /// Nil until an evaluation gives a finite score.
        package var bestScore: Double?
        /// Evaluations that counted since the best or the last fall.
        package var waited = 0
        /// Evaluations of the cooldown that are left.
        package var cooling = 0
        package var reductions = 0

        package init() {}

        /// For scores that are of something else from now on: the rate stays where it is.
        mutating func forgetScores() {
            bestScore = nil
            waited = 0
        }
    }

    package let configuration: PlateauConfiguration
    /// The share below which the rate does not fall.
    package let leastShare: Double
    package private(set) var state: State

    /// - Parameter peakRate: of the phase.
    package init(_ configuration: PlateauConfiguration, peakRate: Double, state: State = State()) {
        self.configuration = configuration
        leastShare = peakRate > 0 ? min(configuration.minRate / peakRate, 1) : 0
        self.state = state
    }

    /// Takes note of an evaluation. A score that is not finite is no improvement.
    package mutating func record(_ score: Double) {
        if state.cooling > 0 {
            state.cooling -= 1
            state.waited = 0
        }
        if configuration.direction.improves(score, on: state.bestScore, by: configuration.minDelta) {
            state.bestScore = score
            state.waited = 0
            return
        }
        guard state.cooling == 0 else { return }
        state.waited += 1
        guard state.waited >= max(configuration.patience, 1) else { return }
        state.waited = 0
        guard state.share > leastShare else { return }
        state.share = max(state.share * configuration.factor, leastShare)
        state.reductions += 1
        state.cooling = configuration.cooldown
    }

    func sentence(step: Int) -> String {
        let count = max(configuration.patience, 1)
        return
            "step \(step): \(configuration.monitor) has not improved for \(count) evaluation\(count == 1 ? "" : "s"), "
            + "the rate goes on at \(state.share) of its peak"
    }
}

extension Schedule {
    /// What watches the scores of a phase, where the schedule goes by them.
    package func plateau(peakRate: Double) -> PlateauReduction? {
        guard case .reduceOnPlateau(let configuration) = curve else { return nil }
        return PlateauReduction(configuration, peakRate: peakRate)
    }
}
