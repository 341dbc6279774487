import JSON
import Layers
import OrderedCollections
import Tensors

/// From a model to a Keras config that tf_keras and Keras 3 both read, as far as there is one: Keras 2's form, with
/// nothing in it that one of them refuses.
struct ArchitectureWriter {
    /// What one of the Kerases will not understand, or understand differently, as sentences.
    private(set) var warnings: [String] = []
    private let generation: KerasGeneration
    private let isStateful: Bool
    private let shapes: [ParameterPath: [TensorReference: [Int?]]]

    init(_ model: Model) {
        generation = model.generation
        isStateful = model.isStateful
        // They are only told; where no size fits what the model leaves open, Keras finds them again by itself.
        shapes = (try? model.callShapes()) ?? [:]
    }

    /// `{"class_name": …, "config": …}`.
    /// - Throws: `ModelError` for a cycle.
    mutating func config(of model: Model) throws -> JSON { try config(of: model, at: "", isFrozen: false) }

    private mutating func config(of model: Model, at path: ParameterPath, isFrozen: Bool) throws -> JSON {
        let entries = try KerasOrder.entries(of: model)
        var layers: [JSON] = []
        for entry in entries { layers.append(try layer(entry, at: path, isFrozen: isFrozen)) }
        if model.isSequential {
            return [
                "class_name": "Sequential", "config": ["name": .string(model.name), "layers": .array(layers)],
            ]
        }
        for (index, entry) in entries.enumerated() {
            layers[index]["name"] = .string(entry.name)
            layers[index]["inbound_nodes"] = .array(calls(of: entry, in: model, at: path))
        }
        // One alone without a list around it: with one, Keras 3 makes the model return a list.
        func ends(_ references: [TensorReference]) -> JSON {
            let all = references.map { JSON.array(ArchitectureWriter.place($0, in: model)) }
            return all.count == 1 ? all[0] : .array(all)
        }
        return [
            "class_name": "Functional",
            "config": [
                "name": .string(model.name), "layers": .array(layers), "input_layers": ends(model.inputs),
                "output_layers": ends(model.outputs),
            ],
        ]
    }

    private mutating func layer(_ entry: Model.Entry, at outer: ParameterPath, isFrozen: Bool) throws -> JSON {
        let path = outer.appending(entry.name)
        let isFrozen = isFrozen || !entry.specification.isTrainable
        if entry.name.contains("/") {
            warnings.append("layer \"\(path)\": Keras 3 refuses names with a \"/\"; tf_keras opens the file")
        }
        switch entry.content {
        case .model(let model):
            // A `trainable` flag on a model would be handed down and override those of the layers in it.
            var named = model
            named.name = entry.name
            return try config(of: named, at: path, isFrozen: isFrozen)
        case .input(let shape):
            let extents = entry.inputExtents(shape, keepsBatch: isStateful)
            return [
                "class_name": "InputLayer",
                "config": [
                    "batch_input_shape": .array(extents),
                    "dtype": entry.specification.config["dtype"] ?? "float32", "name": .string(entry.name),
                ],
            ]
        case .layer:
            var config: OrderedDictionary<String, JSON> = [
                "name": .string(entry.name), "trainable": .bool(!isFrozen), "dtype": "float32",
            ]
            let className = entry.specification.className
            if let input = entry.calls.first?.inputs.first, let shape = shapes[outer]?[input],
                KerasDifferences.hasExtraDimensions(shape, className: className)
            {
                warnings.append(
                    "layer \"\(path)\": Keras 3 has no \(className) over further leading dimensions; tf_keras opens the file"
                )
            }
            for (key, value) in try settings(entry.specification.config, of: className, at: path)
            where config[key] == nil {
                config[key] = value
            }
            return ["class_name": .string(className), "config": .object(config)]
        }
    }

    /// The settings of a layer, and of the layers inside it, that both Kerases read.
    private mutating func settings(
        _ settings: JSON, of className: String, at path: ParameterPath
    ) throws -> OrderedDictionary<String, JSON> {
        var adapted = KerasTerms.shared(settings, of: className, generation: generation)
        warnings += KerasDifferences.sentences(adapted, of: className, at: path, generation: generation)
        for (key, value) in adapted.settings {
            if InnerLayers.keys.contains(key) {
                adapted.settings[key] = try InnerLayers.map(value) { try inner($0, at: path.appending($1)) }
            } else if key.contains("activation"), value["class_name"]?.string != nil {
                adapted.settings[key] = try inner(value, at: path)
            }
        }
        return adapted.settings
    }

    /// A layer inside a layer, or one that serves as a function. Here Keras 3 wants the module even in files of the old
    /// form, and tf_keras, whose modules have the same names, takes it.
    private mutating func inner(_ layer: JSON, at path: ParameterPath) throws -> JSON {
        var result = layer
        if let model = try InnerLayers.model(layer, generation: generation) {
            result = try config(of: model, at: path, isFrozen: false)
            // The name that both have for a functional model.
            if !model.isSequential { result["class_name"] = "Model" }
            result["module"] = "keras"
        } else {
            let className = layer["class_name"]?.string ?? ""
            result["config"] = .object(try settings(layer["config"] ?? [:], of: className, at: path))
            result["module"] = "keras.layers"
        }
        result["registered_name"] = .null
        return result
    }

    /// A model inside a model is called once already for tf_keras when it is made, and not for Keras 3: every call is
    /// written twice, so that number 2k + 1 means the k-th for both.
    private mutating func calls(of entry: Model.Entry, in model: Model, at path: ParameterPath) -> [JSON] {
        let place = { ArchitectureWriter.place($0, in: model) }
        var written: [JSON] = []
        for call in entry.calls {
            let notation = CallNotation(call, of: entry)
            guard notation.needsKeras3 else {
                written.append(notation.keras2(place))
                continue
            }
            let isKeras3 = generation == .keras3
            warnings.append(
                "layer \"\(path.appending(entry.name))\" is called with tensors by keyword, which the two Kerases write "
                    + "differently: only \(isKeras3 ? "Keras 3" : "tf_keras") opens the file"
                    + (isKeras3 ? "" : "; for Keras 3 write a .keras file"))
            written.append(
                isKeras3
                    ? notation.keras3(place) { self.shapes[path]?[$0] ?? [] } : notation.keras2(place))
        }
        if case .model = entry.content { return written.flatMap { [$0, $0] } }
        return written
    }

    private static func place(_ reference: TensorReference, in model: Model) -> [JSON] {
        var node = reference.call
        if case .model? = model.entries[reference.layer]?.content { node = 2 * node + 1 }
        return [.string(reference.layer), .integer(node), .integer(reference.output)]
    }
}
