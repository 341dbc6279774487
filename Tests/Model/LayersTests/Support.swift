import Graph
import JSON
import Layers
import Tensors

/// A layer on the outputs of others, as a functional config says it.
func entry(
    _ className: String, _ name: String, _ config: JSON = [:], on inputs: String...
) throws -> Model.Entry {
    try entry(className, name, config, calls: [LayerCall(inputs.map { TensorReference(layer: $0) })])
}

/// A layer that is called several times.
func entry(
    _ className: String, _ name: String, _ config: JSON = [:], calls: [LayerCall]
) throws -> Model.Entry {
    let specification = LayerSpecification(className: className, name: name, config: config)
    let layer = try LayerCatalog.make(specification, generation: .keras3)
    return Model.Entry(specification: specification, content: .layer(layer), calls: calls)
}

func input(_ name: String, _ shape: [Int?]) -> Model.Entry {
    Model.Entry(
        specification: LayerSpecification(className: "InputLayer", name: name), content: .input(shape), calls: [])
}

/// A model within a model.
func nested(_ model: Model, _ config: JSON = [:], on inputs: String...) -> Model.Entry {
    Model.Entry(
        specification: LayerSpecification(className: "Functional", name: model.name, config: config),
        content: .model(model), calls: [LayerCall(inputs.map { TensorReference(layer: $0) })])
}

func functional(
    _ name: String, _ entries: [Model.Entry], inputs: [String], outputs: [String]
) throws -> Model {
    try Model(
        name: name, generation: .keras3, isSequential: false, entries: entries,
        inputs: inputs.map { TensorReference(layer: $0) }, outputs: outputs.map { TensorReference(layer: $0) })
}

func layer(_ className: String, _ name: String, _ config: JSON = [:]) -> LayerSpecification {
    LayerSpecification(className: className, name: name, config: config)
}

func sequential(_ name: String, _ input: [Int?], _ layers: LayerSpecification...) throws -> Model {
    try Model.sequential(name: name, generation: .keras3, input: input, inputName: "\(name)_input", layers: layers)
}

/// The text of the error that `body` throws.
func message(_ body: () throws -> Void) -> String {
    do {
        try body()
        return "nothing was thrown"
    } catch { return "\(error)" }
}
