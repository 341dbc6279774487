import Graph
import JSON
import Tensors

/// Makes the model that a config inside a layer's settings describes; nil where it describes a single layer.
package typealias ModelReader = @Sendable (JSON) throws -> Model?

/// A layer or model inside a layer: what wrappers apply.
package struct InnerLayer: Sendable {
    package enum Content: Sendable {
        case layer(any Layer)
        case model(Model)
    }

    package let specification: LayerSpecification
    package let content: Content

    package var name: String { specification.name }

    /// Calls it where the scope is: its tensors have paths directly below.
    func callAsFunction(_ inputs: [Value], in scope: LayerScope) throws -> [Value] {
        switch content {
        case .model(let model): return try model.trace(inputs, in: scope).outputs
        case .layer(let layer):
            let outputs = try scope.calling(LayerCall([])) { try layer(inputs, in: scope) }
            if layer.passesMask, let mask = inputs.first.flatMap({ scope.mask(of: $0) }) {
                for output in outputs { scope.setMask(mask, of: output) }
            }
            outputs.forEach(scope.regularizeActivity)
            return outputs
        }
    }
}

extension LayerConfig {
    /// The layer that `{"class_name": …, "config": …}` under `key` describes, of the same Keras; nil where there is none.
    ///
    /// - Parameter adapt: changes the inner settings before the layer is made from them.
    /// - Throws: `LayerError`, `UnknownLayerError`, what the reader of models throws.
    package mutating func inner(
        _ key: String, adapt: (inout LayerSpecification) -> Void = { _ in }
    ) throws -> InnerLayer? {
        guard let json = take(key) else { return nil }
        return try inner(json, under: key, adapt: adapt)
    }

    /// The layer that a value found under `key` describes.
    func inner(
        _ json: JSON, under key: String, adapt: (inout LayerSpecification) -> Void = { _ in }
    ) throws -> InnerLayer {
        var specification = try innerSpecification(json, under: key)
        if let model = try models?(json) {
            return InnerLayer(specification: specification, content: .model(model))
        }
        adapt(&specification)
        let layer = try LayerCatalog.make(
            specification, generation: generation, models: models, lambdas: lambdas)
        return InnerLayer(specification: specification, content: .layer(layer))
    }

    func innerSpecification(_ json: JSON, under key: String) throws -> LayerSpecification {
        guard let className = json["class_name"]?.string else {
            throw error("\"\(key)\" should be a layer, not \(json.serialized().prefix(120))")
        }
        let config = json["config"] ?? [:]
        return LayerSpecification(
            className: className, name: config["name"]?.string ?? snakeCase(className), config: config)
    }
}
