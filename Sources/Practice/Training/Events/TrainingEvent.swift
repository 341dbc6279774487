/// Everything that training tells the world, in the order in which it happens.
package enum TrainingEvent: Sendable, Hashable {
    case phaseStarted(PhaseStart)
    case step(StepReport)
    case evaluated(EvaluationReport)
    case phaseEnded(PhaseEnd)
    /// Something the user should know and may want to change.
    case warning(String)
    case message(String)
    /// Something about this process alone, which another run of the same bytes would not say. It is shown and not recorded.
    case remark(String)
}

/// What an observer wants of the loop after an event.
package enum TrainingDirective: Sendable, Hashable {
    case `continue`
    /// End after the step under way, with a snapshot.
    case stop
}

/// Someone who is told what happens: a progress line, a log, a test.
package protocol TrainingObserver: AnyObject {
    /// - Throws: what keeps the observer from doing its work, such as a full disk; the run ends with that error.
    func handle(_ event: TrainingEvent) throws -> TrainingDirective
}
