import Training

/// The end of a run in about five lines: what came out, when it was best, why it stopped, where it is, what to try.
package struct RunSummary: Sendable {
    private let run: RunDescription
    private let directory: String
    private let terminal: Terminal

    package init(_ run: RunDescription, directory: String, terminal: Terminal) {
        self.run = run
        self.directory = directory
        self.terminal = terminal
    }

    /// The lines, each ended.
    package var text: String {
        let advice = Advice.sentences(for: run).first ?? another
        let lines: [(String, String?)] = [
            ("Result", result), ("Best", best), ("Stopped", stopped), ("Model", model), ("Next", advice),
        ]
        return lines.compactMap { label, text in
            text.map { terminal.styled(label.padded(to: 9), .dim) + terminal.shown($0) + "\n" }
        }.joined()
    }

    private var record: RunRecord { run.record }

    private var result: String? {
        if let error = record.error { return "failed: \(error)" }
        if !record.test.isEmpty {
            return "test \(scores(record.test)) (\(Figures.plural(record.examples.test, "example")))"
        }
        return record.best.map { best in
            let found = losses(best) + best.metrics
            return found.isEmpty
                ? "training loss \(Figures.score(best.trainLoss)); no validation or test data to tell more"
                : scores(found)
        }
    }

    private var best: String? {
        guard let best = record.best else { return nil }
        let phase = record.phases.count > 1 ? " (phase \(best.phase))" : ""
        let scores = record.test.isEmpty ? "" : ": " + scores(losses(best) + best.metrics)
        return "epoch \(best.epoch) of \(record.final?.epoch ?? best.epoch)\(phase)\(scores)"
    }

    private var stopped: String? {
        guard let reason = record.reason else { return nil }
        let why =
            switch reason {
            case .completed: "after all that was planned"
            case .earlyStopping: "early: \(record.phases.last?.monitor ?? "the score") no longer got better"
            case .interrupted: "by interruption"
            case .timeBudget: "when the time was up"
            case .stepBudget: "when the steps were used up"
            case .notFinite: "because a value was not finite"
            }
        var facts = [why]
        if let total = run.times.total { facts.append(Figures.duration(total)) }
        if let waiting { facts.append(waiting) }
        let memory = run.evaluations.map(\.peakMemoryBytes).max() ?? 0
        if memory > 0 { facts.append("peak memory \(Figures.bytes(memory))") }
        return facts.joined(separator: ", ")
    }

    /// How long steps waited for data, where that was more than a hundredth of their time.
    private var waiting: String? {
        let seconds = run.evaluations.reduce(0) { $0 + $1.seconds }
        let waited = run.evaluations.reduce(0) { $0 + $1.dataWaitSeconds }
        guard waited > seconds / 100, waited >= 0.01 else { return nil }
        return "\(Figures.duration(waited)) of it waiting for data"
    }

    private var model: String? {
        record.best == nil ? nil : "\(joined(directory, "model.h5")); the report is \(joined(directory, "report.html"))"
    }

    /// Where nothing stands out: whether the result is more than chance is what no single run can say.
    private var another: String? {
        guard record.best != nil, record.seed < .max else { return nil }
        return
            "Nothing stands out: another seed shows how much of the result is chance (--set seed=\(record.seed + 1)); "
            + "finetune runs shows both."
    }

    private func losses(_ moment: RunRecord.Moment) -> [MetricValue] {
        [MetricValue(name: "val_loss", value: moment.validationLoss ?? .nan)].filter { !$0.value.isNaN }
    }

    /// Scores first, losses after them: people look for the accuracy.
    private func scores(_ values: [MetricValue]) -> String {
        let sorted = values.filter { !$0.name.hasSuffix("loss") } + values.filter { $0.name.hasSuffix("loss") }
        return sorted.map { "\($0.name) \(Figures.score($0.value))" }.joined(separator: ", ")
    }
}

extension String {
    func padded(to width: Int) -> String { self + String(repeating: " ", count: max(1, width - SafeText.width(self))) }
}
