import JSON
import Tensors

/// The layers a Keras config lists, whether or not anything here can make them: names and classes as they are written,
/// models inside models one level down.
struct ConfigOutline {
    struct Layer {
        /// As the layer would be addressed: names joined by dots.
        let path: String
        let name: String
        let className: String
        /// 0 for the model's own layers.
        let depth: Int
        let isModel: Bool
        let isTrainable: Bool
    }

    private(set) var layers: [Layer] = []
    private static let deepest = 64

    /// - Parameter config: `{"class_name": …, "config": …}`; what is not understood gives no layers.
    init(_ config: JSON) { visit(config, prefix: "", depth: 0, isTrainable: true) }

    private mutating func visit(_ model: JSON, prefix: String, depth: Int, isTrainable: Bool) {
        guard depth < ConfigOutline.deepest, let config = model["config"] else { return }
        for layer in config.array ?? config["layers"]?.array ?? [] {
            guard let written = layer["class_name"]?.string else { continue }
            let className = written.split(separator: ">").last.map(String.init) ?? written
            guard className != "InputLayer" else { continue }
            let settings = layer["config"] ?? [:]
            let name = layer["name"]?.string ?? settings["name"]?.string ?? snakeCased(className)
            let path = prefix.isEmpty ? name : prefix + "." + name
            let trains = isTrainable && settings["trainable"]?.bool != false
            let isModel = settings.array != nil || settings["layers"]?.array != nil
            layers.append(
                Layer(
                    path: path, name: name, className: className, depth: depth, isModel: isModel, isTrainable: trains))
            if isModel { visit(layer, prefix: path, depth: depth + 1, isTrainable: trains) }
        }
    }

    private func snakeCased(_ className: String) -> String { className.lowercased() }
}
