import Data
import Layers
import OrderedCollections
import Tensors

/// The layers of a model whose inputs may leave dimensions open (a picture of any size, a sequence of any length).
///
/// Shapes are only known for closed inputs, so the model is traced for two sizes of its open dimensions, and what differs
/// between the two is open.
struct OpenShapes {
    let registry: LayerRegistry
    let inputs: [OpenShape]
    let outputs: [OpenShape]
    let layers: OrderedDictionary<ParameterPath, [OpenShape]>

    /// Sizes that networks take: poolings halve the first pair seven times; the others are for what joins, crops or
    /// splits at a certain size.
    private static let sizes = [(128, 256), (256, 512), (32, 64), (16, 48), (8, 24), (4, 12), (224, 448), (1, 3)]

    /// - Throws: `ModelError`, `LayerError`: what the first pair of sizes gave.
    init(_ model: Model) throws {
        guard model.inputShapes.contains(where: { $0.contains(nil) }) else {
            self.init(try LayerRegistry(model), nil, model)
            return
        }
        var first: (any Error)?
        for (small, large) in OpenShapes.sizes {
            do {
                let registries = try [small, large].map { size in
                    try LayerRegistry(model, inputShapes: model.closedInputShapes(standIn: size))
                }
                guard registries[0].parameters == registries[1].parameters else {
                    throw ModelError(
                        "model \"\(model.name)\" leaves its input shape open, and its weights depend on it")
                }
                self.init(registries[0], registries[1], model)
                return
            } catch { first = first ?? error }
        }
        throw first ?? ModelError("model \"\(model.name)\" leaves its input shape open")
    }

    private init(_ registry: LayerRegistry, _ other: LayerRegistry?, _ model: Model) {
        func open(_ shapes: [Shape], _ others: [Shape]?) -> [OpenShape] {
            shapes.enumerated().map { index, shape in
                guard let others, others.indices.contains(index) else { return shape.dimensions }
                return OpenShapes.common(shape, others[index])
            }
        }
        self.registry = registry
        inputs = model.inputShapes
        outputs = open(registry.outputShapes, other?.outputShapes)
        layers = OrderedDictionary(
            uniqueKeysWithValues: registry.layers.values.map { layer in
                (layer.path, open(layer.outputShapes, other?.layers[layer.path]?.outputShapes))
            })
    }

    private static func common(_ shape: Shape, _ other: Shape) -> OpenShape {
        guard shape.rank == other.rank else { return shape.dimensions.map { _ in nil } }
        return zip(shape.dimensions, other.dimensions).map { $0 == $1 ? $0 : nil }
    }
}

extension Model {
    /// The shapes of an example at the inputs, open dimensions closed with `size`.
    /// - Throws: `ModelError` for dimensions that cannot be.
    func closedInputShapes(standIn size: Int) throws -> [Shape] {
        try zip(inputs, inputShapes).map { reference, shape in
            let known = shape.map { $0 ?? size }
            guard known.allSatisfy({ $0 >= 0 }), Shape(known).countIfAddressable != nil else {
                throw ModelError(
                    "input \"\(reference.layer)\" of model \"\(name)\" has a shape that cannot be: \(known)")
            }
            return Shape(known)
        }
    }
}
