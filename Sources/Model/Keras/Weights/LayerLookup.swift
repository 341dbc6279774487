import JSON
import Layers
import Tensors

extension Model {
    /// What a layer path stands for: the layer, or the one inside a wrapper that the rest of the path leads into.
    func specification(at path: ParameterPath) -> LayerSpecification? {
        let text = path.description
        let inside = entries.values.filter { text == $0.name || text.hasPrefix($0.name + ".") }
        guard let entry = inside.max(by: { $0.name.count < $1.name.count }) else { return nil }
        guard case .model(let model) = entry.content else { return entry.specification.unwrapped }
        return model.specification(at: ParameterPath(String(text.dropFirst(entry.name.count + 1))))
    }
}

extension LayerSpecification {
    /// A wrapper's inner layer (the forward one of two), which is what its tensors belong to.
    var unwrapped: LayerSpecification {
        for key in ["layer", "cell"] {
            guard let inner = config[key], let className = inner["class_name"]?.string else { continue }
            let name = inner["config"]?["name"]?.string ?? name
            return LayerSpecification(className: className, name: name, config: inner["config"] ?? [:]).unwrapped
        }
        return self
    }
}
