import Tensors

/// A layer that a format has no words for, as one sentence.
package struct UnwritableModel: Error, Hashable, CustomStringConvertible {
    let layer: ParameterPath
    let className: String
    let problem: String

    package var description: String {
        "layer \"\(layer)\" (\(className)) cannot be written for Keras 3: \(problem); write an .h5 file, which tf_keras "
            + "opens, or the weights alone as .safetensors or .npz"
    }
}
