import Training

extension Report {
    /// The result at a glance.
    var header: Markup {
        let record = run.record
        return """
            <header><div class="title"><h1>\(record.name)</h1>\(status)</div>
            <p class="lead">\(outcome)</p>
            <div class="tiles">\(tiles)</div></header>

            """
    }

    /// What to try next, and what was warned of.
    var notes: Markup {
        let advice = list("What to try next", "advice", Advice.sentences(for: run))
        let methods = list("How it trained", "methods", run.record.methods)
        return "\(advice)\(list("Warnings", "warnings", run.record.warnings))\(methods)"
    }

    private func list(_ title: String, _ style: String, _ sentences: [String]) -> Markup {
        guard !sentences.isEmpty else { return .empty }
        let items = sentences.map { "<li>\($0)</li>\n" as Markup }
        return "<aside class=\"\(style)\"><h2>\(title)</h2><ul>\n\(items)</ul></aside>\n"
    }

    private var status: Markup {
        "<span class=\"status \(run.record.status.rawValue)\">\(run.record.status.rawValue)</span>"
    }

    private var outcome: String {
        let record = run.record
        if let error = record.error { return error }
        var parts: [String] = []
        if let best = record.best, let final = record.final {
            let phase = record.phases.count > 1 ? " in phase \(best.phase)" : ""
            parts.append("Best at epoch \(best.epoch) of \(final.epoch)\(phase)")
        }
        switch record.reason {
        case .completed: parts.append("trained to the end of the plan")
        case .earlyStopping:
            parts.append("stopped early when \(record.phases.last?.monitor ?? "the score") no longer got better")
        case .interrupted: parts.append("interrupted")
        case .timeBudget: parts.append("stopped when its time was up")
        case .stepBudget: parts.append("stopped when its steps were used up")
        case .notFinite: parts.append("stopped because a value was not finite")
        case nil: break
        }
        return parts.isEmpty ? "" : parts.joined(separator: "; ") + "."
    }

    private var tiles: [Markup] {
        var tiles: [Markup] = []
        let test = headline(run.record.test)
        if let test { tiles.append(tile(Report.shown(test), "test \(test.name)", "headline")) }
        if let best = run.record.best {
            let scores = best.metrics + [MetricValue(name: "val_loss", value: best.validationLoss ?? .nan)]
            if let score = headline(scores.filter { !$0.value.isNaN }) {
                let name = score.name.hasPrefix("val_") ? "validation " + score.name.dropFirst(4) : score.name
                tiles.append(tile(Report.shown(score), name, test == nil ? "headline" : ""))
            }
        }
        if let share = trainedShare { tiles.append(tile(share.value, share.label)) }
        let examples = run.record.examples
        let others = [(examples.validation, "validation"), (examples.test, "test")].filter { $0.0 > 0 }
        let rest = others.map { " + \(Figures.count($0.0)) \($0.1)" }.joined()
        tiles.append(tile(Figures.count(examples.train), "training examples\(rest)"))
        if let total = run.times.total {
            let startUp = run.times.startUp.map { ", \(Figures.duration($0)) of it before the first step" } ?? ""
            tiles.append(tile(Figures.duration(total), "in all" + startUp))
        }
        if let memory = run.evaluations.map(\.peakMemoryBytes).max(), memory > 0 {
            tiles.append(tile(Figures.bytes(memory), "peak memory"))
        }
        return tiles
    }

    private func tile(_ value: String, _ label: String, _ style: String = "") -> Markup {
        "<div class=\"tile \(style)\"><b>\(value)</b><span>\(label)</span></div>\n"
    }

    /// The score people ask for first: not a loss if there is anything else.
    private func headline(_ scores: [MetricValue]) -> MetricValue? {
        scores.first { $0.name.hasPrefix("val_") && !$0.name.hasSuffix("loss") }
            ?? scores.first { !$0.name.hasSuffix("loss") } ?? scores.first
    }

    private var trainedShare: (value: String, label: String)? {
        guard let last = run.record.phases.last else { return nil }
        let all = last.trainableParameters + last.frozenParameters
        guard all > 0 else { return nil }
        let most = run.record.phases.map(\.trainableParameters).max() ?? 0
        return (
            Figures.percent(Double(most) / Double(all), decimals: 0), "of \(Figures.plural(all, "parameter")) trained"
        )
    }

    /// Shares of one as percentages, other scores as they are.
    static func shown(_ score: MetricValue) -> String {
        isShare(score.name) ? Figures.percent(score.value) : Figures.score(score.value)
    }

    /// Whether a metric runs from nothing to one.
    static func isShare(_ metric: String) -> Bool {
        ["accuracy", "precision", "recall", "f1", "auc"].contains(where: metric.contains)
    }
}
