import Layers
import Tensors
import Tracking
import Training

extension Explanation {
    /// A table for people: what is said of the phase, one row per tensor under its layer, the rules with what they
    /// matched.
    /// - Parameters:
    ///   - phases: how many there are.
    ///   - alike: names of later phases of which the same is true.
    ///   - width: columns of the terminal; nil: as many as are needed.
    ///   - isOpen: whether it is not said how long the phase is.
    func text(phases: Int, alike: [String], width: Int?, isOpen: Bool = false) -> String {
        var lines = [heading(phases, isOpen)]
        if !alike.isEmpty { lines.append("the same in " + alike.map(TerminalText.visible).joined(separator: ", ")) }
        lines.append("")
        lines += table(width)
        lines.append("")
        if matches.isEmpty { lines.append("no rules: the checkpoint's own flags decide what trains") }
        for (place, match) in matches {
            lines.append("\(place): \(TerminalText.visible("\(match.rule)")) (\(match.count))")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private func heading(_ phases: Int, _ isOpen: Bool) -> String {
        let place = phases > 1 ? "phase \(index + 1)/\(phases)" : "phase"
        let all = resolution.trainableParameters + resolution.frozenParameters
        let length = isOpen ? "" : "\(Figures.plural(steps, "step")), "
        let pass = isOpen ? Figures.plural(stepsPerEpoch, "step") : Figures.count(stepsPerEpoch)
        return "\(place) \(TerminalText.visible(name)): \(length)\(pass) an epoch, "
            + "\(configuration.optimizer.algorithm.rawValue), "
            + "\(configuration.schedule.curve.name.rawValue) schedule, "
            + "\(Figures.count(resolution.trainableParameters)) of \(Figures.plural(all, "parameter")) train"
    }

    private func table(_ width: Int?) -> [String] {
        let columns: [TextTable.Column] = [
            .init("tensor", isElastic: true), .init("shape"), .init("trains"), .init("start", .right),
            .init("peak", .right), .init("end", .right), .init("×", .right), .init("decay", .right),
            .init("l2_sp", .right), .init("batch norm"), .init("decided by", isElastic: true),
        ]
        // A rule that would lose its middle is named by its place; its text stands below the table.
        let whole = TextTable(columns, cells(naming: \.rule)).lines(indent: 0)
        guard let width, whole.contains(where: { TerminalText.width($0) > width }) else { return whole }
        return TextTable(columns, cells(naming: \.places)).lines(indent: 0, width: width)
    }

    private func cells(naming rule: (Row) -> String) -> [[String]] {
        var cells: [[String]] = []
        var layer: ParameterPath?
        for row in rows {
            let tensor = row.policy.tensor
            if tensor.layer != layer {
                layer = tensor.layer
                cells.append([TerminalText.visible(tensor.layer.description)] + Array(repeating: "", count: 10))
                if let mode = row.batchNorm { cells[cells.count - 1][9] = mode.rawValue }
            }
            cells.append(Explanation.cells(row, rule(row)))
        }
        return cells
    }

    private static func cells(_ row: Row, _ rule: String) -> [String] {
        let tensor = row.policy.tensor
        let own = tensor.path.description.dropFirst(tensor.layer.description.count + 1)
        let name = "  " + TerminalText.visible(String(own))
        let shape = row.shape.dimensions.map(String.init).joined(separator: "×")
        let rates =
            row.policy.isOptimized
            ? [row.start, row.peak, row.end, row.policy.multiplier, row.policy.weightDecay].map(Figures.rate)
            : Array(repeating: "", count: 5)
        let trains = row.policy.isOptimized ? "yes" : row.policy.trainable ? "moves" : "no"
        let pull = row.policy.l2sp > 0 ? Figures.rate(row.policy.l2sp) : ""
        return [name, shape, trains] + rates + [pull, "", TerminalText.visible(rule)]
    }
}
