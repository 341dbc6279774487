import JSON
import Layers
import OrderedCollections

/// What only one of the two Kerases knows, as far as files show it: tf_keras 2.21 and Keras 3.15, whose loaders refuse
/// every key they have not heard of.
enum KerasTerms {
    /// Layers that Keras 3 dropped.
    static let onlyKeras2: Set<String> = [
        "ThresholdedReLU", "LocallyConnected1D", "LocallyConnected2D", "RandomHeight", "RandomWidth", "CuDNNLSTM",
        "CuDNNGRU", "DenseFeatures", "TFOpLambda", "SlicingOpLambda",
    ]

    /// Layers that came with Keras 3.
    static let onlyKeras3: Set<String> = [
        "AdaptiveAveragePooling1D", "AdaptiveAveragePooling2D", "AdaptiveAveragePooling3D", "AdaptiveMaxPooling1D",
        "AdaptiveMaxPooling2D", "AdaptiveMaxPooling3D", "AugMix", "AutoContrast", "CutMix", "Equalization",
        "GroupedQueryAttention", "MelSpectrogram", "MixUp", "Pipeline", "RMSNormalization", "RandAugment",
        "RandomColorDegeneration", "RandomColorJitter", "RandomElasticTransform", "RandomErasing",
        "RandomGaussianBlur", "RandomGrayscale", "RandomHue", "RandomInvert", "RandomPerspective",
        "RandomPosterization", "RandomSaturation", "RandomSharpness", "RandomShear", "ReversibleEmbedding",
        "STFTSpectrogram", "Solarization",
    ]

    /// Activation functions that came with Keras 3.
    static let onlyKeras3Activations: Set<String> = [
        "celu", "glu", "log_sigmoid", "hard_silu", "hard_swish", "hard_tanh", "hard_shrink", "soft_shrink",
        "tanh_shrink", "sparse_plus", "squareplus", "threshold", "sparsemax", "sparse_sigmoid",
    ]

    /// When a key that one Keras refuses may be left out.
    private enum Omission {
        /// At this value, which is what its absence means.
        case at(JSON)
        /// Whatever it says, it says nothing about the arithmetic.
        case always

        func allows(_ value: JSON) -> Bool {
            guard case .at(let neutral) = self else { return true }
            return value == neutral || value.double != nil && value.double == neutral.double
        }
    }

    private typealias Keys = [String: Omission]

    private static let recurrent: Set<String> = [
        "SimpleRNN", "LSTM", "GRU", "RNN", "ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D", "SimpleRNNCell", "LSTMCell",
        "GRUCell", "StackedRNNCells",
    ]

    /// Convolutions whose classes no longer descend from `Conv` in Keras 3.
    private static let unlikeConv: Set<String> = [
        "Conv1DTranspose", "Conv2DTranspose", "Conv3DTranspose", "DepthwiseConv1D", "DepthwiseConv2D",
        "SeparableConv1D", "SeparableConv2D",
    ]

    private static func keysOfKeras2(_ className: String) -> Keys {
        var keys: Keys = ["rng_type": .always, "force_generator": .always]
        if recurrent.contains(className) { keys["time_major"] = .at(false) }
        if unlikeConv.contains(className) { keys["groups"] = .at(1) }
        if className.hasPrefix("DepthwiseConv") || className.hasPrefix("SeparableConv") {
            for key in ["kernel_initializer", "kernel_regularizer", "kernel_constraint"] { keys[key] = .always }
        }
        switch className {
        case "MultiHeadAttention":
            for key in ["query_shape", "key_shape", "value_shape", "softmax_robust_masking"] { keys[key] = .always }
        case "Softmax": keys["robust_masking"] = .always
        case "Embedding": keys["sparse"] = .always
        case "BatchNormalization":
            keys["fused"] = .always
            keys["renorm"] = .at(false)
        default: break
        }
        return keys
    }

    private static func keysOfKeras3(_ className: String) -> Keys {
        var keys: Keys = [
            "lora_rank": .always, "lora_alpha": .always, "quantization_config": .always,
            "use_cudnn": .always, "flash_attention": .always,
        ]
        if recurrent.contains(className) {
            keys["seed"] = .always
            keys["zero_output_for_mask"] = .at(false)
        }
        switch className {
        case "MultiHeadAttention":
            keys["seed"] = .always
            keys["use_gate"] = .at(false)
        case "LayerNormalization": keys["rms_scaling"] = .at(false)
        case "ZeroPadding1D", "CenterCrop", "RandomCrop", "RandomFlip", "RandomRotation", "RandomTranslation",
            "RandomZoom", "RandomContrast", "RandomBrightness":
            keys["data_format"] = .at("channels_last")
            if className == "RandomContrast" { keys["value_range"] = .at([0, 255]) }
        case "Resizing":
            keys["data_format"] = .at("channels_last")
            keys["pad_to_aspect_ratio"] = .at(false)
            keys["fill_mode"] = .at("constant")
            keys["fill_value"] = .at(0)
            keys["antialias"] = .at(false)
        default: break
        }
        return keys
    }

    // MARK: Settings

    /// A layer's settings as a file of a kind takes them, and the keys that only one Keras reads.
    struct Adapted {
        var settings: OrderedDictionary<String, JSON>
        /// Kept, because they say something that the other Keras cannot be told.
        var onlyKeras2: [String] = []
        var onlyKeras3: [String] = []
    }

    /// Settings that both Kerases read, as far as there are such.
    /// - Parameter generation: whose keys are kept where the two contradict each other.
    static func shared(_ settings: JSON, of className: String, generation: KerasGeneration) -> Adapted {
        var result = Adapted(settings: settings.object ?? [:])
        let (older, newer) = (keysOfKeras2(className), keysOfKeras3(className))
        for (key, value) in result.settings {
            if let omission = older[key] {
                // tf_keras insists on these.
                if className == "MultiHeadAttention", key.hasSuffix("_shape"), generation != .keras3 { continue }
                if omission.allows(value) { result.settings[key] = nil } else { result.onlyKeras2.append(key) }
            } else if let omission = newer[key] {
                if omission.allows(value) { result.settings[key] = nil } else { result.onlyKeras3.append(key) }
            }
        }
        dropRenormalization(&result)
        if className == "LeakyReLU" { rename("negative_slope", to: "alpha", in: &result.settings) }
        // Keras 3 takes the text for the function of that name, and it is the default of both.
        if className == "Attention", result.settings["score_mode"] == "dot" { result.settings["score_mode"] = nil }
        return result
    }

    /// Settings in the terms of Keras 3.
    static func keras3(_ settings: JSON, of className: String) -> Adapted {
        var result = Adapted(settings: settings.object ?? [:])
        let older = keysOfKeras2(className)
        for (key, value) in result.settings {
            guard let omission = older[key] else { continue }
            if omission.allows(value) { result.settings[key] = nil } else { result.onlyKeras2.append(key) }
        }
        dropRenormalization(&result)
        if className == "Embedding" { result.settings["input_length"] = nil }
        if className == "LeakyReLU" { rename("alpha", to: "negative_slope", in: &result.settings) }
        return result
    }

    /// Its bounds and its momentum say nothing where there is none.
    private static func dropRenormalization(_ adapted: inout Adapted) {
        guard adapted.settings["renorm"] != true else { return }
        for key in ["renorm_clipping", "renorm_momentum"] { adapted.settings[key] = nil }
    }

    private static func rename(_ old: String, to new: String, in settings: inout OrderedDictionary<String, JSON>) {
        guard let value = settings.removeValue(forKey: old) else { return }
        if settings[new] == nil { settings[new] = value }
    }
}
