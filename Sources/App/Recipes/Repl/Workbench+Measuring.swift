import Data
import Layers
import Tensors
import Tracking
import Training

extension Workbench {
    private func sample(_ session: Session) -> ExampleSet { session.data.validation ?? session.data.training }

    /// What layers give for a batch.
    func activations(_ words: [String]) throws -> String {
        let session = try session("activations")
        let chosen = try self.chosen(words) ?? []
        let layers = registry.layers.values.filter { chosen.contains($0.path) }
        let probe = try ActivationProbe(
            session.last.objective, layers: layers.map(\.path), store: store, batchSize: session.recipe.data.batchSize)
        let outputs = try withFinalWeights { try probe.firstBatch(of: sample(session)) }
        let rows = layers.compactMap { layer -> [String]? in
            guard let output = outputs[layer.path] else { return nil }
            let summary = NumberSummary(output.values)
            return [
                TerminalText.visible(layer.path.description), "\(output.shape)", Figures.score(summary.mean),
                Figures.score(summary.deviation), Figures.score(summary.minimum), Figures.score(summary.maximum),
                Figures.percent(summary.zeros, decimals: 1),
                output.shape.rank > 1 ? "\(deadChannels(output)) of \(output.shape.dimensions.last ?? 0)" : "",
                summary.line(terminal),
            ]
        }
        let columns: [TextTable.Column] = [
            .init("layer", isElastic: true), .init("gives"), .init("mean", .right), .init("deviation", .right),
            .init("least", .right), .init("most", .right), .init("zero", .right), .init("always 0", .right), .init(""),
        ]
        return TextTable(columns, rows).lines(indent: 0, width: terminal.isInteractive ? terminal.width() : nil)
            .joined(separator: "\n") + "\n"
    }

    /// Channels, the last axis, that are 0 for every example.
    private func deadChannels(_ tensor: Tensor) -> Int {
        let channels = tensor.shape.dimensions.last ?? 1
        var alive = Set<Int>()
        for (index, value) in tensor.values.enumerated() where value != 0 { alive.insert(index % channels) }
        return channels - alive.count
    }

    /// The gradients of the tensors that train, for the batch that comes next.
    func gradients(_ words: [String]) throws -> String {
        let chosen = try self.chosen(words)
        let found = try gradients(batches: 1).filter { entry in
            chosen.map { $0.contains(registry.owner(of: registry.parameters[entry.path]!.layer)?.path ?? "") } ?? true
        }
        guard !found.isEmpty else { throw UsageError("nothing of that trains now, so it has no gradients") }
        let rows = found.map { entry in
            [
                TerminalText.visible(entry.path.description), Figures.score(entry.norm),
                Figures.score(entry.weightNorm), Figures.rate(entry.relative),
                NumberSummary(entry.values).line(terminal),
            ]
        }
        let columns: [TextTable.Column] = [
            .init("tensor", isElastic: true), .init("gradient norm", .right), .init("weight norm", .right),
            .init("relative", .right), .init(""),
        ]
        return TextTable(columns, rows).lines(indent: 0, width: terminal.isInteractive ? terminal.width() : nil)
            .joined(separator: "\n") + "\n"
    }

    private func gradients(batches: Int, all: Bool = false) throws -> [GradientProbe.Entry] {
        let session = try session("gradients")
        var recipe = session.recipe
        if all {
            var draft = self.draft
            draft.settings["policy"] = [["unfreeze": "**"], ["set": "**", "batch_norm": "inference"]]
            recipe = try draft.recipe()
        }
        let phases = recipe.phaseConfigurations()
        let state = try now.state?.value()
        return try session.trainer().gradients(phases[phases.count - 1], batches: batches, from: state)
    }

    /// What to freeze and which rates, by the norm of each layer's gradient over that of its weights.
    func suggest(_ batches: Int) throws -> String {
        let entries = try gradients(batches: batches, all: true)
        let layers = RelativeGradients(entries, registry: registry)
        guard let highest = layers.values.max(), highest > 0 else {
            throw UsageError("all gradients are 0: there is nothing to go by")
        }
        let ordered = registry.layers.keys.filter { layers[$0] != nil }
        let rows = ordered.map { path -> [String] in
            let value = layers[path] ?? 0
            return [
                TerminalText.visible(path.description), Figures.rate(value),
                RelativeGradients.advice(value / highest),
                String(repeating: terminal.glyph("█", "#"), count: max(1, Int((value / highest * 20).rounded()))),
            ]
        }
        let columns: [TextTable.Column] = [
            .init("layer", isElastic: true), .init("relative gradient", .right), .init("suggested"), .init(""),
        ]
        let frozen = ordered.filter { (layers[$0] ?? 0) / highest < RelativeGradients.negligible }
        var lines = TextTable(columns, rows).lines(indent: 0, width: terminal.isInteractive ? terminal.width() : nil)
        lines.append("")
        lines.append(
            "norm of the gradient over that of the weights, mean of \(Figures.plural(batches, "batch")); to follow it, type:"
        )
        if !frozen.isEmpty { lines.append("  freeze " + frozen.map(\.description).joined(separator: " ")) }
        for path in ordered {
            let share = (layers[path] ?? 0) / highest
            guard share >= RelativeGradients.negligible, share < 0.5 else { continue }
            lines.append("  rate \(path) x\(Figures.rate(share))")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// The loss at rising rates; nothing is changed.
    func rateSearch(_ words: [String]) throws -> String {
        let session = try session("lr-find")
        var range = RateRange()
        for word in words {
            guard let setting = ReplSetting(word) else { throw UsageError("lr-find takes from=, to= and steps=") }
            switch (setting.path[0], setting.value.double) {
            case ("from", let value?) where value > 0: range.lowest = value
            case ("to", let value?) where value > 0: range.highest = value
            case ("steps", let value?) where value >= 3 && value <= 1e6: range.steps = Int(value)
            default: throw UsageError("lr-find \(word): expected from=1e-7, to=10 or steps=100, at least 3")
            }
        }
        guard range.lowest < range.highest else { throw UsageError("lr-find: from must be below to") }
        let phases = session.recipe.phaseConfigurations()
        let trainer = session.trainer()
        let index = phases.count - 1
        let state = try now.state?.value()
        defer { subject.place(state, or: pretrained) }
        let curve = try trainer.searchRate(phases, at: index, over: range, from: state)
        return curve.text(
            phase: phases[index].name, from: phases[index].rates.base, advice: "optimizer learning_rate=")
    }
}

/// The relative gradient of each layer: ‖∇w‖ / ‖w‖ over its kernels (Lee, Chen, Tajwar, Kumar, Yao, Liang, Finn, "Surgical
/// fine-tuning improves adaptation to distribution shifts", ICLR 2023, Auto-RGN).
struct RelativeGradients {
    private(set) var byLayer: [ParameterPath: Double] = [:]
    /// Layers below this share of the highest are not worth training.
    static let negligible = 0.02

    init(_ entries: [GradientProbe.Entry], registry: LayerRegistry) {
        let owners = Dictionary(grouping: entries) {
            registry.owner(of: registry.parameters[$0.path]!.layer)?.path ?? ""
        }
        for (layer, entries) in owners {
            let gradient = entries.reduce(0) { $0 + $1.norm * $1.norm }.squareRoot()
            let weight = entries.reduce(0) { $0 + $1.weightNorm * $1.weightNorm }.squareRoot()
            if weight > 0 { byLayer[layer] = gradient / weight }
        }
    }

    var values: Dictionary<ParameterPath, Double>.Values { byLayer.values }
    subscript(path: ParameterPath) -> Double? { byLayer[path] }

    static func advice(_ share: Double) -> String {
        if share < negligible { return "freeze" }
        return share < 0.5 ? "x\(Figures.rate(share))" : "train"
    }
}
