import Data
import JSON
import Training

/// `tensorboard/`: what happens, as an event file that TensorBoard opens. Only wall times differ between equal runs.
package final class TensorBoardLog: TrainingObserver {
    /// What a run is, told once at the head of the file.
    package struct Header: Sendable {
        /// As resolved.
        package var recipe: JSON
        /// The columns of `metrics.csv` between `val_loss` and `learning_rate`.
        package var metricNames: [String]
        package var hasValidation: Bool

        package init(recipe: JSON, metricNames: [String], hasValidation: Bool) {
            self.recipe = recipe
            self.metricNames = metricNames
            self.hasValidation = hasValidation
        }
    }

    /// A tensor that trains, or some of its numbers where it has many.
    package struct Weights {
        package var path: String
        package var values: [Float]

        package init(path: String, values: [Float]) {
            self.path = path
            self.values = values
        }
    }

    /// Bytes beyond which a file takes no more histograms.
    static let histogramLimit = 8 << 20
    /// Points of the curves over single steps, at most, in a phase.
    static let stepsPerPhase = 500
    /// Numbers of a tensor that a histogram is made of, at most.
    package static let sampleLimit = 50_000
    /// Tensors that have a histogram, at most.
    package static let tensorLimit = 48

    private let file: AppendingFile
    private let clock: () -> UTCDate
    private let weights: (PhaseStart) -> [Weights]
    private let pictures: (PhaseStart, _ epoch: Int) throws -> [Thumbnail]
    private var phase: PhaseStart?
    private var hasPictures = false

    /// - Parameters:
    ///   - weights: the tensors that train in a phase, as they are when it is asked.
    ///   - pictures: a few training examples as they come in an epoch of a phase; none where inputs are no pictures.
    package init(
        directory: RunDirectory, header: Header, clock: @escaping () -> UTCDate = UTCDate.now,
        weights: @escaping (PhaseStart) -> [Weights] = { _ in [] },
        pictures: @escaping (PhaseStart, _ epoch: Int) throws -> [Thumbnail] = { _, _ in [] }
    ) throws {
        try directory.makeParent(of: .tensorBoard)
        file = try AppendingFile(path: directory.path(of: .tensorBoard))
        self.clock = clock
        self.weights = weights
        self.pictures = pictures
        if file.isEmpty { try begin(header) }
    }

    private func begin(_ header: Header) throws {
        let now = clock()
        try file.append(EventRecord.framed(SummaryEvent.beginning(at: now)))
        let parameters = HyperParameters(recipe: header.recipe)
        var tags = ["loss/training"] + header.metricNames.map(TensorBoardLog.tag)
        if header.hasValidation { tags.insert("loss/validation", at: 1) }
        let code = header.recipe.serialized(pretty: true).split(separator: "\n").map { "    " + $0 }
        try append(
            [
                .parameters("experiment", parameters.experiment(metrics: tags, at: now)),
                .parameters("session_start_info", parameters.start(at: now)),
                .text("recipe", code.joined(separator: "\n")),
            ], step: 0, at: now)
    }

    /// Makes the file last through a loss of power.
    /// - Returns: its size in bytes.
    /// - Throws: `SystemError`.
    package func flush() throws -> Int {
        try file.flush()
        return file.size
    }

    /// Remembers what happened before the run was stopped, without writing it again.
    package func recall(_ event: TrainingEvent) {
        switch event {
        case .phaseStarted(let start):
            phase = start
            hasPictures = false
        case .evaluated: hasPictures = true
        default: break
        }
    }

    package func handle(_ event: TrainingEvent) throws -> TrainingDirective {
        switch event {
        case .phaseStarted: recall(event)
        case .step(let report): try append(report)
        case .evaluated(let report):
            try append(report)
            recall(event)
        case .phaseEnded, .warning, .message, .remark: break
        }
        return .continue
    }

    private func append(_ report: StepReport) throws {
        let stride = max(1, ((phase?.steps ?? 1) + TensorBoardLog.stepsPerPhase - 1) / TensorBoardLog.stepsPerPhase)
        guard report.stepInPhase % stride == 0 else { return }
        try append(
            [
                .scalar("step/loss", report.loss), .scalar("step/gradient_norm", report.gradientNorm),
                .scalar("step/learning_rate", report.learningRate),
            ], step: report.step, at: clock())
    }

    private func append(_ report: EvaluationReport) throws {
        var values = [Summary.scalar("loss/training", report.trainLoss)]
        if let loss = report.validationLoss { values.append(.scalar("loss/validation", loss)) }
        values += report.metrics.map { .scalar(TensorBoardLog.tag($0.name), $0.value) }
        values.append(.scalar("learning_rate", report.learningRate))
        let now = clock()
        try append(values, step: report.step, at: now)
        if file.size < TensorBoardLog.histogramLimit, let phase {
            let histograms = weights(phase).compactMap { Summary.histogram("weights/" + $0.path, $0.values) }
            if !histograms.isEmpty { try append(histograms, step: report.step, at: now) }
        }
        guard !hasPictures, let phase else { return }
        let pictures = try pictures(phase, report.epoch)
        guard let size = pictures.first?.size else { return }
        try append(
            [.images("training examples", pictures.filter { $0.size == size }.map(\.png), size: size)],
            step: report.step, at: now)
    }

    /// Adds what came of the run.
    /// - Throws: `SystemError`, `MemoryError`.
    package func end(_ record: RunRecord) throws {
        let (now, step) = (clock(), record.final?.step ?? 0)
        var values = record.test.map { Summary.scalar($0.name + "/test", $0.value) }
        if let table = record.confusion, let picture = try ConfusionPicture(table) {
            values.append(.images("confusion matrix", [picture.png], size: picture.size))
        }
        values.append(.parameters("session_end_info", HyperParameters.end(record.status, at: now)))
        try append(values, step: step, at: now)
    }

    private func append(_ values: [Summary], step: Int, at time: UTCDate) throws {
        try file.append(EventRecord.framed(SummaryEvent.encoded(values, step: step, at: time)))
    }

    /// `val_accuracy` as `accuracy/validation`: curves of a metric come to stand side by side.
    static func tag(_ metric: String) -> String {
        metric.hasPrefix("val_") ? metric.dropFirst(4) + "/validation" : metric + "/training"
    }
}
