import JSON
import Layers
import OrderedCollections

/// From a Keras config, of either dialect, to a model.
struct ArchitectureReader {
    let generation: KerasGeneration
    /// What Lambda layers compute, by the names of the layers.
    let lambdas: [String: String]
    private(set) var warnings: [String] = []
    private var normalizer: SettingsNormalizer
    private var counters: [String: Int] = [:]
    /// Layers that could not be made; the reading goes on, so that all are named at once.
    private var problems: [any Error] = []

    init(generation: KerasGeneration, lambdas: [String: String] = [:]) {
        self.generation = generation
        self.lambdas = lambdas
        normalizer = SettingsNormalizer(generation: generation)
    }

    /// - Parameter json: `{"class_name": …, "config": …}`.
    /// - Throws: `KerasError`, `ModelError`, `LayerError`, `UnknownLayerError`; where several layers cannot be made,
    ///   `KerasError.layers` with all of them.
    mutating func read(_ json: JSON) throws -> Model {
        do {
            let model = try model(json)
            try refuseProblems()
            return model
        } catch {
            try refuseProblems()
            throw error
        }
    }

    private func refuseProblems() throws {
        if problems.count == 1 { throw problems[0] }
        if !problems.isEmpty { throw KerasError.layers(problems: ArchitectureReader.sentences(problems)) }
    }

    /// One for each class that is not known, with the names of its layers, and one for each other problem.
    private static func sentences(_ problems: [any Error]) -> [String] {
        var unknown: OrderedDictionary<String, [String]> = [:]
        for problem in problems.compactMap({ $0 as? UnknownLayerError }) {
            unknown[problem.className, default: []].append("\"\(problem.layer)\"")
        }
        let classes = unknown.map { "there is no layer class \"\($0.key)\" (\($0.value.joined(separator: ", ")))" }
        return classes + problems.filter { !($0 is UnknownLayerError) }.map { "\($0)" }
    }

    mutating func model(_ json: JSON) throws -> Model {
        guard let className = json["class_name"]?.string, let config = json["config"] else {
            throw KerasError.config(
                place: "",
                problem: "it should be an object with \"class_name\" and \"config\", not "
                    + String(json.serialized().prefix(120)))
        }
        guard ArchitectureReader.isModel(json) else {
            throw KerasError.config(
                place: "",
                problem: "a model of class \"\(className)\" is not known; Sequential and Functional ones are")
        }
        let model = config["input_layers"] == nil ? try sequential(config) : try functional(config)
        warnings += normalizer.warnings.filter { !warnings.contains($0) }
        return model
    }

    /// A Sequential model's config is an object or, in old files, just the list of its layers. A functional one is
    /// told by its parts: its class has had three names, and users derive their own.
    static func isModel(_ json: JSON) -> Bool {
        guard let config = json["config"] else { return false }
        if json["class_name"] == "Sequential" { return config.array != nil || config["layers"] != nil }
        return config["layers"] != nil && config["input_layers"] != nil && config["output_layers"] != nil
    }

    // MARK: Layers

    /// One layer or model inside a model, not yet connected.
    mutating func entry(_ json: JSON) throws -> Model.Entry {
        guard let written = json["class_name"]?.string else {
            throw KerasError.config(
                place: "", problem: "a layer has no \"class_name\": \(json.serialized().prefix(120))")
        }
        var className = SettingsNormalizer.className(written)
        var config = json["config"] ?? [:]
        let name = json["name"]?.string ?? config["name"]?.string ?? freshName(className)
        if ArchitectureReader.isModel(json) {
            var named = json
            if config["name"] == nil, config.object != nil { named["config"]?["name"] = .string(name) }
            var inner = try model(named)
            inner.name = name
            let settings: JSON = config["trainable"]?.bool == false ? ["trainable": false] : [:]
            return Model.Entry(
                specification: LayerSpecification(
                    className: inner.isSequential ? "Sequential" : "Functional", name: name, config: settings),
                content: .model(inner), calls: [])
        }
        if className == "InputLayer" { return try input(name, config) }
        if let module = json["module"]?.string, module.contains(".ops.") {
            // A function of keras.ops, written down under its own name.
            config["function"] = .string(snakeCase(className))
            config["operation"] = .string(module + "." + written)
            className = TensorOperation.className
        }
        do {
            if generation == .keras1 {
                let translated = try Keras1Layer(className: written, config, name: name)
                (className, config) = (translated.className, translated.config)
            }
            let settings = try normalizer.settings(of: name, className: className, config)
            let specification = LayerSpecification(className: className, name: name, config: settings)
            warnings += TrainingRules(specification).notes
            noteStates(of: specification)
            let layer = try LayerCatalog.make(
                specification, generation: generation, models: innerModel, lambdas: lambdas)
            return Model.Entry(specification: specification, content: .layer(layer), calls: [])
        } catch {
            problems.append(error)
            return Model.Entry(
                specification: LayerSpecification(className: className, name: name), content: .input([]), calls: [])
        }
    }

    /// Reads the models inside wrappers.
    private var innerModel: ModelReader {
        let (generation, lambdas) = (generation, lambdas)
        return { json in
            guard ArchitectureReader.isModel(json) else { return nil }
            var reader = ArchitectureReader(generation: generation, lambdas: lambdas)
            return try reader.read(json)
        }
    }

    /// Keras would carry the states over from batch to batch.
    private mutating func noteStates(of layer: LayerSpecification) {
        guard layer.config["stateful"] == true || layer.config["layer"]?["config"]?["stateful"] == true else { return }
        warnings.append(
            "layer \"\(layer.name)\" is stateful: here it starts every batch from its initial states, zeros by default")
    }

    private func input(_ name: String, _ config: JSON) throws -> Model.Entry {
        for key in ["sparse", "ragged"] where config[key] == true {
            throw KerasError.config(place: "input \"\(name)\"", problem: "\(key) inputs are not known yet")
        }
        guard let shape = try ArchitectureReader.exampleShape(config, of: name) else {
            throw KerasError.config(place: "input \"\(name)\"", problem: "it has no shape")
        }
        var settings: JSON = [:]
        if let type = config["dtype"]?.string, type != "float32" { settings["dtype"] = .string(type) }
        settings[ArchitectureReader.fixedBatch] = ArchitectureReader.batchSize(config)
        return Model.Entry(
            specification: LayerSpecification(className: "InputLayer", name: name, config: settings),
            content: .input(shape), calls: [])
    }

    /// What an input's settings call the batch size that its file fixes: stateful layers cannot be written without it.
    static let fixedBatch = "batch_size"

    private static func batched(_ config: JSON) -> [JSON]? {
        ["batch_input_shape", "batch_shape"].lazy.compactMap { config[$0]?.array }.first
    }

    static func batchSize(_ config: JSON) -> JSON? {
        batched(config)?.first?.int.flatMap { $0 > 0 ? .integer($0) : nil }
    }

    /// The shape of an example, nil for open dimensions, from any of the keys that hold one.
    static func exampleShape(_ config: JSON, of name: String) throws -> [Int?]? {
        guard let extents = batched(config).map({ Array($0.dropFirst()) }) ?? config["input_shape"]?.array else {
            return nil
        }
        var elements = 1
        return try extents.map { extent in
            if extent.isNull { return nil }
            let size = extent.int ?? 0
            let (product, overflow) = elements.multipliedReportingOverflow(by: size)
            guard size > 0, !overflow, product <= 1 << 40 else {
                throw KerasError.config(
                    place: "layer \"\(name)\"",
                    problem: "its input shape cannot be \(JSON.array(extents).serialized())")
            }
            elements = product
            return size
        }
    }

    mutating func freshName(_ className: String) -> String {
        let base = snakeCase(className)
        let count = counters[base, default: 0]
        counters[base] = count + 1
        return count == 0 ? base : "\(base)_\(count)"
    }

    // MARK: Models

    private mutating func functional(_ config: JSON) throws -> Model {
        let name = config["name"]?.string ?? freshName("Functional")
        var entries: OrderedDictionary<String, Model.Entry> = [:]
        var calls: OrderedDictionary<String, [Connections.Call]> = [:]
        let masks = try ImpliedMasks(config)
        for layer in config["layers"]?.array ?? [] {
            if let name = layer["name"]?.string, masks.operations.contains(name) { continue }
            let entry = try entry(layer)
            guard entries.updateValue(entry, forKey: entry.name) == nil else {
                throw KerasError.config(place: "model \"\(name)\"", problem: "two layers are named \"\(entry.name)\"")
            }
            calls[entry.name] = try Connections.calls(layer["inbound_nodes"], of: entry.name).map(masks.removed)
        }
        for layer in calls.keys { takeTrainingFlags(from: &calls[layer]!, of: entries[layer]!) }
        let ends = (
            inputs: try Connections.references(config["input_layers"], in: name),
            outputs: NodeNumbering.outputs(
                try Connections.references(config["output_layers"], in: name), of: entries, generation: generation)
        )
        let numbering = NodeNumbering(entries, calls, outputs: ends.outputs)
        for layer in entries.keys {
            entries[layer]?.calls = numbering.usedCalls(of: layer).map { call in
                LayerCall(
                    call.references.map(numbering.resolve), keywords: call.keywords,
                    settings: OrderedDictionary(call.settings, uniquingKeysWith: { $1 }), expectsMask: call.expectsMask)
            }
        }
        return try Model(
            name: name, generation: generation, isSequential: false, entries: Array(entries.values),
            inputs: ends.inputs.map(numbering.resolve), outputs: ends.outputs.map(numbering.resolve))
    }

    /// `training=False` in a call means nothing in inference; in training the policy decides.
    private mutating func takeTrainingFlags(from calls: inout [Connections.Call], of layer: Model.Entry) {
        // Keras 3 writes the default it has for image layers (true), for recurrent layers and dropout (false).
        let isDefault =
            if case .layer = layer.content { layer.specification.className != "BatchNormalization" } else { false }
        for index in calls.indices {
            let flags = calls[index].settings.filter { $0.key == "training" && $0.value.bool != nil }
            calls[index].settings.removeAll { $0.value.isNull || ($0.key == "training" && $0.value.bool != nil) }
            if flags.isEmpty || (isDefault && generation == .keras3) { continue }
            let flag = flags[0].value == true ? "True" : "False"
            warnings.append(
                "layer \"\(layer.name)\" is called with training=\(flag) in Keras; here the policy decides about its "
                    + "batch normalisation and dropout")
        }
    }
}

extension Model.Entry {
    var isInput: Bool { if case .input = content { true } else { false } }
}
