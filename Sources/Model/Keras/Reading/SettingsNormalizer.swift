import JSON
import Layers
import OrderedCollections

/// Brings the settings of a layer, whichever Keras wrote them, into one form: Keras 2's, without what is null, without
/// what only says where a class lives, and without what means nothing for float32 arithmetic. Both Kerases read it back.
struct SettingsNormalizer {
    let generation: KerasGeneration
    /// What was left out although it could matter, as sentences.
    private(set) var warnings: [String] = []

    init(generation: KerasGeneration) { self.generation = generation }

    /// Names that classes have had in Keras 2 and 3; a package's name in front (`Custom>Block`) is left out.
    private static let aliases = [
        "BatchNormalizationV1": "BatchNormalization", "BatchNormalizationV2": "BatchNormalization",
        "GroupQueryAttention": "GroupedQueryAttention",
        "Convolution1D": "Conv1D", "Convolution2D": "Conv2D", "Convolution3D": "Conv3D",
        "Convolution1DTranspose": "Conv1DTranspose", "Convolution2DTranspose": "Conv2DTranspose",
        "Convolution3DTranspose": "Conv3DTranspose", "SeparableConvolution1D": "SeparableConv1D",
        "SeparableConvolution2D": "SeparableConv2D", "DepthwiseConvolution2D": "DepthwiseConv2D",
        "MaxPool1D": "MaxPooling1D", "MaxPool2D": "MaxPooling2D", "MaxPool3D": "MaxPooling3D",
        "AvgPool1D": "AveragePooling1D", "AvgPool2D": "AveragePooling2D", "AvgPool3D": "AveragePooling3D",
        "GlobalMaxPool1D": "GlobalMaxPooling1D", "GlobalMaxPool2D": "GlobalMaxPooling2D",
        "GlobalMaxPool3D": "GlobalMaxPooling3D", "GlobalAvgPool1D": "GlobalAveragePooling1D",
        "GlobalAvgPool2D": "GlobalAveragePooling2D", "GlobalAvgPool3D": "GlobalAveragePooling3D",
        "LSTMV1": "LSTM", "LSTMV2": "LSTM", "GRUV1": "GRU", "GRUV2": "GRU", "UnifiedLSTM": "LSTM",
        "UnifiedGRU": "GRU", "SyncBatchNormalization": "BatchNormalization",
    ]

    static func className(_ written: String) -> String {
        let plain = written.lastIndex(of: ">").map { String(written[written.index(after: $0)...]) } ?? written
        return aliases[plain] ?? plain
    }

    /// Written by one Keras, refused or unheard of by the other, and without meaning at these values.
    private static let neutral: [String: JSON] = [
        "synchronized": false, "renorm": false, "sparse": false, "ragged": false, "optional": false, "autocast": true,
        "stateful": false, "fused": true,
    ]

    /// Where a null is not the same as nothing: a Bidirectional that merges nothing gives two outputs.
    private static let meantNull: Set<String> = ["merge_mode"]

    /// Where a file keeps its bookkeeping.
    private static let bookkeeping: Set<String> = [
        "batch_input_shape", "batch_shape", "input_shape", "input_dtype", "build_config", "compile_config",
    ]

    mutating func settings(of layer: String, className: String, _ config: JSON) throws -> JSON {
        guard let members = config.object else {
            throw KerasError.config(place: "layer \"\(layer)\"", problem: "its config is not an object")
        }
        var result: OrderedDictionary<String, JSON> = [:]
        for (key, value) in members where !SettingsNormalizer.bookkeeping.contains(key) {
            if value.isNull, !SettingsNormalizer.meantNull.contains(key) { continue }
            if SettingsNormalizer.neutral[key] == value || key == "name" { continue }
            if key == "dtype" {
                noteType(value, of: layer)
                continue
            }
            if className == "Lambda" {
                // Nobody here understands it, so that nothing in it may change.
                result[key] = value
                continue
            }
            result[key] = SettingsNormalizer.inner.contains(key) ? try nested(value, in: layer) : plain(value)
        }
        adapt(&result, className)
        return .object(result)
    }

    /// Where layers hold layers: wrappers, and recurrent layers made of cells.
    private static let inner: Set<String> = ["layer", "backward_layer", "cell", "cells"]

    /// The layers inside a layer, normalised as it is itself; they keep their names in their settings.
    private mutating func nested(_ value: JSON, in layer: String) throws -> JSON {
        if let items = value.array { return .array(try items.map { try nested($0, in: layer) }) }
        guard let written = value["class_name"]?.string, let config = value["config"], config.object != nil else {
            return plain(value)
        }
        if ArchitectureReader.isModel(value) { return value }
        let className = SettingsNormalizer.className(written)
        let name = config["name"]?.string ?? layer
        var settings = try settings(of: name, className: className, config)
        if let own = config["name"] { settings["name"] = own }
        return ["class_name": .string(className), "config": settings]
    }

    private func adapt(_ settings: inout OrderedDictionary<String, JSON>, _ className: String) {
        switch className {
        case "BatchNormalization":
            if settings["renorm"] == nil {
                settings["renorm_clipping"] = nil
                settings["renorm_momentum"] = nil
            }
            if let axes = settings["axis"]?.array, axes.count == 1 { settings["axis"] = axes[0] }
        case "DepthwiseConv2D", "SeparableConv2D", "DepthwiseConv1D", "SeparableConv1D":
            // Inherited from Conv, where Keras 3's classes no longer descend from it; there is no such kernel here.
            if settings["groups"] == 1 { settings["groups"] = nil }
            for key in ["kernel_initializer", "kernel_regularizer", "kernel_constraint"] { settings[key] = nil }
            if className.hasPrefix("Depthwise") { settings["filters"] = nil }
        case "GRU", "GRUCell", "CuDNNGRU":
            // Before 2.1 there was no other way; a config that Keras wrote always names the activation.
            let isWritten = className != "CuDNNGRU" && settings["recurrent_activation"] != nil
            if generation != .keras3, isWritten, settings["reset_after"] == nil { settings["reset_after"] = false }
        default: break
        }
    }

    private mutating func noteType(_ value: JSON, of layer: String) {
        let type = value.string ?? value["config"]?["name"]?.string ?? value.serialized()
        if type != "float32" {
            warnings.append("layer \"\(layer)\" was computed in \(type) by Keras; here it is computed in float32")
        }
    }

    /// Initializers, regularizers and activations as Keras 2 writes them: a class name and its settings, or a name.
    func plain(_ value: JSON) -> JSON {
        switch value {
        case .array(let values): return .array(values.map(plain))
        case .object(let members):
            guard let written = members["class_name"]?.string else {
                return .object(members.filter { !$0.value.isNull }.mapValues(plain))
            }
            if written == "__tuple__", let items = members["items"] { return plain(items) }
            if written == "function", let name = members["config"]?.string { return .string(name) }
            var settings = members["config"]?.object ?? [:]
            settings["dtype"] = nil
            let kept = settings.filter { !$0.value.isNull }.mapValues(plain)
            return ["class_name": .string(SettingsNormalizer.className(written)), "config": .object(kept)]
        default: return value
        }
    }
}
