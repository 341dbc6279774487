/// A point between two steps: the step's events were told, its evaluation is done.
package struct TrainingMoment: Hashable, Sendable {
    package let position: TrainingPosition
    /// Steps of a whole pass.
    package let stepsPerEpoch: Int
    /// Whether an evaluation at this step gave the best monitored score of the run so far.
    package let isBest: Bool
    /// Whether training ends here because it was asked to.
    package let isInterrupted: Bool
}

/// Someone who keeps states to go on from.
package protocol StateKeeper: AnyObject {
    /// Asked after every step.
    /// - Parameter state: to be called only where the state is kept. Its tensors are lent until this returns: whoever keeps
    ///   it for longer takes what is `copied`.
    /// - Throws: what keeps the state from being kept; the run ends with that error.
    func consider(_ moment: TrainingMoment, state: () -> TrainingState) throws
}
