import Graph
import Layers
import Runtime
import TestSupport
import Tensors
import Testing

@Suite struct LargeModelTests {
    /// A chain whose file lists it from the end.
    @Test func aChainWrittenBackwardsIsOrdered() throws {
        let count = 5000
        let entries = try (0..<count).map { index in
            try entry("ReLU", "l\(index)", on: index == 0 ? "x" : "l\(index - 1)")
        }
        let model = try functional(
            "large", [input("x", [4])] + entries.reversed(), inputs: ["x"], outputs: ["l\(count - 1)"])
        let order = try model.callOrder()
        #expect(order.map(\.entry.name) == (0..<count).map { "l\($0)" })
    }

    /// An unrolled recurrence: shared kernels, one product, sum and activation a step, trained.
    @Test func anUnrolledNetOfManyStepsTrains() throws {
        let g = GraphBuilder()
        let (w, u, b) = (g.parameter("w", [3, 4]), g.parameter("u", [4, 4]), g.parameter("b", [4]))
        let x = g.input("x", [2, 3])
        var state = g.constant(0, [2, 4])
        for step in 0..<1500 {
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
