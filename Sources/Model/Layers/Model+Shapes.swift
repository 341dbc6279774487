import Graph
import Tensors

extension Model {
    /// Shapes of an example at the inputs with which the model can be built, where it may leave dimensions open: what
    /// its tensors look like does not depend on those.
    /// - Throws: what `LayerRegistry.init` throws where none of the usual sizes fits.
    package func workableInputShapes() throws -> [Shape] {
        guard inputShapes.contains(where: { $0.contains(nil) }) else { return try closedInputShapes() }
        var first: (any Error)?
        for size in Model.usualSizes {
            let shapes = inputShapes(filling: size)
            do {
                _ = try LayerRegistry(self, inputShapes: shapes)
                return shapes
            } catch { first = first ?? error }
        }
        throw first ?? ModelError("model \"\(name)\" leaves the shapes of its inputs open")
    }

    /// Large enough for the deepest pooling first; the others are what a `Flatten` was counted for.
    private static let usualSizes = [64, 128, 32, 224, 256, 16, 96, 299, 192, 512, 28, 100, 8, 4, 2, 1]

    private func inputShapes(filling size: Int) -> [Shape] {
        inputShapes.map { Shape($0.map { max($0 ?? size, 0) }) }
    }

    /// What every call of every layer gives: by the path of the models around it, then by reference. The batch comes
    /// first; it and what depends on open dimensions is nil. Of a model that is called several times, the first counts.
    /// - Throws: as `workableInputShapes`.
    package func callShapes() throws -> [ParameterPath: [TensorReference: [Int?]]] {
        let shapes = try workableInputShapes()
        var walk = ShapeWalk(trace: try trace(of: shapes))
        try walk.visit(self, inputs: shapes.map { $0.batched(1) }, at: "")
        var result = walk.found.mapValues { references in
            references.mapValues { shape -> [Int?] in [nil] + shape.dropFirst().map { $0 } }
        }
        // Another size shows which extents are open.
        for size in Model.usualSizes where inputShapes(filling: size) != shapes {
            let others = inputShapes(filling: size)
            guard let trace = try? trace(of: others) else { continue }
            var other = ShapeWalk(trace: trace)
            try other.visit(self, inputs: others.map { $0.batched(1) }, at: "")
            for (path, references) in other.found {
                for (reference, shape) in references {
                    guard var extents = result[path]?[reference], extents.count == shape.count else { continue }
                    for (axis, extent) in shape.enumerated() where extents[axis] != extent { extents[axis] = nil }
                    result[path]?[reference] = extents
                }
            }
            break
        }
        return result
    }

    private func trace(of shapes: [Shape]) throws -> [TracedCall] {
        let builder = GraphBuilder()
        let inputs = shapes.enumerated().map { builder.input("x\($0.offset)", $0.element.batched(1)) }
        return try trace(inputs, in: LayerScope(builder: builder, options: .inference)).calls
    }
}

/// Goes through a model in the order in which it was traced and hands out the traced shapes.
private struct ShapeWalk {
    private var trace: ArraySlice<TracedCall>
    private(set) var found: [ParameterPath: [TensorReference: [Int]]] = [:]

    init(trace: [TracedCall]) { self.trace = trace[...] }

    @discardableResult
    mutating func visit(_ model: Model, inputs: [Shape], at path: ParameterPath) throws -> [Shape] {
        var shapes: [TensorReference: Shape] = [:]
        for (reference, shape) in zip(model.inputs, inputs) { shapes[reference] = shape }
        for (entry, call) in try model.callOrder() {
            let arguments = entry.calls[call].inputs.map { shapes[$0] ?? .scalar }
            var outputs: [Shape] = []
            switch entry.content {
            case .input: continue
            case .layer: outputs = trace.popFirst()?.outputShapes ?? []
            case .model(let inner): outputs = try visit(inner, inputs: arguments, at: path.appending(entry.name))
            }
            for (index, shape) in outputs.enumerated() {
                shapes[TensorReference(layer: entry.name, call: call, output: index)] = shape
            }
        }
        if found[path] == nil { found[path] = shapes.mapValues(\.dimensions) }
        return model.outputs.map { shapes[$0] ?? .scalar }
    }
}
