import JSON
import Layers
import OrderedCollections
import Tensors

/// From a model to a config in Keras 3's own form, as `.keras` files hold it: every object with the module it lives in.
struct Keras3Architecture {
    private let generation: KerasGeneration
    private let isStateful: Bool
    private let shapes: [ParameterPath: [TensorReference: [Int?]]]

    init(_ model: Model) {
        generation = model.generation
        isStateful = model.isStateful
        shapes = (try? model.callShapes()) ?? [:]
    }

    /// - Throws: `ModelError` for a cycle, `UnwritableModel` for a layer that Keras 3 does not have.
    func config(of model: Model) throws -> JSON { try config(of: model, at: "", isFrozen: false) }

    private func config(of model: Model, at path: ParameterPath, isFrozen: Bool) throws -> JSON {
        let entries = try KerasOrder.entries(of: model)
        var layers: [JSON] = []
        for entry in entries { layers.append(try layer(entry, of: model, at: path, isFrozen: isFrozen)) }
        if model.isSequential {
            return Keras3Architecture.object(
                "Sequential", module: "keras", ["name": .string(model.name), "layers": .array(layers)])
        }
        // A model inside a model is called once already when it is made, which counts only here.
        func ends(_ references: [TensorReference]) -> JSON {
            let all = references.map { reference -> JSON in
                var node = reference.call
                if case .model(let inner)? = model.entries[reference.layer]?.content, !inner.isSequential { node += 1 }
                return [.string(reference.layer), .integer(node), .integer(reference.output)]
            }
            return all.count == 1 ? all[0] : .array(all)
        }
        var result = Keras3Architecture.object(
            "Functional", module: "keras.src.models.functional",
            [
                "name": .string(model.name), "layers": .array(layers), "input_layers": ends(model.inputs),
                "output_layers": ends(model.outputs),
            ])
        result["registered_name"] = "Functional"
        return result
    }

    private func layer(
        _ entry: Model.Entry, of model: Model, at outer: ParameterPath, isFrozen: Bool
    ) throws -> JSON {
        let isFrozen = isFrozen || !entry.specification.isTrainable
        let path = outer.appending(entry.name)
        guard !entry.name.contains("/") else {
            throw UnwritableModel(
                layer: path, className: entry.specification.className, problem: "it refuses names with a \"/\"")
        }
        var result: JSON
        switch entry.content {
        case .model(let inner):
            var named = inner
            named.name = entry.name
            result = try config(of: named, at: path, isFrozen: isFrozen)
        case .input(let shape):
            let extents = entry.inputExtents(shape, keepsBatch: isStateful)
            result = Keras3Architecture.object(
                "InputLayer",
                [
                    "batch_shape": .array(extents), "dtype": entry.specification.config["dtype"] ?? "float32",
                    "sparse": false, "name": .string(entry.name),
                ])
        case .layer:
            result = try described(entry.specification, at: path, isFrozen: isFrozen)
            if let input = entry.calls.first?.inputs.first,
                KerasDifferences.hasExtraDimensions(
                    self.shape(of: input, in: model, at: outer), className: entry.specification.className)
            {
                throw UnwritableModel(
                    layer: path, className: entry.specification.className,
                    problem: "it takes no further leading dimensions")
            }
            if let input = entry.calls.first?.inputs.first, entry.calls[0].inputs.count == 1,
                let shape = shapes[outer]?[input], result["registered_name"] == .null
            {
                result["build_config"] = ["input_shape": .array(shape.map { $0.map(JSON.integer) ?? .null })]
            }
        }
        guard !model.isSequential else { return result }
        result["name"] = .string(entry.name)
        result["inbound_nodes"] = .array(
            entry.calls.map { call in
                CallNotation(call, of: entry).keras3(
                    { [.string($0.layer), .integer($0.call), .integer($0.output)] },
                    shape: { self.shape(of: $0, in: model, at: outer) })
            })
        return result
    }

    private func shape(of reference: TensorReference, in model: Model, at path: ParameterPath) -> [Int?] {
        if case .input(let shape)? = model.entries[reference.layer]?.content { return [nil] + shape }
        return shapes[path]?[reference] ?? []
    }

    // MARK: Layers

    /// Classes that are exported under another name than their own, which files of the older form have.
    private static let publicNames = ["GroupedQueryAttention": "GroupQueryAttention"]

    private func described(
        _ layer: LayerSpecification, at path: ParameterPath, isFrozen: Bool
    ) throws -> JSON {
        if CallNotation.functions.contains(layer.className), generation == .keras3,
            let operation = layer.config["operation"]?.string, let dot = operation.lastIndex(of: ".")
        {
            return function(layer, named: String(operation[operation.index(after: dot)...]), in: operation[..<dot])
        }
        let adapted = KerasTerms.keras3(layer.config, of: layer.className)
        if let problem = KerasDifferences.obstacle(adapted, of: layer.className, generation: generation) {
            throw UnwritableModel(layer: path, className: layer.className, problem: problem)
        }
        var config: OrderedDictionary<String, JSON> = [
            "name": .string(layer.name), "trainable": .bool(!isFrozen), "dtype": "float32",
        ]
        for (key, value) in adapted.settings where config[key] == nil {
            config[key] = try self.value(value, of: key, at: path)
        }
        return Keras3Architecture.object(
            Keras3Architecture.publicNames[layer.className] ?? layer.className, .object(config))
    }

    /// A function of `keras.ops`, under its own name.
    private func function(_ layer: LayerSpecification, named name: String, in module: Substring) -> JSON {
        var config: OrderedDictionary<String, JSON> = ["name": .string(layer.name)]
        for (key, value) in layer.config.object ?? [:] where !["function", "operation", "trainable"].contains(key) {
            config[key] = value
        }
        var result = Keras3Architecture.object(name, module: String(module), .object(config))
        result["registered_name"] = .string(name)
        return result
    }

    /// A setting with the modules of what it names.
    private func value(_ value: JSON, of key: String, at path: ParameterPath) throws -> JSON {
        if InnerLayers.keys.contains(key) {
            return try InnerLayers.map(value) { inner, name in
                if let model = try InnerLayers.model(inner, generation: generation) {
                    return try config(of: model, at: path.appending(name), isFrozen: false)
                }
                let settings = inner["config"] ?? [:]
                let specification = LayerSpecification(
                    className: inner["class_name"]?.string ?? "", name: name, config: settings)
                return try described(
                    specification, at: path.appending(name), isFrozen: settings["trainable"] == false)
            }
        }
        guard let className = value["class_name"]?.string else { return value }
        let module =
            key.hasSuffix("_initializer")
            ? "keras.initializers"
            : key.hasSuffix("_regularizer")
                ? "keras.regularizers" : key.hasSuffix("_constraint") ? "keras.constraints" : nil
        if let module { return Keras3Architecture.object(className, module: module, value["config"] ?? [:]) }
        guard key.contains("activation") else { return value }
        let inner = LayerSpecification(
            className: className, name: value["config"]?["name"]?.string ?? snakeCase(className),
            config: value["config"] ?? [:])
        return try described(inner, at: path, isFrozen: false)
    }

    private static func object(_ className: String, module: String = "keras.layers", _ config: JSON) -> JSON {
        [
            "module": .string(module), "class_name": .string(className), "config": config, "registered_name": .null,
        ]
    }
}
