import Graph
import Tensors

/// Seconds that each node of a plan took, over the runs while the plan has this. A plan without one runs as if this file
/// were not there.
package final class PlanTiming {
    /// By node of the plan's graph; 0 for nodes that compute nothing.
    package private(set) var seconds: [Double]
    package private(set) var runs = 0

    package init(_ plan: Plan) { seconds = Array(repeating: 0, count: plan.graph.nodes.count) }

    /// Forgets what was measured so far.
    package func reset() {
        for index in seconds.indices { seconds[index] = 0 }
        runs = 0
    }

    func run(_ instructions: [Instruction], _ frame: Frame) {
        var before = monotonicSeconds()
        for instruction in instructions {
            instruction.run(frame)
            let after = monotonicSeconds()
            seconds[instruction.node] += after - before
            before = after
        }
        runs += 1
    }
}
