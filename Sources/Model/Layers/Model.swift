import Graph
import JSON
import OrderedCollections
import Tensors

/// One output of one call of a layer.
package struct TensorReference: Hashable, Sendable {
    package var layer: String
    /// Which of the layer's calls, from 0: a shared layer has several.
    package var call: Int
    package var output: Int

    package init(layer: String, call: Int = 0, output: Int = 0) {
        self.layer = layer
        self.call = call
        self.output = output
    }
}

/// A network: layers, how they are connected, and what goes in and out. It holds no arrays.
package struct Model: Sendable {
    package enum Content: Sendable {
        /// A place where data enters: the shape of an example, with nil for a dimension left open.
        case input([Int?])
        case layer(any Layer)
        case model(Model)
    }

    package struct Entry: Sendable {
        package var specification: LayerSpecification
        package var content: Content
        /// Inputs have none.
        package var calls: [LayerCall]

        package init(specification: LayerSpecification, content: Content, calls: [LayerCall]) {
            self.specification = specification
            self.content = content
            self.calls = calls
        }

        package var name: String { specification.name }
    }

    package var name: String
    package var generation: KerasGeneration
    /// Whether it was written as a list of layers; it is written back the same way.
    package var isSequential: Bool
    /// By name, in the order of the file.
    package private(set) var entries: OrderedDictionary<String, Entry>
    package var inputs: [TensorReference]
    package var outputs: [TensorReference]

    /// - Throws: `ModelError` where two layers share a name or a connection leads nowhere.
    package init(
        name: String, generation: KerasGeneration, isSequential: Bool, entries: [Entry], inputs: [TensorReference],
        outputs: [TensorReference]
    ) throws {
        self.name = name
        self.generation = generation
        self.isSequential = isSequential
        self.inputs = inputs
        self.outputs = outputs
        self.entries = [:]
        for entry in entries {
            guard self.entries.updateValue(entry, forKey: entry.name) == nil else {
                throw ModelError("model \"\(name)\" has two layers named \"\(entry.name)\"")
            }
        }
        for entry in entries {
            for reference in entry.calls.flatMap(\.inputs) { try check(reference, from: "layer \"\(entry.name)\"") }
        }
        for reference in inputs + outputs { try check(reference, from: "model \"\(name)\"") }
    }

    private func check(_ reference: TensorReference, from user: String) throws {
        guard let entry = entries[reference.layer] else {
            throw ModelError("\(user) is connected to a layer \"\(reference.layer)\", which does not exist")
        }
        let calls = if case .input = entry.content { 1 } else { entry.calls.count }
        guard reference.call >= 0, reference.call < calls else {
            throw ModelError(
                "\(user) is connected to call \(reference.call) of layer \"\(reference.layer)\", which has \(calls)")
        }
    }

    /// The shapes of an example at each input, with nil for what is open.
    package var inputShapes: [[Int?]] {
        inputs.map { reference in
            guard let entry = entries[reference.layer] else { return [] }
            switch entry.content {
            case .input(let shape): return shape
            case .model(let model): return model.inputShapes.first ?? []
            case .layer: return []
            }
        }
    }

    /// Makes a chain of layers a model: what a `Sequential` config or a head is.
    package static func sequential(
        name: String, generation: KerasGeneration, input: [Int?], inputName: String, layers: [LayerSpecification]
    ) throws -> Model {
        var entries = [
            Entry(
                specification: LayerSpecification(className: "InputLayer", name: inputName), content: .input(input),
                calls: [])
        ]
        for layer in layers {
            entries.append(
                Entry(
                    specification: layer,
                    content: .layer(try LayerCatalog.make(layer, generation: generation)),
                    calls: [[TensorReference(layer: entries.last!.name)]]))
        }
        return try Model(
            name: name, generation: generation, isSequential: true, entries: entries,
            inputs: [TensorReference(layer: inputName)], outputs: [TensorReference(layer: entries.last!.name)])
    }
}
