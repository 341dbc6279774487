import OrderedCollections
import Tensors
import Tracking
import Training

/// What a run of a comparison left in its folder.
struct RunOutcome {
    /// A run as it is planned.
    struct Place: Hashable {
        let arm: Int
        let seed: Int
        let fraction: Double
    }

    let place: Place
    let run: Comparison.Run
    /// Of training, without starting up and the evaluation at the end.
    let seconds: Double
    /// Since its beginning, at each evaluation.
    let laps: [(step: Int, seconds: Double)]
    /// SHA-256 of the data, by what was read, and of the checkpoint.
    let inputHashes: OrderedDictionary<String, String>

    /// - Parameters:
    ///   - folder: of the run.
    ///   - name: below the comparison's own.
    /// - Throws: what makes a run's files unreadable; `UsageError` for a run that does not know the metric.
    init(_ place: Place, arm: String, folder: String, name: String, metric: Comparison.Metric) throws {
        let description = try RunDescription(readingRunAt: folder)
        let record = description.record
        self.place = place
        let column = "val_" + metric.name
        func value(_ name: String, _ loss: Double?, _ metrics: [MetricValue]) -> Double? {
            name == "loss" || name == "val_loss" ? loss : metrics.first { $0.name == name }?.value
        }
        let curve = description.evaluations.compactMap { report in
            value(column, report.validationLoss, report.metrics).map {
                Comparison.Run.Point(step: report.step, score: $0)
            }
        }
        var sofar = 0.0
        laps = description.evaluations.map { report in
            sofar += report.seconds
            return (report.step, sofar)
        }
        seconds = sofar
        inputHashes = record.hashes.filter { $0.key.hasPrefix("data.") || $0.key == "checkpoint" }
        let isDone = record.status == .completed
        var score: Double?
        if isDone {
            score =
                metric.data == "test"
                ? record.test.first { $0.name == metric.name }?.value
                : record.best.flatMap { value(column, $0.validationLoss, $0.metrics) }
            guard score != nil else {
                throw UsageError("the run \(folder) says nothing of \(metric.data) \(metric.name)")
            }
        }
        run = Comparison.Run(
            arm: arm, seed: place.seed, fraction: place.fraction, labels: record.examples.train,
            steps: record.phases.map(\.lastStep).max() ?? description.evaluations.last?.step ?? 0,
            status: isDone ? .done : .failed, score: score, bestStep: isDone ? record.best?.step : nil, folder: name,
            modelHash: isDone ? record.hashes["model"] : nil, curve: curve)
    }
}
