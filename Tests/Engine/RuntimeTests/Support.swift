import Graph
import Runtime
import TestSupport
import Tensors

/// A plan bound to memory of its own.
final class BoundPlan {
    let traced: Graph
    let plan: Plan
    let memory: HostMemory
    let interpreter: GraphInterpreter

    init(
        _ graph: Graph, _ interpreter: GraphInterpreter, constants: Set<ParameterPath> = [],
        precision: Precision = .float32, passes: [Pass]? = nil
    ) throws {
        traced = graph
        self.interpreter = interpreter
        let memory = HostMemory(graph, interpreter)
        self.memory = memory
        plan = try Plan(
            graph, bindings: Plan.Bindings(parameter: memory.parameter, gradient: memory.gradient),
            constants: constants, precision: precision, passes: passes)
        for (name, pointer) in memory.inputs { if let input = plan.input(name) { plan.bind(input, to: pointer) } }
    }

    convenience init(_ random: RandomGraph) throws { try self.init(random.graph, random.interpreter) }

    func run() {
        plan.run(seed: interpreter.seed, step: interpreter.step, validRows: interpreter.validRows ?? 1)
    }

    /// Everything the graph gives after a run, updates applied.
    func outputs() -> [GraphOutput.Role: [Float]] {
        run()
        plan.applyUpdates()
        return memory.outputs(of: traced, result: plan.result)
    }
}
