import Checkpoints
import Data
import JSON
import Keras
import OrderedCollections
import Tensors
import Tracking

extension Inspection {
    /// A table a person likes to read, and below it what is said once.
    /// - Parameter width: columns of the terminal; nil: as many as are needed.
    func text(width: Int? = nil) -> String {
        var lines = [heading, ""]
        lines += layers.isEmpty ? tensorTable(width) : layerTable(width)
        lines.append("")
        lines += facts(width)
        for problem in problems { lines.append("problem: " + TerminalText.visible(problem)) }
        for remark in remarks.prefix(20) { lines.append("note: " + TerminalText.visible(remark)) }
        if remarks.count > 20 { lines.append("note: and \(remarks.count - 20) more") }
        while lines.last == "" { lines.removeLast() }
        return lines.joined(separator: "\n") + "\n"
    }

    private var heading: String {
        var words = format.words
        if let kerasVersion { words += ", Keras \(TerminalText.visible(kerasVersion))" }
        if let backend { words += ", \(TerminalText.visible(backend))" }
        return "\(path): \(words), \(Figures.bytes(fileBytes))"
    }

    // MARK: Layers

    private func layerTable(_ width: Int?) -> [String] {
        let showsTypes = Set(layers.flatMap(\.parameters).compactMap(\.dataType)).count > 1
        let hasClasses = layers.contains { $0.className != nil }
        var columns = [TextTable.Column("layer", isElastic: true)]
        if hasClasses { columns += [.init("class", isElastic: true), .init("output", isElastic: true)] }
        columns += [.init("parameters", .right), .init(""), .init("tensors", isElastic: true)]
        let rows = layers.map { layer -> [String] in
            var row = [String(repeating: "  ", count: layer.depth) + TerminalText.visible(layer.name)]
            if hasClasses {
                row += [TerminalText.visible(layer.className ?? ""), Inspection.outputs(layer)]
            }
            let count = layer.parameters.reduce(0) { $0 + $1.shape.count }
            let tensors = layer.parameters.map { $0.text(withType: showsTypes) }.joined(separator: ", ")
            return row + [
                layer.parameters.isEmpty ? "" : Figures.count(count),
                layer.isTrainable || layer.parameters.isEmpty && !layer.isModel ? "" : "frozen", tensors,
            ]
        }
        return TextTable(columns, rows).lines(width: width)
    }

    private static func outputs(_ layer: Layer) -> String {
        guard !layer.isModel else { return "" }
        guard let shapes = layer.outputShapes else { return "?" }
        return shapes.map(\.words).joined(separator: " ")
    }

    private func tensorTable(_ width: Int?) -> [String] {
        guard !tensors.isEmpty else { return ["  no tensors"] }
        return TextTable(
            [.init("tensor", isElastic: true), .init("shape"), .init("type"), .init("elements", .right)],
            tensors.map {
                [TerminalText.visible($0.name), "\($0.shape)", $0.dataType.rawValue, Figures.count($0.shape.count)]
            }
        ).lines(width: width)
    }

    // MARK: What is said once

    private func facts(_ width: Int?) -> [String] {
        var facts: [(String, String)] = []
        if let parameters { facts.append(("parameters", counted(parameters))) }
        if !typeCounts.isEmpty { facts.append(("stored as", types)) }
        facts += ports(inputs, "input") + ports(outputs, "output")
        if let training { facts += Inspection.facts(of: training) }
        if !optimizerTensors.isEmpty {
            let bytes = optimizerTensors.reduce(0) { $0 + $1.byteCount }
            facts.append(
                (
                    "state",
                    "\(Figures.plural(optimizerTensors.count, "tensor")), \(Figures.bytes(bytes)) of the optimizer's"
                ))
        }
        if let names = notes?["class_names"]?.array?.compactMap(\.string), !names.isEmpty {
            facts.append(("classes", Inspection.list(names)))
        }
        let widest = facts.map(\.0.count).max() ?? 0
        return facts.map { name, value in "  " + name.padding(to: widest) + "  " + TerminalText.visible(value) }
    }

    private func counted(_ parameters: Int) -> String {
        var text = Figures.count(parameters)
        if let trainableParameters {
            let rest = parameters - trainableParameters
            text +=
                rest == 0
                ? ", all trainable" : ": \(Figures.count(trainableParameters)) trainable, \(Figures.count(rest)) not"
        }
        let count = layers.count { !$0.isModel }
        return count == 0 ? text : text + ", in \(Figures.plural(count, "layer"))"
    }

    private var types: String {
        let bytes = Figures.bytes(weightTensors.reduce(0) { $0 + $1.byteCount })
        guard typeCounts.count > 1 else { return "\(typeCounts[0].type.rawValue), \(bytes)" }
        return typeCounts.map { "\($0.type.rawValue) (\(Figures.count($0.elements)))" }.joined(separator: ", ")
            + ", \(bytes)"
    }

    private func ports(_ ports: [Port], _ name: String) -> [(String, String)] {
        ports.enumerated().map { index, port in
            (ports.count == 1 ? name : "\(name) \(index)", "\(port.name) \(port.shape.words)")
        }
    }

    private static func facts(of training: TrainingConfiguration) -> [(String, String)] {
        var facts: [(String, String)] = []
        if let name = training.lossName {
            facts.append(("loss", name))
        } else if let loss = training.loss {
            facts.append(("loss", String(loss.serialized().prefix(120))))
        }
        if let optimizer = training.optimizer {
            let settings = training.optimizerSettings
            let rate = (settings["learning_rate"] ?? settings["lr"])?.double
            facts.append(("optimizer", optimizer + (rate.map { ", learning rate \(Figures.rate($0))" } ?? "")))
        }
        return facts
    }
}

extension Inspection.Parameter {
    /// `kernel 3x3x1x32`, and its type where types differ.
    fileprivate func text(withType: Bool) -> String {
        let extents = shape.dimensions.map(String.init).joined(separator: "x")
        var text = TerminalText.visible(name) + (extents.isEmpty ? "" : " " + extents)
        if withType, let dataType { text += " " + dataType.rawValue }
        return text
    }
}
