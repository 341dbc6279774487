import Graph
import TestSupport
import Tensors
import Testing

@testable import Runtime

@Suite struct PlanTimingTests {
    @Test(arguments: 0..<10) func beingTimedChangesNoBit(_ seed: Int) throws {
        let random = RandomGraph(seed: seed)
        let expected = try BoundPlan(random).outputs()
        let bound = try BoundPlan(random)
        let timing = PlanTiming(bound.plan)
        bound.plan.timing = timing
        #expect(bound.outputs() == expected)
        #expect(timing.runs == 1 && timing.seconds.count == bound.plan.graph.nodes.count)
        let prepared = Set(bound.plan.preparation.map(\.node))
        for (index, (node, seconds)) in zip(bound.plan.graph.nodes, timing.seconds).enumerated() {
            let isIdle = node.op.isSource || node.op.isView || prepared.contains(index)
            #expect(isIdle ? seconds == 0 : seconds > 0, "\(node.op.name)")
        }
    }

    @Test func timesAddUpUntilTheyAreForgotten() throws {
        let bound = try BoundPlan(RandomGraph(seed: 3))
        let timing = PlanTiming(bound.plan)
        bound.plan.timing = timing
        bound.run()
        let once = timing.seconds
        bound.run()
        #expect(timing.runs == 2 && zip(timing.seconds, once).allSatisfy { $0 >= $1 } && timing.seconds != once)
        timing.reset()
        #expect(timing.runs == 0 && timing.seconds.allSatisfy { $0 == 0 })
        // Without one, nothing is noted.
        bound.plan.timing = nil
        bound.run()
        #expect(timing.runs == 0)
    }
}
