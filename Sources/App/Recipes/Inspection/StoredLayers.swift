import Checkpoints
import Tensors

/// The layers that a file of weights lists by name, in Keras' HDF5 layout: what can be said where no architecture is there
/// or the one that is cannot be used.
struct StoredLayers {
    private(set) var layers: [Inspection.Layer] = []

    /// Gives no layers where the file lists none.
    init(_ checkpoint: Checkpoint) {
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

    /// `conv2d/kernel:0` of layer `conv2d` is `conv2d.kernel`; what the layer's name does not begin stays whole.
    private static func parameter(_ tensor: StoredTensor, stored: String, of layer: String) -> Inspection.Parameter {
        var rest = stored[...]
        if let colon = rest.lastIndex(of: ":"), Int(rest[rest.index(after: colon)...]) != nil { rest = rest[..<colon] }
        while rest.hasPrefix(layer + "/") { rest = rest.dropFirst(layer.count + 1) }
        let name = String(rest.map { $0 == "/" ? "." : $0 })
        return Inspection.Parameter(
            path: layer + "." + name, name: name, shape: tensor.shape, stored: stored, storedShape: tensor.shape,
            dataType: tensor.dataType)
    }
}
