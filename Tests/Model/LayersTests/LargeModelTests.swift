import Graph
import JSON
import Layers
import Runtime
import TestSupport
import Tensors
import Testing

@Suite struct LargeModelTests {
    private func entry(_ name: String, _ className: String, _ config: JSON, _ inputs: [String]) throws -> Model.Entry {
        let specification = LayerSpecification(className: className, name: name, config: config)
        return Model.Entry(
            specification: specification,
            content: .layer(try LayerCatalog.make(specification, generation: .keras3)),
            calls: [LayerCall(inputs.map { TensorReference(layer: $0) })])
    }

    private func model(_ entries: [Model.Entry], output: String) throws -> Model {
        let input = Model.Entry(
            specification: LayerSpecification(className: "InputLayer", name: "x"), content: .input([4]), calls: [])
        return try Model(
            name: "large", generation: .keras3, isSequential: false, entries: [input] + entries,
            inputs: [TensorReference(layer: "x")], outputs: [TensorReference(layer: output)])
    }

    /// A chain whose file lists it from the end.
    @Test func aChainWrittenBackwardsIsOrdered() throws {
        let count = 5000
        let entries = try (0..<count).map { index in
            try entry("l\(index)", "ReLU", [:], [index == 0 ? "x" : "l\(index - 1)"])
        }
        let order = try model(entries.reversed(), output: "l\(count - 1)").callOrder()
        #expect(order.map(\.entry.name) == (0..<count).map { "l\($0)" })
    }

    /// An unrolled recurrence: shared kernels, one product, sum and activation a step, trained.
    @Test func anUnrolledNetOfManyStepsTrains() throws {
        let g = GraphBuilder()
        let (w, u, b) = (g.parameter("w", [3, 4]), g.parameter("u", [4, 4]), g.parameter("b", [4]))
        let x = g.input("x", [2, 3])
        var state = g.constant(0, [2, 4])
        for step in 0..<2000 {
            g.scope = ParameterPath("step\(step)")
            let input = g.scale(x, by: 1 / Float(step + 1))
            state = g.unary(.tanh, g.add(g.add(g.matmul(input, w), g.matmul(state, u)), b))
        }
        let loss = g.sumAll(state)
        let gradients = g.gradients(of: loss, withRespectTo: [w, u, b])
        let outputs = zip(["w", "u", "b"], gradients).compactMap { name, value in
            value.map { GraphOutput(.gradient(ParameterPath(name)), $0) }
        }
        let graph = g.build(outputs: [GraphOutput(.result("loss"), loss)] + outputs)
        #expect(graph.nodes.count > 20_000)
        var random = TestValues(seed: 1)
        let interpreter = GraphInterpreter(
            inputs: ["x": random.normal(6)],
            parameters: ["w": random.normal(12), "u": random.normal(16, scale: 0.3), "b": random.normal(4)])
        let memory = HostMemory(graph, interpreter)
        let plan = try Plan(graph, bindings: Plan.Bindings(parameter: memory.parameter, gradient: memory.gradient))
        for (name, pointer) in memory.inputs { plan.bind(try #require(plan.input(name)), to: pointer) }
        plan.run(seed: 0, step: 0, validRows: 2)
        let mismatches = interpreter.run(graph).mismatches(memory.outputs(of: graph, result: plan.result))
        #expect(mismatches.isEmpty)
    }
}
