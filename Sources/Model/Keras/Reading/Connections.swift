import JSON
import Layers

/// How a functional model's layers are connected, in either Keras' notation.
struct Connections {
    /// One output of one node of a layer, numbered as the file numbers them.
    struct Reference: Hashable {
        let layer: String
        let node: Int
        let output: Int

        init(layer: String, node: Int, output: Int) {
            self.layer = layer
            self.node = node
            self.output = output
        }

        /// From `["dense", 0, 0]`, with or without settings of the call behind.
        init?(_ json: JSON) {
            guard let parts = json.array, parts.count >= 3, let layer = parts[0].string, let node = parts[1].int,
                let output = parts[2].int, node >= 0, output >= 0
            else { return nil }
            self.layer = layer
            self.node = node
            self.output = output
        }
    }

    /// One call of a layer: what it is called on, and with which settings.
    struct Call {
        var references: [Reference] = []
        /// Per reference the keyword it is passed as, nil for a positional one.
        var keywords: [String?] = []
        var settings: [(key: String, value: JSON)] = []
        /// Whether Keras passed a mask that follows from the inputs.
        var expectsMask = false
    }

    /// What the operands of an operation are called where a constant takes the place of a tensor.
    private static let operands = ["x", "y"]

    /// The calls in a layer's `inbound_nodes`.
    static func calls(_ json: JSON?, of layer: String) throws -> [Call] {
        try (json?.array ?? []).map { node in
            var call = Call()
            if let arguments = node["args"] {
                for (index, argument) in (arguments.array ?? [arguments]).enumerated() where !argument.isNull {
                    if Connections.holdsTensors(argument) {
                        try collect(argument, into: &call, of: layer)
                    } else if index < Connections.operands.count {
                        call.settings.append((Connections.operands[index], argument))
                    } else {
                        throw unreadable(argument, layer)
                    }
                }
                for (key, value) in node["kwargs"]?.object ?? [:] {
                    if Connections.holdsTensors(value) {
                        try collect(value, as: key, into: &call, of: layer)
                    } else {
                        call.settings.append((key, value))
                    }
                }
            } else {
                try collectList(node, into: &call, of: layer)
            }
            return call
        }
    }

    /// Keras 2: `[["input_1", 0, 0, {}], …]`, or one such without the outer list.
    private static func collectList(_ json: JSON, into call: inout Call, of layer: String) throws {
        guard let parts = json.array else { throw unreadable(json, layer) }
        if parts.first?.string == nil {
            for part in parts { try collectList(part, into: &call, of: layer) }
            return
        }
        if parts.count > 2, parts[0] == "_CONSTANT_VALUE" {
            call.settings.append((Connections.operands[0], parts[2]))
        } else {
            guard let reference = Reference(json) else { throw unreadable(json, layer) }
            call.references.append(reference)
            call.keywords.append(nil)
        }
        for (key, value) in parts.count > 3 ? parts[3].object ?? [:] : [:] {
            if let references = listed(value) {
                call.references += references
                call.keywords += references.map { _ in key }
            } else {
                call.settings.append((key, value))
            }
        }
    }

    /// `["lstm", 0, 1]` or a list of such: what Keras 2 writes for a tensor passed by keyword.
    private static func listed(_ json: JSON) -> [Reference]? {
        if let reference = Reference(json) { return [reference] }
        guard let parts = json.array, !parts.isEmpty else { return nil }
        let references = parts.compactMap { Reference($0) }
        return references.count == parts.count ? references : nil
    }

    /// Keras 3: tensors described in full, in lists as the layer takes them.
    private static func collect(
        _ json: JSON, as keyword: String? = nil, into call: inout Call, of layer: String
    ) throws {
        if let parts = json.array {
            for part in parts { try collect(part, as: keyword, into: &call, of: layer) }
            return
        }
        // A number beside tensors, as `keras.ops` take them.
        if json.double != nil || json.bool != nil {
            call.settings.append(("argument \(call.references.count)", json))
            return
        }
        guard json["class_name"] == "__keras_tensor__", let history = json["config"]?["keras_history"],
            let reference = Reference(history)
        else { throw unreadable(json, layer) }
        call.references.append(reference)
        call.keywords.append(keyword)
    }

    private static func holdsTensors(_ json: JSON) -> Bool {
        json["class_name"] == "__keras_tensor__" || json.array?.contains(where: holdsTensors) == true
    }

    /// The references in `input_layers` or `output_layers`: a list of them, one alone, or a dictionary.
    static func references(_ json: JSON?, in model: String) throws -> [Reference] {
        guard let json else { return [] }
        if let reference = Reference(json) { return [reference] }
        if let members = json.object { return try members.values.flatMap { try references($0, in: model) } }
        guard let parts = json.array else {
            throw KerasError.config(
                place: "model \"\(model)\"", problem: "its inputs or outputs cannot be understood: \(json.serialized())"
            )
        }
        return try parts.flatMap { try references($0, in: model) }
    }

    private static func unreadable(_ json: JSON, _ layer: String) -> KerasError {
        .config(
            place: "layer \"\(layer)\"",
            problem: "what it is called on cannot be understood: \(String(json.serialized().prefix(200)))")
    }
}
