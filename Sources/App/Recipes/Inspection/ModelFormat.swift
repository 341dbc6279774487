import Checkpoints
import Keras

/// What kind of file a model or its weights are in.
enum ModelFormat: String {
    /// A whole model, or a whole model's architecture and weights, in HDF5 as Keras 1 to 3 write it.
    case kerasHDF5 = "keras-h5"
    /// Weights by layer in HDF5, without an architecture.
    case kerasWeights = "keras-weights-h5"
    /// A zip archive of config and weights, as Keras 2.12 and later write it.
    case keras
    /// Weights by the objects that own them, without an architecture: what later Kerases call `.weights.h5`.
    case weights = "weights-h5"
    /// A `model.to_json()` without weights.
    case architecture = "keras-json"
    case hdf5, npy, npz, safetensors

    init(_ checkpoint: Checkpoint) {
        switch checkpoint.format {
        case .hdf5:
            let root = checkpoint.groups.contains("model_weights") ? "model_weights" : ""
            if checkpoint.attribute("model_config") != nil {
                self = .kerasHDF5
            } else if checkpoint.strings("layer_names", of: root) != nil {
                self = .kerasWeights
            } else {
                self = (try? KerasWeights(checkpoint)) == nil ? .hdf5 : .weights
            }
        case .keras: self = .keras
        case .npy: self = .npy
        case .npz: self = .npz
        case .safetensors: self = .safetensors
        }
    }

    var words: String {
        switch self {
        case .kerasHDF5: "a whole Keras model (HDF5)"
        case .keras: "a whole Keras model (.keras)"
        case .weights: "Keras weights without an architecture (.weights.h5)"
        case .kerasWeights: "Keras weights without an architecture (HDF5)"
        case .architecture: "a Keras architecture without weights (JSON)"
        case .hdf5: "an HDF5 file without a Keras model"
        case .npy: "a NumPy array"
        case .npz: "NumPy arrays in an archive"
        case .safetensors: "safetensors"
        }
    }

    var isArchitectureOnly: Bool { self == .architecture }

    /// Whether a tensor of such a file belongs to an optimizer.
    func isOptimizerState(_ name: String) -> Bool {
        switch self {
        case .kerasHDF5, .kerasWeights: name.hasPrefix("optimizer_weights/")
        case .keras, .weights: name.hasPrefix("optimizer/")
        default: false
        }
    }
}
