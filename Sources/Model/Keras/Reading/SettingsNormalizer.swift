import JSON
import OrderedCollections

/// Brings the settings of a layer, whichever Keras wrote them, into one form: Keras 2's, without what is null, without
/// what only says where a class lives, and without what means nothing for float32 arithmetic. Both Kerases read it back.
struct SettingsNormalizer {
    /// What was left out although it could matter, as sentences.
    private(set) var warnings: [String] = []

    /// Written by one Keras, refused or unheard of by the other, and without meaning at these values.
    private static let neutral: [String: JSON] = [
        "synchronized": false, "renorm": false, "sparse": false, "ragged": false, "optional": false, "autocast": true,
        "stateful": false, "fused": true,
    ]

    /// Where a file keeps its bookkeeping.
    private static let bookkeeping: Set<String> = [
        "batch_input_shape", "batch_shape", "input_shape", "input_dtype", "build_config", "compile_config",
    ]

    mutating func settings(of layer: String, className: String, _ config: JSON) throws -> JSON {
        guard let members = config.object else {
            throw KerasError.config(place: "layer \"\(layer)\"", problem: "its config is not an object")
        }
        var result: OrderedDictionary<String, JSON> = [:]
        for (key, value) in members where !value.isNull && !SettingsNormalizer.bookkeeping.contains(key) {
            if SettingsNormalizer.neutral[key] == value || key == "name" { continue }
            if key == "dtype" {
                noteType(value, of: layer)
                continue
            }
            result[key] = SettingsNormalizer.plain(value)
        }
        SettingsNormalizer.adapt(&result, className)
        return .object(result)
    }

    private static func adapt(_ settings: inout OrderedDictionary<String, JSON>, _ className: String) {
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
    static func plain(_ value: JSON) -> JSON {
        switch value {
        case .array(let values): return .array(values.map(plain))
        case .object(let members):
            guard let className = members["class_name"]?.string else {
                return .object(members.filter { !$0.value.isNull }.mapValues(plain))
            }
            if className == "__tuple__", let items = members["items"] { return plain(items) }
            if className == "function", let name = members["config"]?.string { return .string(name) }
            var settings = members["config"]?.object ?? [:]
            settings["dtype"] = nil
            let kept = settings.filter { !$0.value.isNull }.mapValues(plain)
            return ["class_name": .string(className), "config": .object(kept)]
        default: return value
        }
    }
}
