import Graph
import OrderedCollections
import Tensors

/// What calling one layer once gave.
package struct TracedCall: Sendable {
    package let path: ParameterPath
    package let specification: LayerSpecification
    package let inputs: [Value]
    package let outputs: [Value]
    package let outputShapes: [Shape]
}

/// What calling a model gave: the values of its outputs and every layer call on the way.
package struct ModelTrace: Sendable {
    package var outputs: [Value] = []
    package var calls: [TracedCall] = []
}

extension Model {
    /// Calls the model in a scope: emits its graph, declares its parameters.
    ///
    /// - Parameter inputs: one value per input, batch first.
    /// - Throws: `ModelError` where the inputs do not fit, `LayerError` from a layer.
    package func trace(_ inputs: [Value], in scope: LayerScope) throws -> ModelTrace {
        guard inputs.count == self.inputs.count else {
            throw ModelError("model \"\(name)\" takes \(self.inputs.count) inputs, and \(inputs.count) were given")
        }
        var trace = ModelTrace()
        var values: [TensorReference: Value] = [:]
        for (reference, value) in zip(self.inputs, inputs) {
            try check(scope.shape(of: value), at: reference)
            values[reference] = value
        }
        for (entry, call) in try callOrder() {
            let arguments = try entry.calls[call].inputs.map { reference in
                guard let value = values[reference] else {
                    throw ModelError(
                        "layer \"\(entry.name)\" reads output \(reference.output) of \"\(reference.layer)\", "
                            + "which has no such output")
                }
                return value
            }
            let outputs = try scope.within(entry.specification) { scope in
                try scope.calling(entry.calls[call]) {
                    try entry.call(arguments, in: scope, recording: &trace.calls)
                }
            }
            for (index, value) in outputs.enumerated() {
                values[TensorReference(layer: entry.name, call: call, output: index)] = value
            }
        }
        trace.outputs = try self.outputs.map { reference in
            guard let value = values[reference] else {
                throw ModelError("model \"\(name)\": its output \"\(reference.layer)\" is never computed")
            }
            return value
        }
        return trace
    }

    private func check(_ shape: Shape, at reference: TensorReference) throws {
        guard case .input(let expected)? = entries[reference.layer]?.content else { return }
        let found = shape.droppingFirst.dimensions
        let fits = expected.count == found.count && zip(expected, found).allSatisfy { $0 == nil || $0 == $1 }
        guard fits else {
            let text = "(" + expected.map { $0.map(String.init) ?? "any" }.joined(separator: ", ") + ")"
            throw ModelError(
                "input \"\(reference.layer)\" of model \"\(name)\" takes examples of \(text), not \(Shape(found))")
        }
    }
}

extension Model.Entry {
    fileprivate func call(
        _ arguments: [Value], in scope: LayerScope, recording calls: inout [TracedCall]
    ) throws -> [Value] {
        switch content {
        case .input: return arguments
        case .layer(let layer):
            try checkKeywords(of: type(of: layer), in: scope)
            if scope.call.expectsMask, arguments.first.flatMap({ scope.mask(of: $0) }) == nil {
                throw scope.error("it is called with a mask, and its input carries none here")
            }
            let outputs = try layer(arguments, in: scope)
            outputs.forEach(scope.regularizeActivity)
            if layer.passesMask, let mask = arguments.first.flatMap({ scope.mask(of: $0) }) {
                for output in outputs { scope.setMask(mask, of: output) }
            }
            for shape in outputs.map({ scope.shape(of: $0) }) where shape.countIfAddressable == nil {
                throw scope.error("its output would have a shape of \(shape.droppingFirst), which is too large")
            }
            calls.append(
                TracedCall(
                    path: scope.path, specification: specification, inputs: arguments, outputs: outputs,
                    outputShapes: outputs.map { scope.shape(of: $0) }))
            return outputs
        case .model(let model):
            let inner = try model.trace(arguments, in: scope)
            calls += inner.calls
            return inner.outputs
        }
    }

    /// What is passed by a keyword that the layer does not know would be lost in silence.
    private func checkKeywords(of type: any Layer.Type, in scope: LayerScope) throws {
        let given = scope.call.keywords.compactMap { $0 } + scope.call.settings.keys
        guard let unknown = given.first(where: { !type.callKeywords.contains($0) }) else { return }
        let value = scope.call.settings[unknown].map { " = " + String($0.serialized().prefix(80)) } ?? ""
        throw scope.error("it is called with \(unknown)\(value), which is not known")
    }
}
