/// Keeps track of the best evaluation of a phase and says when to stop waiting for a better one.
package struct EarlyStopping: Hashable, Sendable {
    /// Everything that must survive a resume.
    package struct State: Hashable, Sendable, Codable {
        /// Nil until an evaluation gives a finite score.
        package var bestScore: Double?
        package var bestStep: Int?
        package var bestEpoch: Int?
        /// Evaluations since the best, or since the start.
        package var waited = 0
        package var evaluations = 0

        package init() {}
    }

    package let configuration: EarlyStoppingConfiguration
    package private(set) var state: State

    package init(_ configuration: EarlyStoppingConfiguration, state: State = State()) {
        self.configuration = configuration
        self.state = state
    }

    /// Takes note of an evaluation.
    /// - Returns: whether it is the best so far; a score that is not finite never is, not even the first.
    package mutating func record(_ score: Double, step: Int, epoch: Int) -> Bool {
        state.evaluations += 1
        guard
            configuration.direction.improves(score, on: state.bestScore, by: configuration.minDelta)
        else {
            state.waited += 1
            return false
        }
        state.bestScore = score
        state.bestStep = step
        state.bestEpoch = epoch
        state.waited = 0
        return true
    }

    /// Begins to wait anew; the best stays the best.
    package mutating func wait() { state.waited = 0 }

    package var shouldStop: Bool {
        guard let patience = configuration.patience else { return false }
        return state.waited >= max(patience, 1)
    }

    /// Why the phase stops, as a sentence.
    /// - Parameter evaluationsPerEpoch: to say the patience in epochs too.
    package func reason(evaluationsPerEpoch: Double = 1) -> String {
        let epochs = Double(state.waited) / evaluationsPerEpoch
        let length = (epochs * 10).rounded() / 10
        let number = Int(exactly: length).map(String.init) ?? "\(length)"
        let plural = state.waited == 1 ? "" : "s"
        let waited = "for \(state.waited) evaluation\(plural) (\(number) epoch\(length == 1 ? "" : "s"))"
        guard let score = state.bestScore, let step = state.bestStep, let epoch = state.bestEpoch else {
            return "\(configuration.monitor) was never finite, \(waited)"
        }
        return "\(configuration.monitor) has not improved \(waited); "
            + "its best was \(score) at epoch \(epoch), step \(step)"
    }
}
