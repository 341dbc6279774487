import Training

/// `metrics.csv` and `timing.csv`: a row of each per evaluation. The first holds nothing that a clock decides, so that
/// equal runs write equal bytes; the second holds the rest of the same rows.
package final class MetricsLog: TrainingObserver {
    private let metricNames: [String]
    private let metrics: AppendingFile
    private let timing: AppendingFile

    /// - Parameter metricNames: the columns between `val_loss` and `learning_rate`, such as `val_accuracy`.
    package init(directory: RunDirectory, metricNames: [String]) throws {
        self.metricNames = metricNames
        metrics = try AppendingFile(path: directory.path(of: .metrics))
        timing = try AppendingFile(path: directory.path(of: .timing))
        if metrics.isEmpty {
            let names = ["step", "epoch", "phase", "train_loss", "val_loss"] + metricNames + ["learning_rate"]
            try metrics.append(line: CSV.line(names))
        }
        if timing.isEmpty {
            try timing.append(
                line: "step,epoch,phase,seconds,examples_per_second,data_wait_seconds,peak_memory_bytes")
        }
    }

    /// Makes `metrics.csv` last through a loss of power; of `timing.csv`, which a clock decides, lines may be lost.
    /// - Returns: their sizes in bytes.
    /// - Throws: `SystemError`.
    package func flush() throws -> (metrics: Int, timing: Int) {
        try metrics.flush()
        return (metrics.size, timing.size)
    }

    package func handle(_ event: TrainingEvent) throws -> TrainingDirective {
        if case .evaluated(let report) = event { try append(report) }
        return .continue
    }

    private func append(_ report: EvaluationReport) throws {
        let unknown = report.metrics.first { !metricNames.contains($0.name) }
        precondition(unknown == nil, "no column for the metric \(unknown?.name ?? "")")
        let row = ["\(report.step)", "\(report.epoch)", report.phase]
        let values = metricNames.map { name in CSV.number(report.metrics.first { $0.name == name }?.value) }
        let losses = [CSV.number(report.trainLoss), CSV.number(report.validationLoss)]
        try metrics.append(line: CSV.line(row + losses + values + [CSV.number(report.learningRate)]))
        try timing.append(
            line: CSV.line(
                row + [
                    CSV.number(report.seconds), CSV.number(report.examplesPerSecond),
                    CSV.number(report.dataWaitSeconds), "\(report.peakMemoryBytes)",
                ]))
    }
}
