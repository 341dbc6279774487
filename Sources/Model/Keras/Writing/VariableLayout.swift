import JSON
import Layers
import OrderedCollections
import Tensors

/// Where Keras 3 keeps a model's tensors in `.weights.h5`: below each object that owns some, a group `vars` with the
/// tensors numbered, named after the object. Layers are numbered by class, in the order of `model.layers`.
struct VariableLayout {
    struct Group {
        /// Without `/vars`; empty for the model itself.
        let path: String
        let name: String
        let tensors: [ParameterSpec]
    }

    private(set) var groups: [Group] = []
    private let tensors: [ParameterPath: [ParameterSpec]]

    /// - Throws: `ModelError` for a cycle; `UnwritableModel` for a layer whose tensors Keras 3 has no place for.
    init(_ model: Model, _ specs: some Sequence<ParameterSpec>) throws {
        tensors = try KerasOrder.tensors(of: model, specs)
        groups = [Group(path: "", name: model.name, tensors: [])]
        try add(model, below: "layers", at: "")
    }

    private mutating func add(_ model: Model, below folder: String, at path: ParameterPath) throws {
        var numbers: [String: Int] = [:]
        for entry in try KerasOrder.entries(of: model) where !(model.isSequential && entry.isInput) {
            let className = entry.specification.className
            let place = folder + "/" + VariableLayout.numbered(className, &numbers)
            let layer = path.appending(entry.name)
            groups.append(Group(path: place, name: entry.name, tensors: []))
            if case .model(let inner) = entry.content {
                try add(inner, below: place + "/layers", at: layer)
                continue
            }
            if let inner = try entry.innerModel(generation: model.generation) {
                groups.append(Group(path: place + "/layer", name: inner.name, tensors: []))
                try add(inner, below: place + "/layer/layers", at: layer)
                continue
            }
            let own = tensors[layer] ?? []
            let ordered = own.filter(\.role.hasGradient) + own.filter { !$0.role.hasGradient }
            guard !ordered.isEmpty else { continue }
            let parts = VariableLayout.parts(of: entry.specification, count: ordered.count)
            guard let parts, parts.reduce(0, { $0 + $1.count }) == ordered.count else {
                throw UnwritableModel(
                    layer: layer, className: className,
                    problem: "Keras 3 has no place for its \(ordered.count) tensors, or another than is known here")
            }
            var rest = ordered[...]
            for part in parts {
                let group = Group(
                    path: part.path.isEmpty ? place : place + "/" + part.path, name: part.name,
                    tensors: Array(rest.prefix(part.count)))
                if part.path.isEmpty { groups.removeLast() }
                groups.append(group)
                rest = rest.dropFirst(part.count)
            }
        }
    }

    private static func numbered(_ className: String, _ numbers: inout [String: Int]) -> String {
        let base = snakeCase(className)
        let number = numbers[base, default: 0]
        numbers[base] = number + 1
        return number == 0 ? base : "\(base)_\(number)"
    }

    // MARK: Objects inside a layer

    struct Part {
        /// Below the layer; empty for the layer itself.
        var path: String
        let name: String
        let count: Int
    }

    /// The objects inside a layer that own its tensors, in the order of the tensors.
    static func parts(of layer: LayerSpecification, count: Int) -> [Part]? {
        let config = layer.config
        if KerasTerms.onlyKeras2.contains(layer.className) { return nil }
        switch layer.className {
        case "SimpleRNN", "LSTM", "GRU", "ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D":
            return [Part(path: "cell", name: snakeCase(layer.className) + "_cell", count: count)]
        case "RNN":
            return inner(config["cell"]).flatMap { cell in prefixed("cell", cells(of: cell, count: count)) }
        case "TimeDistributed":
            return inner(config["layer"]).flatMap { prefixed("layer", parts(of: $0, count: count)) }
        case "Bidirectional":
            guard count % 2 == 0, let forward = inner(config["layer"]) else { return nil }
            let backward = inner(config["backward_layer"]) ?? forward
            guard let one = prefixed("forward_layer", parts(of: forward, count: count / 2)),
                let other = prefixed("backward_layer", parts(of: backward, count: count / 2))
            else { return nil }
            return one + other
        case "MultiHeadAttention", "GroupedQueryAttention": return heads(of: layer, count: count)
        default: return [Part(path: "", name: layer.name, count: count)]
        }
    }

    /// The products of an attention, each with a kernel and, where there are any, a bias.
    private static func heads(of layer: LayerSpecification, count: Int) -> [Part]? {
        // Only some are attributes without an underscore, and those come first in Keras' walk.
        let prefix = layer.className == "MultiHeadAttention" ? "" : "_"
        var parts = [("query_dense", "query"), ("key_dense", "key")].map { (prefix + $0.0, $0.1) }
        if layer.config["use_gate"] == true { parts.append(("_gate_dense", "gate")) }
        parts += [("value_dense", "value"), ("output_dense", "attention_output")].map { (prefix + $0.0, $0.1) }
        guard count % parts.count == 0 else { return nil }
        return parts.map { Part(path: $0.0, name: $0.1, count: count / parts.count) }
    }

    private static func cells(of cell: LayerSpecification, count: Int) -> [Part]? {
        guard cell.className == "StackedRNNCells" else { return [Part(path: "", name: cell.name, count: count)] }
        var numbers: [String: Int] = [:]
        var parts: [Part] = []
        for value in cell.config["cells"]?.array ?? [] {
            guard let inner = inner(value) else { return nil }
            let number = inner.config["use_bias"] == false ? 2 : 3
            parts.append(
                Part(path: "cells/" + numbered(inner.className, &numbers), name: inner.name, count: number))
        }
        return parts
    }

    private static func inner(_ value: JSON?) -> LayerSpecification? {
        guard let value, let className = value["class_name"]?.string else { return nil }
        let config = value["config"] ?? [:]
        return LayerSpecification(
            className: className, name: config["name"]?.string ?? snakeCase(className), config: config)
    }

    private static func prefixed(_ path: String, _ parts: [Part]?) -> [Part]? {
        parts?.map { part in
            var part = part
            part.path = part.path.isEmpty ? path : path + "/" + part.path
            return part
        }
    }
}
