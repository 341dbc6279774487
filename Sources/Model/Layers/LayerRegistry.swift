import Graph
import JSON
import OrderedCollections
import Tensors

/// One layer of one model, as the user sees it.
package struct RegisteredLayer: Sendable {
    package let path: ParameterPath
    package let specification: LayerSpecification
    /// Of one example, without the batch, one for each output of its first call.
    package let outputShapes: [Shape]
    package let parameters: [ParameterSpec]
    /// Parametered layers after this one on the longest path to the output; a normalisation belongs to the layer
    /// before it.
    package let depth: Int
    /// Whether the checkpoint's own flags, those of the models around it included, let it train.
    package let storedTrainable: Bool

    /// The shape of the first output.
    package var outputShape: Shape { outputShapes.first ?? .scalar }
}

/// The address book of a model: path → layer and parameters. Freezing, rates, loading, saving and reports go by it.
package struct LayerRegistry: Sendable {
    package let layers: OrderedDictionary<ParameterPath, RegisteredLayer>
    package let parameters: OrderedDictionary<ParameterPath, ParameterSpec>
    /// Shapes of an example at the inputs and at the outputs.
    package let inputShapes: [Shape]
    package let outputShapes: [Shape]
    /// Which layers belong together.
    package var grouping = LayerGrouping()

    /// Traces the model once with a batch of one.
    ///
    /// - Parameter inputShapes: shapes of an example, where the model leaves dimensions open.
    /// - Throws: `ModelError`, `LayerError`.
    package init(_ model: Model, inputShapes: [Shape]? = nil) throws {
        let shapes = try inputShapes ?? model.closedInputShapes()
        let builder = GraphBuilder()
        let scope = LayerScope(builder: builder, options: .inference)
        let inputs = shapes.enumerated().map { builder.input("x\($0.offset)", $0.element.batched(1)) }
        let trace = try model.trace(inputs, in: scope)
        self.inputShapes = shapes
        outputShapes = trace.outputs.map { builder.shape(of: $0).droppingFirst }
        parameters = scope.parameters
        let frozen = model.frozenPaths()
        let paths = Set(trace.calls.map(\.path))
        // A wrapper's tensors are those of the layers inside it.
        let owned = Dictionary(grouping: scope.parameters.values) { spec in
            spec.layer.nearest { paths.contains($0) } ?? spec.layer
        }
        let depths = LayerRegistry.depths(trace, owned: owned)
        var layers: OrderedDictionary<ParameterPath, RegisteredLayer> = [:]
        for call in trace.calls where layers[call.path] == nil {
            layers[call.path] = RegisteredLayer(
                path: call.path, specification: call.specification,
                outputShapes: call.outputShapes.map(\.droppingFirst),
                parameters: owned[call.path] ?? [],
                depth: depths[call.path] ?? 0, storedTrainable: !frozen.contains(call.path))
        }
        self.layers = layers
    }

    /// The layer that a tensor's layer is or, where a wrapper holds that, is within.
    package func owner(of path: ParameterPath) -> RegisteredLayer? {
        path.nearest { layers[$0] != nil }.flatMap { layers[$0] }
    }

    package var parameterCount: Int { parameters.values.reduce(0) { $0 + $1.shape.count } }

    /// Longest paths, counted backwards over the calls. A layer whose tensors are all of a normalisation adds nothing,
    /// which puts it on the level of the layer that feeds it.
    private static func depths(
        _ trace: ModelTrace, owned: [ParameterPath: [ParameterSpec]]
    ) -> [ParameterPath: Int] {
        var weight: [ParameterPath: Int] = [:]
        for (layer, specs) in owned where specs.contains(where: { [.kernel, .bias, .embedding].contains($0.role) }) {
            weight[layer] = 1
        }
        /// Of a value: how many parametered layers stand after it.
        var after: [Value: Int] = [:]
        var result: [ParameterPath: Int] = [:]
        for call in trace.calls.reversed() {
            let here = call.outputs.map { after[$0] ?? 0 }.max() ?? 0
            result[call.path] = max(result[call.path] ?? 0, here)
            let before = here + (weight[call.path] ?? 0)
            for input in call.inputs { after[input] = max(after[input] ?? 0, before) }
        }
        return result
    }
}

extension ParameterPath {
    /// It itself or the nearest path around it that fits; nil where none does.
    func nearest(_ fits: (ParameterPath) -> Bool) -> ParameterPath? {
        var path = self
        while !fits(path) {
            guard let dot = path.description.lastIndex(of: ".") else { return nil }
            path = ParameterPath(String(path.description[..<dot]))
        }
        return path
    }
}

extension Model {
    /// The shapes of an example at the inputs.
    /// - Throws: `ModelError` where a dimension is open.
    package func closedInputShapes() throws -> [Shape] {
        try zip(inputs, inputShapes).map { reference, shape in
            let known = shape.compactMap { $0 }
            guard known.count == shape.count else {
                let text = shape.map { $0.map(String.init) ?? "any" }.joined(separator: ", ")
                throw ModelError(
                    "input \"\(reference.layer)\" of model \"\(name)\" leaves its shape open: (\(text)); "
                        + "give the shape of an example")
            }
            guard known.allSatisfy({ $0 >= 0 }), Shape(known).countIfAddressable != nil else {
                throw ModelError(
                    "input \"\(reference.layer)\" of model \"\(name)\" has a shape that cannot be: \(known)")
            }
            return Shape(known)
        }
    }

    /// Paths of the layers whose own flag, or that of a model around them, says they do not train.
    func frozenPaths(prefix: ParameterPath = "", isFrozen: Bool = false) -> Set<ParameterPath> {
        var result: Set<ParameterPath> = []
        for entry in entries.values {
            let path = prefix.appending(entry.name)
            let frozen = isFrozen || !entry.specification.isTrainable
            if case .model(let model) = entry.content {
                result.formUnion(model.frozenPaths(prefix: path, isFrozen: frozen))
            } else if frozen {
                result.insert(path)
            }
        }
        return result
    }
}
