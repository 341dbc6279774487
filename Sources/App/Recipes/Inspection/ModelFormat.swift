import Checkpoints

/// What kind of file a model or its weights are in.
enum ModelFormat: String {
    /// A whole model, or a whole model's architecture and weights, in HDF5 as Keras 1 to 3 write it.
    case kerasHDF5 = "keras-h5"
    /// Weights by layer in HDF5, without an architecture.
    case kerasWeights = "keras-weights-h5"
    /// A config and weights in one zip archive, as Keras 2.12 and later write it.
    case keras
    /// A `model.to_json()` without weights.
    case architecture = "keras-json"
    case hdf5, npy, npz, safetensors

    init(_ checkpoint: Checkpoint) {
        switch checkpoint.format {
        case .hdf5:
            let root = checkpoint.groups.contains("model_weights") ? "model_weights" : ""
            self =
                checkpoint.attribute("model_config") != nil
                ? .kerasHDF5 : checkpoint.strings("layer_names", of: root) != nil ? .kerasWeights : .hdf5
        case .keras: self = .keras
        case .npy: self = .npy
        case .npz: self = .npz
        case .safetensors: self = .safetensors
        }
    }

    var words: String {
        switch self {
        case .kerasHDF5: "a whole Keras model (HDF5)"
        case .kerasWeights: "Keras weights without an architecture (HDF5)"
        case .keras: "a whole Keras model (.keras)"
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
        default: false
        }
    }
}
