import Layers
import Tensors
import Tracking
import Training

/// The layers of a model as a person looks at them: what trains, how fast, and how large it is.
struct LayerOverview {
    let registry: LayerRegistry
    let resolution: PolicyResolution
    let terminal: Terminal

    /// - Parameters:
    ///   - chosen: the layers to show; nil: all.
    ///   - width: columns of the terminal; nil: as many as are needed.
    func text(_ chosen: Set<ParameterPath>?, width: Int?) -> String {
        let policies = Dictionary(grouping: resolution.tensors) { registry.owner(of: $0.tensor.layer)?.path }
        let layers = registry.layers.values.filter { chosen?.contains($0.path) ?? true }
        var rows: [[String]] = []
        var block: String?
        let names = blockNames(layers)
        for (layer, name) in zip(layers, names) {
            if name != block, let name { rows.append(["", TerminalText.visible(name) + ":"] + blanks) }
            block = name
            rows.append(row(layer, policies[layer.path] ?? [], isInBlock: name != nil))
        }
        var columns: [TextTable.Column] = [
            .init(""), .init("layer", isElastic: true), .init("class", isElastic: true),
            .init("output", isElastic: true), .init("parameters", .right), .init("rate", .right),
            .init("decay", .right), .init("batch norm"),
        ]
        // On a narrow terminal what can be asked for goes first.
        for dropped in [7, 2, 3, 6] {
            let table = TextTable(columns, rows).lines(indent: 0)
            guard let width, table.contains(where: { TerminalText.width($0) > width }) else { break }
            let place = columns.firstIndex { $0.header == LayerOverview.headers[dropped] }
            guard let place, width < 72 else { continue }
            columns.remove(at: place)
            for index in rows.indices { rows[index].remove(at: place) }
        }
        let table = TextTable(columns, rows).lines(indent: 0, width: width)
        return (table + ["", legend(layers, policies)]).joined(separator: "\n") + "\n"
    }

    private static let headers = ["", "layer", "class", "output", "parameters", "rate", "decay", "batch norm"]
    private var blanks: [String] { Array(repeating: "", count: 6) }

    /// What has no parameters belongs where the layers around it do.
    private func blockNames(_ layers: [RegisteredLayer]) -> [String?] {
        let own = layers.map { layer in
            registry.grouping.blocks[layer.path] ?? (registry.grouping.head.contains(layer.path) ? "head" : nil)
        }
        var names = own
        for index in layers.indices where layers[index].parameters.isEmpty {
            let next = layers[index...].firstIndex { !$0.parameters.isEmpty }
            let before = index > 0 ? names[index - 1] : nil
            names[index] = next.map { own[$0] == before } ?? true ? before : nil
        }
        return names
    }

    private func row(_ layer: RegisteredLayer, _ policies: [TensorPolicy], isInBlock: Bool) -> [String] {
        let count = layer.parameters.reduce(0) { $0 + $1.shape.count }
        let trained = policies.filter(\.isOptimized)
        func one(_ numbers: [Double]) -> String {
            guard let low = numbers.min(), let high = numbers.max() else { return "" }
            return low == high ? Figures.rate(low) : "\(Figures.rate(low))–\(Figures.rate(high))"
        }
        let name = (isInBlock ? "  " : "") + TerminalText.visible(layer.path.description)
        return [
            mark(policies), name, TerminalText.visible(layer.specification.className),
            layer.outputShape.dimensions.map(String.init).joined(separator: "×"),
            count == 0 ? "" : Figures.count(count), one(trained.map(\.peakRate)),
            // What does not decay by its role says nothing.
            one(trained.filter { $0.tensor.role == .kernel || $0.weightDecay > 0 }.map(\.weightDecay)),
            policies.contains { $0.tensor.role == .statistic }
                ? resolution.batchNormModes[layer.path]?.rawValue ?? "" : "",
        ]
    }

    private func mark(_ policies: [TensorPolicy]) -> String {
        if policies.isEmpty { return " " }
        if policies.allSatisfy({ $0.isOptimized || $0.tensor.role == .statistic }),
            policies.contains(where: \.isOptimized)
        {
            return terminal.glyph("★", "*")
        }
        if policies.contains(where: \.isOptimized) { return terminal.glyph("◐", "+") }
        return policies.contains(where: \.trainable) ? terminal.glyph("○", "o") : terminal.glyph("·", ".")
    }

    private func legend(_ layers: [RegisteredLayer], _ policies: [ParameterPath?: [TensorPolicy]]) -> String {
        let shown = layers.flatMap { policies[$0.path] ?? [] }
        let trains = shown.reduce(0) { $1.isOptimized ? $0 + $1.tensor.count : $0 }
        let all = shown.reduce(0) { $0 + $1.tensor.count }
        let marks =
            "\(terminal.glyph("★", "*")) trains  \(terminal.glyph("◐", "+")) partly  \(terminal.glyph("·", ".")) frozen"
        return "\(marks)   \(Figures.count(trains)) of \(Figures.plural(all, "parameter")) train"
    }
}
