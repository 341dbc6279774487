import Data
import Graph
import Layers
import Runtime
import Tensors

/// Runs a model in inference mode over inputs that have no targets.
package final class Predictor {
    private let plan: Plan
    private let binding: BatchBinding
    private let batchSize: Int
    /// Shapes of what the model gives for one example, one per output.
    package let outputShapes: [Shape]

    /// - Throws: `ModelError`, `LayerError`.
    package init(model: Model, inputShapes: [Shape], store: ParameterStore, batchSize: Int) throws {
        let builder = GraphBuilder()
        let scope = LayerScope(builder: builder, options: .inference)
        let inputs = inputShapes.enumerated().map { builder.input("x\($0.offset)", $0.element.batched(batchSize)) }
        let outputs = try model.trace(inputs, in: scope).outputs
        outputShapes = outputs.map { builder.shape(of: $0).droppingFirst }
        let graph = builder.build(
            outputs: outputs.enumerated().map { GraphOutput(.result("y\($0.offset)"), $0.element) })
        plan = try Plan(graph, bindings: Plan.Bindings { store[$0] })
        binding = BatchBinding(plan, inputCount: inputShapes.count)
        self.batchSize = batchSize
    }

    /// One tensor per output, (examples, …), rows in the order of the examples.
    /// - Throws: what reading an example throws.
    package func predict(_ dataset: any Dataset) throws -> [Tensor] {
        var values: [[Float]] = outputShapes.map { shape in
            var list: [Float] = []
            list.reserveCapacity(shape.count * dataset.count)
            return list
        }
        let stream = try BatchStream(dataset, batchSize: batchSize, order: .sequential)
        while let batch = try stream.next() {
            binding.point(plan, at: batch)
            plan.run(seed: 0, step: 0, validRows: batch.validRows)
            for (index, shape) in outputShapes.enumerated() {
                guard let rows = plan.result("y\(index)") else { continue }
                values[index] += UnsafeBufferPointer(start: rows, count: batch.validRows * shape.count)
            }
        }
        return zip(outputShapes, values).map { Tensor(shape: $0.batched(dataset.count), values: $1) }
    }
}
