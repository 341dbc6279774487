import Glibc
import Graph

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
        var before = PlanTiming.now()
        for instruction in instructions {
            instruction.run(frame)
            let after = PlanTiming.now()
            seconds[instruction.node] += after - before
            before = after
        }
        runs += 1
    }

    /// A clock that only goes forward.
    package static func now() -> Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }
}
