import JSON
import Layers
import Tensors

/// Where the two Kerases part ways over a layer.
enum KerasDifferences {
    private static let activationKeys = ["activation", "recurrent_activation"]

    /// Whether a layer computes the hard_sigmoid of its generation, which the other one's is not.
    static func usesHardSigmoid(_ settings: JSON) -> Bool {
        activationKeys.contains { key in
            let value = settings[key]
            return value == "hard_sigmoid" || value?["config"]?["name"] == "hard_sigmoid"
                || value?["class_name"] == "hard_sigmoid"
        }
    }

    private static let ranks = ["Conv1D": 1, "Conv2D": 2, "Conv3D": 3]

    /// Whether a convolution goes over more than a batch: (…, height, width, channels).
    /// - Parameter shape: of its input, the batch included.
    static func hasExtraDimensions(_ shape: [Int?], className: String) -> Bool {
        ranks[className].map { shape.count > $0 + 2 } ?? false
    }

    /// Only `Conv1D` pads causally in Keras 3.
    private static func padsCausally(_ settings: JSON, _ className: String) -> Bool {
        settings["padding"] == "causal" && className != "Conv1D"
    }

    /// Ways to resize that Keras 3 left out.
    private static let onlyKeras2Interpolations: Set = ["gaussian", "mitchellcubic"]

    private static func lostInterpolation(_ settings: JSON) -> String? {
        (settings["interpolation"]?.string?.lowercased()).flatMap {
            onlyKeras2Interpolations.contains($0) ? $0 : nil
        }
    }

    /// At inference one Keras resizes what is smaller than the crop before cutting, the other after.
    private static func isRandomCrop(_ className: String) -> Bool { className == "RandomCrop" }

    /// What is to be said about a layer in a file for both.
    static func sentences(
        _ adapted: KerasTerms.Adapted, of className: String, at path: ParameterPath, generation: KerasGeneration
    ) -> [String] {
        var sentences: [String] = []
        func say(_ text: String) { sentences.append("layer \"\(path)\": " + text) }
        if CallNotation.functions.contains(className), generation == .keras3 {
            say("neither Keras opens an .h5 file with a function of keras.ops; write a .keras file")
            return sentences
        }
        if KerasTerms.onlyKeras2.contains(className) { say("Keras 3 has no \(className); tf_keras opens the file") }
        if KerasTerms.onlyKeras3.contains(className) { say("tf_keras has no \(className); Keras 3 opens the file") }
        if isRandomCrop(className) {
            say("RandomCrop is exact in \(generation == .keras3 ? "Keras 3" : "tf_keras"); the other resizes otherwise")
        }
        if className == "MultiHeadAttention" {
            say("only \(generation == .keras3 ? "Keras 3" : "tf_keras") reads the settings of a MultiHeadAttention")
        }
        let settings = JSON.object(adapted.settings)
        if usesHardSigmoid(settings) {
            let known = generation == .keras3 ? "Keras 3" : "tf_keras"
            say("hard_sigmoid is exact in \(known); the other Keras computes another")
        }
        for key in activationKeys {
            guard let name = settings[key]?.string, KerasTerms.onlyKeras3Activations.contains(name) else { continue }
            say("tf_keras has no activation \(name); Keras 3 opens the file")
        }
        if let axes = settings["axis"]?.array, axes.count > 1 {
            say("Keras 3 forgets that it goes over several axes; it is exact in tf_keras")
        }
        if padsCausally(settings, className) { say("Keras 3 has no causal \(className); tf_keras opens the file") }
        if let name = lostInterpolation(settings) {
            say("Keras 3 has no interpolation \"\(name)\"; tf_keras opens the file")
        }
        for key in adapted.onlyKeras2 { say("Keras 3 does not know its setting \(key); tf_keras opens the file") }
        for key in adapted.onlyKeras3 { say("tf_keras does not know its setting \(key); Keras 3 opens the file") }
        return sentences
    }

    /// Why a layer of this generation cannot be said in Keras 3, nil where it can.
    static func obstacle(
        _ adapted: KerasTerms.Adapted, of className: String, generation: KerasGeneration
    ) -> String? {
        if KerasTerms.onlyKeras2.contains(className) { return "Keras 3 has no \(className)" }
        let settings = JSON.object(adapted.settings)
        if generation != .keras3, usesHardSigmoid(settings) {
            return "its hard_sigmoid is clip(0.2x + 0.5, 0, 1), which Keras 3 does not have"
        }
        if className == "LayerNormalization", let axes = settings["axis"]?.array?.compactMap(\.int),
            generation != .keras3, axes != axes.sorted()
        {
            return "it normalises over the axes \(axes), which Keras 3 would sort"
        }
        if generation != .keras3, isRandomCrop(className) { return "Keras 3's RandomCrop resizes otherwise" }
        if let name = lostInterpolation(settings) { return "Keras 3 has no interpolation \"\(name)\"" }
        if padsCausally(settings, className) { return "Keras 3 has no causal \(className)" }
        if let key = adapted.onlyKeras2.first {
            return "Keras 3 does not know its setting \(key) = \(settings[key]?.serialized() ?? "")"
        }
        return nil
    }
}
