import Checkpoints
import OrderedCollections
import Tensors

/// Layers' names, each with its tensors' names and shapes.
typealias StoredShapes = [(String, OrderedDictionary<String, Shape>)]

/// Writes a whole-model `.h5` file with zeros for weights.
func writeModel(_ config: String, weights: StoredShapes, version: String = "2.15.0", to path: String) throws {
    var root = HDF5Group(attributes: ["model_config": .string(config), "keras_version": .string(version)])
    try root.withGroup(at: "model_weights") { try insert(weights, into: &$0) }
    try HDF5Writer.write(root, to: path)
}

/// Writes a weights-only `.h5` file with zeros.
func writeWeights(_ weights: StoredShapes, to path: String) throws {
    var root = HDF5Group()
    try insert(weights, into: &root)
    try HDF5Writer.write(root, to: path)
}

private func insert(_ weights: StoredShapes, into group: inout HDF5Group) throws {
    group.attributes["layer_names"] = .strings(weights.map(\.0))
    for (layer, tensors) in weights {
        try group.withGroup(at: layer) { inner in
            inner.attributes["weight_names"] = .strings(Array(tensors.keys))
            for (name, shape) in tensors { try inner.insert(Tensor(zeros: shape), at: name) }
        }
    }
}
