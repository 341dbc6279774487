import Training

/// Gathers from the events what a record and a report need.
package final class RunRecorder: TrainingObserver {
    package private(set) var evaluations: [EvaluationReport] = []
    package private(set) var phases: [RunRecord.PhaseRecord] = []
    package private(set) var warnings: [String] = []
    private var start: PhaseStart?
    private var lastStep = 0

    package init() {}

    package func handle(_ event: TrainingEvent) -> TrainingDirective {
        switch event {
        case .phaseStarted(let phase): start = phase
        case .step(let step): lastStep = step.step
        case .evaluated(let report):
            evaluations.append(report)
            lastStep = report.step
        case .phaseEnded(let end): add(end)
        case .warning(let text): warnings.append(text)
        case .message, .remark: break
        }
        return .continue
    }

    private func add(_ end: PhaseEnd) {
        phases.append(
            RunRecord.PhaseRecord(
                name: end.name, lastEpoch: evaluations.last?.epoch ?? 0, lastStep: lastStep,
                plannedEpochs: start?.epochs ?? 0, trainableParameters: start?.trainableParameters ?? 0,
                frozenParameters: start?.frozenParameters ?? 0, reason: end.reason, monitor: end.monitor,
                bestEpoch: end.bestEpoch, bestStep: end.bestStep, bestScore: end.bestScore))
    }

    /// Adds what was gathered to `record`.
    /// - Parameter bestStep: the evaluation whose weights were kept; nil where the last weights were.
    package func complete(_ record: inout RunRecord, bestStep: Int?) {
        record.phases = phases
        record.reason = phases.last?.reason
        record.final = evaluations.last.map(RunRecord.Moment.init)
        let best = bestStep.flatMap { step in evaluations.last { $0.step == step } } ?? evaluations.last
        record.best = best.map(RunRecord.Moment.init)
        record.warnings += warnings
    }
}
