import Tensors

/// Why a Keras file or config cannot be used, as one sentence.
package enum KerasError: Error, Hashable, CustomStringConvertible {
    /// The file holds no architecture: weights only, or no Keras file at all.
    case noArchitecture(path: String)
    /// The file holds no weights in Keras' layout.
    case noWeights(path: String)
    /// A version that is none.
    case dialect(path: String, version: String)
    /// A config that cannot be understood. `place` is a layer or a model, empty for the whole.
    case config(place: String, problem: String)
    /// Several layers that cannot be made, a clause for each or for each class that is not known.
    case layers(problems: [String])
    /// A stored tensor that does not fit.
    case shape(path: String, stored: String, storedShape: Shape, parameter: ParameterPath, shape: Shape)
    /// Stored tensors that do not pair up with the model's.
    case unmatched(path: String, problem: String)

    package var description: String {
        switch self {
        case .noArchitecture(let path):
            "\(path) holds no architecture (no model_config attribute); give the architecture as a JSON config beside it"
        case .noWeights(let path):
            "\(path) holds no weights in Keras' layout (no layer_names attribute)"
        case .dialect(let path, let version):
            "\(path) was written by Keras \(version), which is no version of Keras 1, 2 or 3"
        case .config(let place, let problem):
            place.isEmpty ? "the model's config: \(problem)" : "\(place): \(problem)"
        case .layers(let problems): "the model cannot be made: " + problems.joined(separator: "; ")
        case .shape(let path, let stored, let storedShape, let parameter, let shape):
            "\(path): the stored tensor \"\(stored)\" has a shape of \(storedShape), and \(parameter) takes \(shape)"
        case .unmatched(let path, let problem): "\(path): \(problem)"
        }
    }
}
