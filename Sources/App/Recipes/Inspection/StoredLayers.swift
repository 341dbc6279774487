import Checkpoints
import OrderedCollections
import Tensors

/// The layers that a file of weights names, in either of Keras' layouts: what can be said where no architecture is there or
/// the one that is cannot be used.
struct StoredLayers {
    private(set) var layers: [Inspection.Layer] = []

    /// Gives no layers where the file lists none.
    init(_ checkpoint: Checkpoint, _ format: ModelFormat) {
        if format == .keras || format == .weights {
            layers = StoredLayers.owners(checkpoint, format)
            return
        }
        let root = checkpoint.groups.contains("model_weights") ? "model_weights" : ""
        guard let names = checkpoint.strings("layer_names", of: root) else { return }
        for name in names {
            let group = root.isEmpty ? name : root + "/" + name
            let stored = checkpoint.strings("weight_names", of: group) ?? []
            let parameters = stored.compactMap { weight in
                checkpoint.tensors[group + "/" + weight].map {
                    StoredLayers.parameter($0, stored: weight, of: name)
                }
            }
            if !parameters.isEmpty { layers.append(Inspection.Layer(path: name, name: name, parameters: parameters)) }
        }
    }

    /// The objects that own variables: `layers/dense/vars/0` belongs to `layers/dense`, which may say that its name is
    /// another.
    private static func owners(_ checkpoint: Checkpoint, _ format: ModelFormat) -> [Inspection.Layer] {
        var layers: OrderedDictionary<String, Inspection.Layer> = [:]
        for tensor in checkpoint.tensors.values where !format.isOptimizerState(tensor.name) {
            var parts = tensor.name.split(separator: "/")
            guard let variable = parts.popLast(), parts.last == "vars" else { continue }
            parts.removeLast()
            let owner = parts.joined(separator: "/")
            let written = checkpoint.attribute("name", of: owner + "/vars")?.string
            let name = written ?? parts.last.map(String.init) ?? owner
            let parameter = Inspection.Parameter(
                path: name + "." + variable, name: String(variable), shape: tensor.shape, stored: tensor.name,
                storedShape: tensor.shape, dataType: tensor.dataType)
            layers[owner, default: Inspection.Layer(path: name, name: name)].parameters.append(parameter)
        }
        return Array(layers.values)
    }

    /// `conv2d/kernel:0` of layer `conv2d` is `conv2d.kernel`; what the layer's name does not begin stays whole.
    private static func parameter(_ tensor: StoredTensor, stored: String, of layer: String) -> Inspection.Parameter {
        var rest = stored[...]
        if let colon = rest.lastIndex(of: ":"), Int(rest[rest.index(after: colon)...]) != nil { rest = rest[..<colon] }
        while rest.hasPrefix(layer + "/") { rest = rest.dropFirst(layer.count + 1) }
        // Keras 1: `dense_1_W`.
        if rest.hasPrefix(layer + "_") { rest = rest.dropFirst(layer.count + 1) }
        let name = String(rest.map { $0 == "/" ? "." : $0 })
        return Inspection.Parameter(
            path: layer + "." + name, name: name, shape: tensor.shape, stored: stored, storedShape: tensor.shape,
            dataType: tensor.dataType)
    }
}
