import JSON
import Layers
import Tensors
import Tracking
import Training

extension Workbench {
    private var width: Int? { terminal.isInteractive ? terminal.width() : nil }

    func layers(_ words: [String]) throws -> String {
        let chosen = try self.chosen(words)
        return LayerOverview(registry: registry, resolution: try subject.resolution(), terminal: terminal)
            .text(chosen, width: width)
    }

    /// The layers that words mean; nil without words.
    func chosen(_ words: [String]) throws -> Set<ParameterPath>? {
        guard !words.isEmpty else { return nil }
        return Set(try Workbench.patterns(words).flatMap { try find($0).map(\.path) })
    }

    /// The layers that a pattern means: itself, or those that hold a tensor that it means.
    /// - Throws: `UsageError` where nothing does.
    func find(_ pattern: String) throws -> [RegisteredLayer] {
        let selector = try self.selector(pattern)
        let tensors = registry.policyTensors
        let owners = Set(selector.matches(in: tensors).compactMap { registry.owner(of: tensors[$0].layer)?.path })
        let glob = try? PathPattern(pattern)
        let found = registry.layers.values.filter { owners.contains($0.path) || glob?.covers($0.path) == true }
        guard found.isEmpty else { return found }
        throw UsageError("no layer matches \"\(pattern)\"" + didYouMean(pattern, among: names, known: "layers"))
    }

    private func selector(_ pattern: String) throws -> PolicySelector {
        do { return try PolicySelector(pattern).naming(subject.recipe.model.namedBlocks) } catch {
            throw UsageError("\(error)")
        }
    }

    /// Paths of layers and tensors, and blocks: what can be typed where a pattern is expected.
    var names: [String] {
        Array(subject.recipe.model.blocks.keys) + registry.layers.keys.map(\.description)
            + registry.parameters.keys.map(\.description)
    }

    /// The tensors of what words mean.
    func show(_ words: [String]) throws -> String {
        try Workbench.patterns(words).map { try show($0) }.joined(separator: "\n")
    }

    private func show(_ pattern: String) throws -> String {
        let selector = try self.selector(pattern)
        let policies = try subject.resolution().tensors
        let tensors = registry.policyTensors
        let found = selector.matches(in: tensors)
        guard !found.isEmpty else {
            let layers = try find(pattern)
            return layers.map { layer in
                "\(layer.path)  \(layer.specification.className)  \(layer.outputShape)  no parameters\n"
                    + "  \(layer.specification.config.serialized())\n"
            }.joined()
        }
        return found.map { describe(policies[$0]) }.joined(separator: "\n")
    }

    private func describe(_ policy: TensorPolicy) -> String {
        let shape = registry.parameters[policy.path]?.shape ?? .scalar
        let values = store.tensor(policy.path).values
        let summary = NumberSummary(values)
        var lines = [
            "\(policy.path)  \(shape.dimensions.map(String.init).joined(separator: "×"))  \(policy.tensor.role.rawValue)  "
                + (policy.isOptimized
                    ? "trains at \(Figures.rate(policy.peakRate)), decay \(Figures.rate(policy.weightDecay))"
                    : policy.trainable ? "moves" : "frozen"),
            "  norm \(Figures.score(summary.norm))  mean \(Figures.score(summary.mean)) ± "
                + "\(Figures.score(summary.deviation))  from \(Figures.score(summary.minimum)) to "
                + Figures.score(summary.maximum),
            "  " + summary.line(terminal),
        ]
        if summary.notFinite > 0 { lines.append("  \(Figures.percent(summary.notFinite)) are not finite") }
        let isPretrained = subject.prepared.pretrained.contains(policy.path)
        if let origin = subject.origin(of: policy.path, pretrained) {
            let distance = zip(values, origin).reduce(0.0) { $0 + Double($1.0 - $1.1) * Double($1.0 - $1.1) }
                .squareRoot()
            let base = NumberSummary(origin).norm
            let share = base > 0 ? " (\(Figures.percent(distance / base)) of its norm)" : ""
            let from = isPretrained ? "the pretrained values" : "its first values"
            lines.append(
                distance == 0
                    ? "  as \(isPretrained ? "in the file" : "it began")"
                    : "  \(Figures.score(distance)) away from \(from)\(share)")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    func explain(_ words: [String]) throws -> String {
        let session = try session("explain")
        let explanation = try Explanation(session.recipe.phases.count - 1, in: session)
        let chosen = try self.chosen(words)
        return explanation.keeping { row in
            chosen.map { $0.contains(registry.owner(of: row.policy.tensor.layer)?.path ?? "") } ?? true
        }.text(phases: 1, alike: [], width: width, isOpen: true)
    }

    func plan() throws -> String {
        let batch = try session("plan").recipe.data.batchSize
        return try phasePlan().text(batch: "\(batch)", isOpen: true)
    }

    /// What the next step takes.
    /// - Throws: `UsageError` without data; `NothingTrainsError`.
    func phasePlan() throws -> PhasePlan {
        let session = try session("plan")
        let phases = session.recipe.phaseConfigurations()
        let held = session.data.test?.dataset.heldBytes ?? 0
        return try session.trainer().plan(phases, at: phases.count - 1, heldBytes: held)
    }

    func ledger() -> String {
        subject.prepared.ledger.table()
    }

    /// The rules in the order in which they were typed.
    func policy() throws -> String {
        let matches = try subject.resolution().matches
        guard !matches.isEmpty else { return "no rules: the checkpoint's own flags decide what trains\n" }
        return matches.enumerated().map { "\($0.offset + 1)  \($0.element.rule) (\($0.element.count))\n" }.joined()
    }

    /// A score of the log, drawn over the steps.
    func curve(_ name: String?) throws -> String {
        let reports = now.events.compactMap { if case .evaluated(let report) = $0 { report } else { nil } }
        guard let last = reports.last else { throw UsageError("nothing was evaluated yet; train 1 epoch does") }
        func value(_ report: EvaluationReport, _ name: String) -> Double? {
            switch name {
            case "train_loss": report.trainLoss
            case "val_loss": report.validationLoss
            case "learning_rate": report.learningRate
            default: report.metrics.first { $0.name == name }?.value
            }
        }
        let known =
            ["train_loss"] + (last.validationLoss == nil ? [] : ["val_loss"]) + last.metrics.map(\.name)
            + ["learning_rate"]
        if let name, !known.contains(name) {
            throw UsageError("there is no score \(name)" + didYouMean(name, among: known, known: "scores"))
        }
        let shown = name.map { [$0] } ?? known.filter { $0.hasSuffix("loss") }
        let columns = min(max((width ?? 80) - 16, 16), 64)
        return shown.map { name in
            let points = reports.compactMap { report in value(report, name).map { (Double(report.step), $0) } }
            let drawn = TextPlot(points, width: columns, height: 8).lines().joined(separator: "\n")
            return
                "\(name), steps \(reports[0].step) to \(last.step); last \(Figures.score(points.last?.1 ?? .nan))\n\(drawn)\n"
        }.joined(separator: "\n")
    }

    func history() -> String {
        let line = timeline.line
        var lines = line.past.enumerated().map { index, moment in
            (index == line.past.count - 1 ? "> " : "  ") + "\(index)  \(moment.command)" + Workbench.score(moment)
        }
        lines += line.future.reversed().enumerated().map { index, moment in
            "  \(line.past.count + index)  (\(moment.command))"
        }
        return "\(timeline.current):\n" + lines.joined(separator: "\n") + "\n"
    }

    /// The last validation loss of a moment.
    private static func score(_ moment: Moment) -> String {
        for event in moment.events.reversed() {
            guard case .evaluated(let report) = event else { continue }
            guard moment.command.hasPrefix("train") || moment.command.hasPrefix("continue") else { return "" }
            let name = report.validationLoss == nil ? "train_loss" : "val_loss"
            return "  step \(report.step), \(name) \(Figures.score(report.validationLoss ?? report.trainLoss))"
        }
        return ""
    }
}
