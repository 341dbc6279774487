import Data
import Graph
import Layers
import Runtime
import Tensors

/// What layers inside a model give, in inference mode.
package struct ActivationProbe {
    private let plan: Plan
    private let binding: BatchBinding
    private let batchSize: Int
    private let shapes: [ParameterPath: Shape]

    /// - Parameter layers: of the model; of a layer that is called several times the first call counts.
    /// - Throws: `ModelError`, `LayerError`.
    package init(_ objective: Objective, layers: [ParameterPath], store: ParameterStore, batchSize: Int) throws {
        let builder = GraphBuilder()
        let scope = LayerScope(builder: builder, options: .inference)
        let inputs = objective.inputShapes.enumerated().map {
            builder.input("x\($0.offset)", $0.element.batched(batchSize))
        }
        let trace = try objective.model.trace(inputs, in: scope)
        var outputs: [GraphOutput] = []
        var shapes: [ParameterPath: Shape] = [:]
        for call in trace.calls where layers.contains(call.path) && shapes[call.path] == nil {
            guard let output = call.outputs.first else { continue }
            shapes[call.path] = builder.shape(of: output).droppingFirst
            outputs.append(GraphOutput(.result(call.path.description), output))
        }
        self.shapes = shapes
        plan = try Plan(builder.build(outputs: outputs), bindings: Plan.Bindings { store[$0] })
        binding = BatchBinding(plan, inputCount: objective.inputShapes.count)
        self.batchSize = batchSize
    }

    /// The outputs for the first batch of examples, (examples, …), by layer.
    /// - Throws: what reading an example throws.
    package func firstBatch(of examples: ExampleSet) throws -> [ParameterPath: Tensor] {
        let stream = try BatchStream(
            examples.dataset, indices: examples.indices, batchSize: batchSize, order: .sequential)
        guard let batch = try stream.next() else { return [:] }
        binding.point(plan, at: batch)
        plan.run(seed: 0, step: 0, validRows: batch.validRows)
        return shapes.reduce(into: [:]) { found, entry in
            guard let values = plan.result(entry.key.description) else { return }
            let numbers = UnsafeBufferPointer(start: values, count: batch.validRows * entry.value.count)
            found[entry.key] = Tensor(shape: entry.value.batched(batch.validRows), values: Array(numbers))
        }
    }
}
