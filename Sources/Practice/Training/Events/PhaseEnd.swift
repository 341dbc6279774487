/// Why a phase, or a run, came to its end.
package enum StopReason: String, Sendable, Codable, CaseIterable {
    case completed
    case earlyStopping = "early-stopping"
    case interrupted
    case timeBudget = "time-budget"
    case stepBudget = "step-budget"
    case notFinite = "not-finite"

    /// Whether the phases that follow are left out.
    package var endsRun: Bool {
        switch self {
        case .completed, .earlyStopping: false
        case .interrupted, .timeBudget, .stepBudget, .notFinite: true
        }
    }
}

/// How a phase ended, and where it was best.
package struct PhaseEnd: Sendable, Hashable {
    package let name: String
    package let reason: StopReason
    /// Nil where no evaluation gave a finite score.
    package let bestEpoch: Int?
    package let bestStep: Int?
    package let bestScore: Double?
    /// The metric that was watched; nil where nothing was.
    package let monitor: String?

    package init(
        name: String, reason: StopReason, bestEpoch: Int?, bestStep: Int?, bestScore: Double?, monitor: String?
    ) {
        self.name = name
        self.reason = reason
        self.bestEpoch = bestEpoch
        self.bestStep = bestStep
        self.bestScore = bestScore
        self.monitor = monitor
    }
}
