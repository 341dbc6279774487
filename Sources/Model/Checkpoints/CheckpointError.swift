import Tensors

/// What is wrong with a checkpoint file, as one sentence that names the file.
package enum CheckpointError: Error, Hashable, CustomStringConvertible {
    /// The bytes are something else altogether; `found` says what, with its article.
    case foreign(path: String, found: String)
    /// The right format, cut short or corrupted. `place` is an object inside the file, empty for the whole.
    case damaged(path: String, place: String, problem: String)
    /// Well formed, but deliberately not followed: links, storage in other files, sizes that cannot be honest.
    case refused(path: String, place: String, reason: String)
    /// Well formed, but this program has no reader for it.
    case unsupported(path: String, place: String, feature: String)
    /// Something asked for is not in the file.
    case missing(path: String, place: String, available: String)
    /// A value that cannot be written.
    case unwritable(path: String, place: String, problem: String)

    package var description: String {
        switch self {
        case .foreign(let path, let found):
            "\(path) is \(found.onOneLine()), not a checkpoint; expected an HDF5 (.h5), Keras (.keras), NumPy (.npy, .npz) or safetensors file"
        case .damaged(let path, let place, let problem):
            "\(path) is damaged\(at(place)): \(problem.onOneLine()); try to copy or download it again"
        case .refused(let path, let place, let reason): "\(path) is refused\(at(place)): \(reason.onOneLine())"
        case .unsupported(let path, let place, let feature):
            "\(path) cannot be read\(at(place)): \(feature.onOneLine())"
        case .missing(let path, let place, let available):
            "\(path) has no \"\(place.onOneLine())\"; it has \(available.onOneLine(limit: 2000))"
        case .unwritable(let path, let place, let problem):
            "\(path) cannot be written\(at(place)): \(problem.onOneLine())"
        }
    }

    private func at(_ place: String) -> String { place.isEmpty ? "" : " at \"\(place.onOneLine())\"" }
}
