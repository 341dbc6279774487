import JSON
import Layers
import Tensors

/// The layers and models that wrappers carry in their settings.
enum InnerLayers {
    static let keys = ["layer", "backward_layer", "cell", "cells"]

    /// Applies `transform` to every inner layer, with its name.
    static func map(_ value: JSON, _ transform: (JSON, String) throws -> JSON) rethrows -> JSON {
        if let values = value.array { return .array(try values.map { try map($0, transform) }) }
        guard let className = value["class_name"]?.string else { return value }
        return try transform(value, value["config"]?["name"]?.string ?? snakeCase(className))
    }

    /// The model that a wrapper's setting describes; nil where it is a single layer.
    /// - Throws: what reading the model throws.
    static func model(_ value: JSON, generation: KerasGeneration) throws -> Model? {
        guard ArchitectureReader.isModel(value) else { return nil }
        var reader = ArchitectureReader(generation: generation)
        return try reader.read(value)
    }
}

extension Model.Entry {
    /// The model that this entry is, or applies to every step of a sequence: its tensors have paths directly below.
    func innerModel(generation: KerasGeneration) throws -> Model? {
        if case .model(let model) = content { return model }
        guard specification.className == "TimeDistributed", let inner = specification.config["layer"] else {
            return nil
        }
        return try InnerLayers.model(inner, generation: generation)
    }
}
