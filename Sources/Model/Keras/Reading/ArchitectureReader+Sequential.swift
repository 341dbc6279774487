import JSON
import Layers

extension ArchitectureReader {
    mutating func sequential(_ config: JSON) throws -> Model {
        let layers = config.array ?? config["layers"]?.array ?? []
        let name = config["name"]?.string ?? freshName("Sequential")
        guard let first = layers.first else {
            throw KerasError.config(place: "model \"\(name)\"", problem: "it has no layers")
        }
        if first["class_name"] == "Merge", let branches = first["config"]?["layers"]?.array {
            return try joined(branches, by: first, then: layers.dropFirst(), name: name)
        }
        var entries: [Model.Entry] = []
        for layer in layers {
            let next = try entry(layer)
            if entries.isEmpty, !next.isInput {
                entries.append(try impliedInput(of: layer, next, build: config["build_input_shape"], in: name))
            }
            append(next, to: &entries)
        }
        let ends = (entries[0].name, entries[entries.count - 1].name)
        return try Model(
            name: name, generation: generation, isSequential: true, entries: entries,
            inputs: [TensorReference(layer: ends.0)], outputs: [TensorReference(layer: ends.1)])
    }

    private func append(_ next: Model.Entry, to entries: inout [Model.Entry]) {
        var next = next
        if let last = entries.last { next.calls = [[TensorReference(layer: last.name)]] }
        entries.append(next)
    }

    /// A Sequential model need not name its input: the first layer says its shape, or knows it, or the model does.
    private func impliedInput(
        of json: JSON, _ first: Model.Entry, build: JSON?, in model: String
    ) throws -> Model.Entry {
        var shape = try ArchitectureReader.exampleShape(json["config"] ?? [:], of: first.name)
        if shape == nil, case .model(let inner) = first.content { shape = inner.inputShapes.first }
        for built in [build, json["build_config"]?["input_shape"]] where shape == nil && built?.array != nil {
            shape = try ArchitectureReader.exampleShape(["batch_shape": built ?? []], of: first.name)
        }
        guard let shape else {
            throw KerasError.config(
                place: "model \"\(model)\"",
                problem: "nothing says the shape of its input; give layer \"\(first.name)\" a \"batch_input_shape\"")
        }
        var input = ArchitectureReader.input(first.name + "_input", shape)
        input.specification.config[ArchitectureReader.fixedBatch] = ArchitectureReader.batchSize(json["config"] ?? [:])
        return input
    }

    private static func input(_ name: String, _ shape: [Int?]) -> Model.Entry {
        Model.Entry(
            specification: LayerSpecification(className: "InputLayer", name: name), content: .input(shape), calls: [])
    }

    /// Keras 1 let a Sequential model begin with a `Merge` of several models: several inputs, so no chain any more.
    private mutating func joined(
        _ branches: [JSON], by merge: JSON, then rest: ArraySlice<JSON>, name: String
    ) throws -> Model {
        var entries: [Model.Entry] = []
        var inputs: [TensorReference] = []
        var ends: [TensorReference] = []
        for branch in branches {
            var head = try entry(branch)
            if case .model(let model) = head.content {
                let sources = model.inputShapes.enumerated().map { index, shape in
                    ArchitectureReader.input(
                        head.name + "_input" + (index == 0 ? "" : "_\(index)"), shape)
                }
                entries += sources
                inputs += sources.map { TensorReference(layer: $0.name) }
                head.calls = [LayerCall(sources.map { TensorReference(layer: $0.name) })]
                entries.append(head)
            } else if head.isInput {
                inputs.append(TensorReference(layer: head.name))
                entries.append(head)
            } else {
                let source = try impliedInput(of: branch, head, build: nil, in: name)
                inputs.append(TensorReference(layer: source.name))
                entries.append(source)
                append(head, to: &entries)
            }
            ends.append(TensorReference(layer: head.name))
        }
        var joint = try entry(merge)
        joint.calls = [LayerCall(ends)]
        entries.append(joint)
        for layer in rest { append(try entry(layer), to: &entries) }
        return try Model(
            name: name, generation: generation, isSequential: false, entries: entries, inputs: inputs,
            outputs: [TensorReference(layer: entries[entries.count - 1].name)])
    }
}
