import JSON
import Layers

/// Keras 3 writes out the masks that it derives while a model is built: operations that compute them (`NotEqual`, `Any`)
/// and layers that are called with them by keyword. Keras 2 leaves all that out and derives them anew, and so do we: the
/// operations that serve nothing but masks are passed over, and layers called with them must find one of their own.
struct ImpliedMasks {
    /// Names of the operations to pass over.
    let operations: Set<String>

    /// - Parameter config: a functional model's.
    init(_ config: JSON) throws {
        let layers = config["layers"]?.array ?? []
        var names: Set<String> = []
        for layer in layers where ImpliedMasks.isOperation(layer) {
            if let name = ImpliedMasks.name(of: layer) { names.insert(name) }
        }
        let ends = try Connections.references(config["output_layers"], in: "").map(\.layer)
        names.subtract(ends)
        var count = -1
        // What anything else reads is no mask, nor is what only that depends on.
        while !names.isEmpty, count != names.count {
            count = names.count
            for layer in layers {
                let reader = ImpliedMasks.name(of: layer) ?? ""
                guard !names.contains(reader), layer["inbound_nodes"]?.array != nil else { continue }
                for call in try Connections.calls(layer["inbound_nodes"], of: reader) {
                    for (reference, keyword) in zip(call.references, call.keywords) where keyword != "mask" {
                        names.remove(reference.layer)
                    }
                }
            }
        }
        operations = names
    }

    private static func name(of layer: JSON) -> String? {
        layer["name"]?.string ?? layer["config"]?["name"]?.string
    }

    /// Whether it is a function of `keras.ops` and no layer: it has nothing that could train.
    private static func isOperation(_ layer: JSON) -> Bool {
        layer["class_name"] != "InputLayer" && layer["config"]?["trainable"] == nil
            && layer["config"]?["layers"] == nil
            && layer["inbound_nodes"]?.array?.contains { $0["args"] != nil } == true
    }

    /// The call without the masks it is passed.
    func removed(from call: Connections.Call) -> Connections.Call {
        var rest = call
        let kept = call.references.indices.filter { !operations.contains(call.references[$0].layer) }
        guard kept.count < call.references.count else { return call }
        rest.references = kept.map { call.references[$0] }
        rest.keywords = kept.map { call.keywords[$0] }
        rest.expectsMask = true
        return rest
    }
}
