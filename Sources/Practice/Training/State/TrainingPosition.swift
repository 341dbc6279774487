/// Where a training stands: numbers that only grow, and where the phase under way began.
package struct TrainingPosition: Hashable, Sendable {
    /// The phase under way, or the next one where none is.
    package var phase = 0
    package var isInPhase = false
    /// Updates and whole passes since the run began.
    package var step = 0
    package var epoch = 0
    /// Examples of the running pass that were used.
    package var cursor = 0
    /// `step` and `epoch` where the phase began.
    package var phaseStart = 0
    package var phaseStartEpoch = 0
    /// `step` where the chain of phases that continue one another began: evaluations count from there.
    package var chainStart = 0
    /// `step` where the schedule began.
    package var scheduleStart = 0
    /// Of the steps since the evaluation before: what its training loss will be.
    package var lossSum = 0.0
    /// What `lossSum` is a sum over: examples, or their weights.
    package var lossWeight = 0.0
    package var lossExamples = 0

    package init() {}

    package var stepInPhase: Int { step - phaseStart }
    var stepInChain: Int { step - chainStart }
    var stepInSchedule: Int { step - scheduleStart }

    /// Begins the phase at `phase`.
    /// - Parameters:
    ///   - continues: whether it goes on from the very step where the phase before ended.
    ///   - keepsSchedule: whether it goes on in that phase's schedule too.
    mutating func beginPhase(continues: Bool, keepsSchedule: Bool) {
        isInPhase = true
        phaseStart = step
        phaseStartEpoch = epoch
        if !keepsSchedule { scheduleStart = step }
        guard !continues else { return }
        chainStart = step
        cursor = 0
        lossSum = 0
        lossWeight = 0
        lossExamples = 0
    }

    /// Counts an update.
    /// - Parameters:
    ///   - examples: of the pass that it used.
    ///   - passLength: examples in a whole pass.
    mutating func countUsed(examples: Int, passLength: Int) {
        cursor += examples
        guard cursor >= passLength else { return }
        cursor = 0
        epoch += 1
    }

    mutating func endPhase() {
        phase += 1
        isInPhase = false
    }
}

extension [PhaseConfiguration] {
    /// Whether the phase at `index` goes on in the schedule of the one before: it continues it, with equal settings.
    func keepsSchedule(at index: Int) -> Bool {
        index > 0 && self[index].continues && !self[index].restartsSchedule
            && self[index].schedule == self[index - 1].schedule
    }

    /// Whether it goes on with early stopping and the best weights of the one before.
    func keepsStopping(at index: Int) -> Bool {
        index > 0 && self[index].continues && self[index].earlyStopping == self[index - 1].earlyStopping
    }

    /// Whether the phase after `index` goes on from its last step, so that its best weights are not taken back yet.
    func isContinued(at index: Int) -> Bool { index + 1 < count && self[index + 1].continues }

    /// Steps of the schedule that the phase at `index` follows: those of all phases that share it. The last of them counts
    /// with all its steps, even if it is paused before their end.
    func scheduleSteps(at index: Int, perEpoch stepsPerEpoch: Int) -> Int {
        var first = index
        while keepsSchedule(at: first) { first -= 1 }
        var end = index + 1
        while end < count, keepsSchedule(at: end) { end += 1 }
        return self[first..<end - 1].reduce(self[end - 1].length.steps(perEpoch: stepsPerEpoch)) {
            $0 + $1.stepsDone(perEpoch: stepsPerEpoch)
        }
    }

    /// The schedule that the phase at `index` follows, and at which of its steps the phase begins.
    /// - Throws: `ScheduleError`.
    package func schedule(at index: Int, perEpoch stepsPerEpoch: Int) throws(ScheduleError) -> (Schedule, start: Int) {
        let total = scheduleSteps(at: index, perEpoch: stepsPerEpoch)
        let schedule = try self[index].schedule.resolved(totalSteps: total, stepsPerEpoch: stepsPerEpoch)
        var first = index
        while keepsSchedule(at: first) { first -= 1 }
        return (schedule, self[first..<index].reduce(0) { $0 + $1.stepsDone(perEpoch: stepsPerEpoch) })
    }
}
