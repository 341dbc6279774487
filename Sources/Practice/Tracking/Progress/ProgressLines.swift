import Training

/// The words of progress: pure functions of what is known, so that every line can be tested.
struct ProgressLines {
    let terminal: Terminal
    /// A few widths, so that the bar does not breathe with every digit beside it.
    private static let barWidths = [32, 24, 16, 10, 6]
    private static let levels = Array("▁▂▃▄▅▆▇█")
    private static let plainLevels = Array("_.:-=+*#")

    /// The one line that is drawn over: phase, bar, epoch, loss, metric, rate, speed, time left.
    func live(_ state: ProgressState, now: Double, columns: Int) -> String {
        var line = Segments()
        addName(state, to: &line)
        line.add(place(state, epoch: state.epoch), dispensability: 2)
        if let loss = state.loss { line.add("loss \(Figures.score(loss))", dispensability: 1) }
        if let last = state.evaluations.last { addScore(last, to: &line) }
        // One evaluation is no course: until there are two, that of the steps.
        let course = sparkline(state.evaluations.count > 1 ? losses(state.evaluations) : state.trail.means)
        line.add(course, styled: terminal.styled(course, .cyan), dispensability: 5)
        if let rate = state.learningRate { addDim("lr \(Figures.rate(rate))", 7, to: &line) }
        if let speed = state.examplesPerSecond(now) { addDim("\(Figures.short(speed)) examples/s", 6, to: &line) }
        if let left = state.secondsLeft(now) { line.add("\(Figures.clock(left)) left", dispensability: 4) }
        line.fit(columns: columns - ProgressLines.barWidths.last! - Segments.gap.count)
        let room = columns - line.width - Segments.gap.count
        return line.joined(bar: ProgressLines.barWidths.first { $0 <= room }.map { bar(state.fraction, width: $0) })
    }

    /// What stays of the live line when the phase is over.
    func finished(_ state: ProgressState, _ end: PhaseEnd, now: Double, columns: Int) -> String {
        var line = Segments()
        let (mark, style): (String, Terminal.Style) =
            switch end.reason {
            case .completed, .earlyStopping: (terminal.glyph("✓", "ok"), .green)
            case .timeBudget, .stepBudget, .interrupted: (terminal.glyph("■", "--"), .yellow)
            case .notFinite: (terminal.glyph("✗", "!!"), .red)
            }
        let name = terminal.shown(state.phase.name)
        line.add("\(mark) \(name)", styled: terminal.styled(mark, style) + " " + terminal.styled(name, .bold))
        line.add(outcome(state, end))
        line.add(Figures.duration(state.elapsed(now)), dispensability: 3)
        line.add(best(state, end), dispensability: 2)
        if let report = bestReport(state, end), let metric = ProgressState.headline(report), metric.name != end.monitor
        {
            line.add("\(terminal.shown(metric.name)) \(Figures.score(metric.value))", dispensability: 1)
        }
        let course = sparkline(losses(state.evaluations))
        line.add(course, styled: terminal.styled(course, .cyan), dispensability: 7)
        line.fit(columns: columns)
        return line.joined()
    }

    /// The first plain line of a phase.
    func opening(_ phase: PhaseStart) -> String {
        let all = phase.trainableParameters + phase.frozenParameters
        let validation =
            phase.validationExamples > 0 ? " (\(Figures.count(phase.validationExamples)) more for validation)" : ""
        return "phase \(phase.index + 1)/\(phase.phases) \(terminal.shown(phase.name)): "
            + "\(Figures.plural(phase.epochs, "epoch")) of \(Figures.plural(phase.stepsPerEpoch, "step")), "
            + "\(Figures.plural(phase.trainExamples, "example"))\(validation), "
            + "\(Figures.count(phase.trainableParameters)) of \(Figures.plural(all, "parameter")) train"
    }

    /// One plain line per evaluation.
    func plain(_ report: EvaluationReport, _ state: ProgressState) -> String {
        var line = Segments()
        line.add(terminal.shown(report.phase))
        line.add(place(state, epoch: state.epochInPhase(report)))
        line.add("step \(report.step)")
        line.add("loss \(Figures.score(report.trainLoss))")
        if let loss = report.validationLoss { line.add("val_loss \(Figures.score(loss))") }
        for metric in report.metrics { line.add("\(terminal.shown(metric.name)) \(Figures.score(metric.value))") }
        line.add("lr \(Figures.rate(report.learningRate))")
        line.add("\(Figures.short(report.examplesPerSecond)) examples/s")
        line.add(Figures.duration(report.seconds))
        if report.improved { line.add("best so far", styled: terminal.styled("best so far", .green)) }
        return line.joined()
    }

    /// A plain line for a step, where everything was asked for.
    func plain(_ step: StepReport, _ state: ProgressState) -> String {
        "\(terminal.shown(state.phase.name))  step \(step.step)  loss \(Figures.score(step.loss))  "
            + "gradient norm \(Figures.score(step.gradientNorm))  lr \(Figures.rate(step.learningRate))"
    }

    /// The last plain line of a phase.
    func closing(_ state: ProgressState, _ end: PhaseEnd, now: Double) -> String {
        let best = best(state, end)
        return "phase \(terminal.shown(end.name)) \(outcome(state, end)) in \(Figures.duration(state.elapsed(now)))"
            + (best.isEmpty ? "" : "; \(best)")
    }

    /// A phase that is measured in steps may have no number of epochs.
    private func place(_ state: ProgressState, epoch: Int) -> String {
        state.phase.epochs > 0 ? "epoch \(epoch)/\(state.phase.epochs)" : "epoch \(epoch)"
    }

    private func addName(_ state: ProgressState, to line: inout Segments) {
        let name = SafeText.prefix(terminal.shown(state.phase.name), columns: 20)
        let place = state.phase.phases > 1 ? " \(state.phase.index + 1)/\(state.phase.phases)" : ""
        line.add(name + place, styled: terminal.styled(name, .bold) + terminal.styled(place, .dim))
    }

    private func addScore(_ report: EvaluationReport, to line: inout Segments) {
        let score: MetricValue? =
            ProgressState.headline(report) ?? report.validationLoss.map { MetricValue(name: "val_loss", value: $0) }
        guard let score else { return }
        let text = "\(terminal.shown(score.name)) \(Figures.score(score.value))"
        let mark = report.improved ? " " + terminal.glyph("▲", "^") : ""
        line.add(text + mark, styled: text + (mark.isEmpty ? "" : terminal.styled(mark, .green)), dispensability: 3)
    }

    private func addDim(_ text: String, _ dispensability: Int, to line: inout Segments) {
        line.add(text, styled: terminal.styled(text, .dim), dispensability: dispensability)
    }

    private func outcome(_ state: ProgressState, _ end: PhaseEnd) -> String {
        let epochs = Figures.plural(state.evaluations.last.map(state.epochInPhase) ?? 0, "epoch")
        switch end.reason {
        case .completed: return "done after \(epochs)"
        case .earlyStopping: return "stopped early after \(epochs)"
        case .interrupted: return "interrupted after \(epochs)"
        case .timeBudget: return "out of time after \(epochs)"
        case .stepBudget: return "out of steps after \(epochs)"
        case .notFinite: return "stopped after \(epochs): a value is not finite"
        }
    }

    private func best(_ state: ProgressState, _ end: PhaseEnd) -> String {
        guard let monitor = end.monitor, let score = end.bestScore else { return "" }
        let place = bestReport(state, end).map { " at epoch \(state.epochInPhase($0))" } ?? ""
        return "best \(terminal.shown(monitor)) \(Figures.score(score))\(place)"
    }

    private func bestReport(_ state: ProgressState, _ end: PhaseEnd) -> EvaluationReport? {
        state.evaluations.last { $0.step == end.bestStep }
    }

    private func bar(_ fraction: Double, width: Int) -> String {
        guard terminal.usesUnicode else {
            let filled = Int(fraction * Double(width - 2))
            let head = filled < width - 2 ? ">" : ""
            return "[" + String(repeating: "=", count: filled) + head
                + String(repeating: " ", count: width - 2 - filled - head.count) + "]"
        }
        let halves = Int(fraction * Double(width * 2))
        let filled = String(repeating: "━", count: halves / 2) + (halves % 2 == 1 ? "╸" : "")
        let rest = String(repeating: terminal.usesColor ? "━" : "·", count: width - (halves + 1) / 2)
        return terminal.styled(filled, fraction < 1 ? .cyan : .green) + terminal.styled(rest, .dim)
    }

    /// The loss that is watched, one an evaluation.
    private func losses(_ evaluations: [EvaluationReport]) -> [Double] {
        evaluations.map { $0.validationLoss ?? $0.trainLoss }.filter(\.isFinite)
    }

    /// The course of a loss in at most twelve characters, from its lowest to its highest; empty below two losses.
    private func sparkline(_ losses: [Double]) -> String {
        guard losses.count > 1, let low = losses.min(), let high = losses.max() else { return "" }
        let levels = terminal.usesUnicode ? ProgressLines.levels : ProgressLines.plainLevels
        let count = min(losses.count, 12)
        let picked = (0..<count).map { losses[$0 * (losses.count - 1) / (count - 1)] }
        return String(
            picked.map { loss in
                let height = high > low ? (loss - low) / (high - low) : 0
                return levels[Int((height * Double(levels.count - 1)).rounded())]
            })
    }
}
