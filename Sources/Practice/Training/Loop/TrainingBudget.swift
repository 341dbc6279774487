import Tensors

/// What a whole run may take.
package struct TrainingBudget {
    /// Updates.
    package let steps: Int?
    /// Since the budget was made.
    package let seconds: Double?
    private let now: () -> Double
    private let began: Double

    /// - Parameters:
    ///   - spent: seconds that the run had taken before.
    ///   - now: a clock in seconds, which never goes back.
    package init(
        steps: Int? = nil, seconds: Double? = nil, spent: Double = 0, now: @escaping () -> Double = monotonicSeconds
    ) {
        self.steps = steps
        self.seconds = seconds
        self.now = now
        began = now() - spent
    }

    /// Seconds of the run so far.
    package var elapsed: Double { now() - began }

    var isOutOfTime: Bool { seconds.map { elapsed >= $0 } ?? false }

    /// How many steps of a phase the budget leaves, and whether the run is over after them.
    func steps(of planned: Int, after done: Int, isLast: Bool) -> (count: Int, endsRun: Bool) {
        guard let steps else { return (planned, false) }
        let left = max(steps - done, 0)
        return (min(planned, left), left < planned || (left == planned && !isLast))
    }
}
