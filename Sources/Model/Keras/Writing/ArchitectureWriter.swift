import JSON
import Layers
import OrderedCollections

/// From a model to a Keras config that tf_keras and Keras 3 both read: Keras 2's form, with nothing in it that one of
/// them refuses.
enum ArchitectureWriter {
    /// `{"class_name": …, "config": …}`.
    /// - Throws: `ModelError` for a cycle.
    static func config(of model: Model) throws -> JSON { try config(of: model, isFrozen: false) }

    private static func config(of model: Model, isFrozen: Bool) throws -> JSON {
        let entries = try KerasOrder.entries(of: model)
        var layers = try entries.map { try layer($0, isFrozen: isFrozen) }
        if model.isSequential {
            return [
                "class_name": "Sequential", "config": ["name": .string(model.name), "layers": .array(layers)],
            ]
        }
        for (index, entry) in entries.enumerated() {
            layers[index]["name"] = .string(entry.name)
            layers[index]["inbound_nodes"] = .array(calls(of: entry, in: model))
        }
        // One alone without a list around it: with one, Keras 3 makes the model return a list.
        func ends(_ references: [TensorReference]) -> JSON {
            let all = references.map { JSON.array(reference($0, in: model)) }
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

    private static func layer(_ entry: Model.Entry, isFrozen: Bool) throws -> JSON {
        let isFrozen = isFrozen || !entry.specification.isTrainable
        switch entry.content {
        case .model(let model):
            // A `trainable` flag on a model would be handed down and override those of the layers in it.
            var named = model
            named.name = entry.name
            return try config(of: named, isFrozen: isFrozen)
        case .input(let shape):
            let extents: [JSON] = [.null] + shape.map { $0.map(JSON.integer) ?? .null }
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
            for (key, value) in entry.specification.config.object ?? [:] where config[key] == nil {
                config[key] = value
            }
            return ["class_name": .string(entry.specification.className), "config": .object(config)]
        }
    }

    /// A model inside a model is called once already for tf_keras when it is made, and not for Keras 3: every call is
    /// written twice, so that number 2k + 1 means the k-th for both.
    private static func calls(of entry: Model.Entry, in model: Model) -> [JSON] {
        let calls = entry.calls.map { call -> JSON in
            .array(call.inputs.map { .array(reference($0, in: model) + [[:]]) })
        }
        if case .model = entry.content { return calls.flatMap { [$0, $0] } }
        return calls
    }

    private static func reference(_ reference: TensorReference, in model: Model) -> [JSON] {
        var node = reference.call
        if case .model? = model.entries[reference.layer]?.content { node = 2 * node + 1 }
        return [.string(reference.layer), .integer(node), .integer(reference.output)]
    }
}
