import Checkpoints
import Data
import JSON
import Keras
import Layers
import Tensors

/// A model out of a file: a whole checkpoint, or an architecture alone.
struct ModelFile {
    let path: String
    let keras: KerasModel?
    let model: Model

    /// SHA-256 of the file.
    func hash() throws -> String { try MappedFile(path: path).hash }

    /// Between which numbers the inputs lay that the model was trained on, where the file says so.
    var expectedRange: InputRange? {
        guard let bounds = keras?.notes?["input_range"]?.array?.compactMap(\.double), bounds.count == 2 else {
            return nil
        }
        return InputRange(minimum: Float(bounds[0]), maximum: Float(bounds[1]))
    }

    /// - Throws: what opening a checkpoint, parsing a config or making a layer throws.
    init(checkpoint path: String, lambdas: [String: String] = [:]) throws {
        self.path = path
        guard let checkpoint = try InspectedFile.checkpoint(path) else {
            throw ModelFileError(
                path: path, reason: "it is an architecture without weights; in a recipe, give it as \"architecture\"")
        }
        let keras = try KerasModel.open(checkpoint, lambdas: lambdas)
        self.keras = keras
        model = keras.model
    }

    /// - Throws: `ModelFileError` for a text that is not a config.
    init(architecture path: String, lambdas: [String: String] = [:]) throws {
        self.path = path
        keras = nil
        let file = try MappedFile(path: path)
        let text = file.text
        do {
            model = try KerasModel.architecture(
                json: try JSON(parsing: text, allowingNonFinite: true), lambdas: lambdas)
        } catch let
            error as JSONSyntaxError
        { throw ModelFileError(path: path, reason: "\(error)") }
    }
}

/// A file that does not hold a model, as one sentence.
struct ModelFileError: Error, CustomStringConvertible {
    let path: String
    let reason: String
    var description: String { "\(path) does not hold a model: \(reason)" }
}
