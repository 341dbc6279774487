import Training

/// What is known of the phase under way, from its events alone.
struct ProgressState {
    let phase: PhaseStart
    private(set) var stepsDone = 0
    private(set) var learningRate: Double?
    private(set) var evaluations: [EvaluationReport] = []
    /// Of all steps since the last evaluation: what its training loss will be.
    private var lossSum = 0.0
    private var lossCount = 0
    private let epochsBefore: Int
    private let started: Double
    /// Moments to measure speed from: the start of this epoch and of the one before, so that an epoch which fills a
    /// cache is soon forgotten.
    private var anchors: [(time: Double, steps: Int, examples: Int)]
    private var examplesDone = 0
    /// The course of the training loss, for a sparkline before there are evaluations to draw one of.
    private(set) var trail = LossTrail()

    init(phase: PhaseStart, epochsBefore: Int, now: Double) {
        self.phase = phase
        self.epochsBefore = epochsBefore
        started = now
        anchors = [(now, 0, 0)]
    }

    mutating func add(_ step: StepReport) {
        stepsDone = step.stepInPhase
        learningRate = step.learningRate
        examplesDone += step.examples
        lossSum += step.loss
        trail.add(step.loss)
        lossCount += 1
    }

    /// Begins to measure speed in the middle of the phase.
    mutating func skip(to step: Int, now: Double) {
        stepsDone = step
        anchors = [(now, step, examplesDone)]
    }

    mutating func add(_ report: EvaluationReport, now: Double) {
        evaluations.append(report)
        learningRate = report.learningRate
        lossSum = 0
        lossCount = 0
        anchors = [anchors.last!, (now, stepsDone, examplesDone)]
    }

    var loss: Double? { lossCount > 0 ? lossSum / Double(lossCount) : evaluations.last?.trainLoss }
    var fraction: Double { phase.steps > 0 ? min(1, Double(stepsDone) / Double(phase.steps)) : 0 }
    func elapsed(_ now: Double) -> Double { now - started }

    /// The epoch of the last step, from 1.
    var epoch: Int {
        let epoch = max(stepsDone - 1, 0) / max(phase.stepsPerEpoch, 1) + 1
        return phase.epochs > 0 ? min(epoch, phase.epochs) : epoch
    }

    /// An evaluation's epoch, counted within the phase.
    func epochInPhase(_ report: EvaluationReport) -> Int { report.epoch - epochsBefore }

    var lastEpoch: Int { evaluations.last?.epoch ?? epochsBefore }

    func examplesPerSecond(_ now: Double) -> Double? {
        let seconds = now - anchors[0].time
        let examples = examplesDone - anchors[0].examples
        return seconds > 0.05 && examples > 0 ? Double(examples) / seconds : nil
    }

    func secondsLeft(_ now: Double) -> Double? {
        let steps = stepsDone - anchors[0].steps
        guard steps > 0, phase.steps > stepsDone else { return nil }
        return (now - anchors[0].time) / Double(steps) * Double(phase.steps - stepsDone)
    }

    /// The score that says most: the first validation metric, else the first metric.
    static func headline(_ report: EvaluationReport) -> MetricValue? {
        report.metrics.first { $0.name.hasPrefix("val_") } ?? report.metrics.first
    }
}
