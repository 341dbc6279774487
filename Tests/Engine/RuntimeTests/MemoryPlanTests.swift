import Graph
import TestSupport
import Tensors
import Testing

@testable import Runtime

@Suite struct MemoryPlanTests {
    /// The value whose elements a value shows.
    private func root(_ value: Value, _ graph: Graph) -> Value {
        let node = graph.nodes[value.node]
        return node.op.isView ? root(node.inputs[0], graph) : value
    }

    /// The last node that reads each value or a view of it, its own node where none does; one past the last node for
    /// what is read after a run. Worked out pair by pair.
    private func lastReaders(_ graph: Graph) -> [Value: Int] {
        var last: [Value: Int] = [:]
        for (index, node) in graph.nodes.enumerated() {
            for output in node.outputs.indices { last[Value(node: index, output: output)] = index }
        }
        for (index, node) in graph.nodes.enumerated() {
            for input in node.inputs { last[root(input, graph)] = max(last[root(input, graph)]!, index) }
        }
        for output in graph.outputs { last[root(output.value, graph)] = graph.nodes.count }
        return last
    }

    /// Whether a node may write its result over its input `value`: it reads every element once, at the place where it
    /// writes.
    private func mayOverwrite(_ node: Node, _ value: Value, _ graph: Graph) -> Bool {
        let readers = node.inputs.indices.filter { root(node.inputs[$0], graph) == value }
        guard readers.count == 1 else { return false }
        let hasResultsShape = graph.type(of: node.inputs[readers[0]]).shape.count == node.outputs[0].shape.count
        switch node.op {
        case .unary, .scale, .identity, .dropout: return true
        case .unaryGradient: return readers == [1]
        case .select: return readers == [1] && hasResultsShape
        case .binary: return readers == [0] && hasResultsShape
        case .batchNormInference, .batchNormTraining: return readers == [0]
        case .batchNormGradient(_, _, let wants):
            return readers == [node.inputs.count - 1] && wants.contains(.input)
        default: return false
        }
    }

    private func placed(_ random: RandomGraph) throws -> (Graph, MemoryPlan) {
        let graph = try random.graph.applying(Pass.standard)
        return (graph, MemoryPlan(graph))
    }

    @Test(arguments: 0..<60) func noTwoLiveValuesOverlap(_ seed: Int) throws {
        let (graph, plan) = try placed(RandomGraph(seed: seed, operations: 8 + seed % 16))
        let last = lastReaders(graph)
        let values = last.keys.filter { root($0, graph) == $0 }.sorted { ($0.node, $0.output) < ($1.node, $1.output) }
        func range(_ value: Value) -> Range<Int>? {
            let buffer = plan.buffers[plan.buffer(of: value)]
            guard buffer.place == .arena else { return nil }
            return buffer.offset..<buffer.offset + graph.type(of: value).bytes
        }
        for (index, early) in values.enumerated() {
            guard let first = range(early) else { continue }
            #expect(first.lowerBound % Slab.alignment == 0 && first.upperBound <= plan.arenaBytes)
            for late in values[(index + 1)...] where late.node <= last[early]! {
                guard let second = range(late), first.overlaps(second) else { continue }
                let isWrittenOver =
                    late.node == last[early]! && late.output == 0 && first == second
                    && mayOverwrite(graph.nodes[late.node], early, graph)
                #expect(isWrittenOver, "\(early) (\(graph.nodes[early.node].op.name)) and \(late)")
            }
        }
    }

    @Test(arguments: 0..<30) func everythingHasThePlaceItsRoleAsksFor(_ seed: Int) throws {
        let (graph, plan) = try placed(RandomGraph(seed: seed))
        for (index, node) in graph.nodes.enumerated() {
            let place = plan.buffers[plan.buffer(of: Value(node: index))].place
            switch node.op {
            case .input(let name, _): #expect(place == .input(name))
            case .parameter(let path, _): #expect(place == .parameter(path))
            case .constant(let value, _): #expect(place == .constant(value))
            case .table(let table): #expect(place == .table(table))
            case .reshape: #expect(plan.buffer(of: Value(node: index)) == plan.buffer(of: node.inputs[0]))
            default: break
            }
        }
        for output in graph.outputs {
            let place = plan.buffers[plan.buffer(of: output.value)].place
            switch output.role {
            case .gradient(let path): #expect(place == .gradient(path))
            case .update: #expect(place == .arena)
            case .result: break
            }
        }
    }

    @Test(arguments: [true, false], 0..<20) func layoutsOfEitherKindKeepTheLivingApart(
        _ largestFirst: Bool, _ seed: Int
    ) {
        var random = TestValues(seed: UInt64(seed))
        let lives = (0..<200).map { _ in
            let first = random.integer(in: 0...300)
            return ArenaLayout.Life(
                bytes: random.choice([0, 4, 64, 100, 400, 4000]), first: first,
                last: first + random.integer(in: 0...random.choice([2, 40, 300])))
        }
        let layout = ArenaLayout(lives, largestFirst: largestFirst)
        var most = 0
        for (a, life) in lives.enumerated() {
            let place = layout.offsets[a]..<layout.offsets[a] + life.bytes
            #expect(place.lowerBound % Slab.alignment == 0 && place.upperBound <= layout.bytes)
            for b in 0..<a where lives[b].first <= life.last && life.first <= lives[b].last {
                #expect(!place.overlaps(layout.offsets[b]..<layout.offsets[b] + lives[b].bytes))
            }
            most = max(
                most,
                lives.filter { $0.first <= life.first && life.first <= $0.last }.reduce(0) {
                    $0 + MemoryPlan.aligned($1.bytes)
                })
        }
        #expect(Double(layout.bytes) <= (largestFirst ? 1.3 : 1.6) * Double(most), "\(layout.bytes) for \(most)")
    }

    @Test func aChainRunsInOnePlace() throws {
        let g = GraphBuilder()
        var y = g.unary(.tanh, g.input("x", [100]))
        for _ in 0..<5 { y = g.unary(.sigmoid, g.scale(y, by: 2)) }
        let graph = g.build(outputs: [GraphOutput(.result("y"), y)])
        #expect(MemoryPlan(graph).arenaBytes == MemoryPlan.aligned(400))
    }

    @Test func anInputIsNeverWrittenOver() throws {
        let g = GraphBuilder()
        let graph = g.build(outputs: [GraphOutput(.result("y"), g.unary(.tanh, g.input("x", [4])))])
        let bound = try BoundPlan(graph, GraphInterpreter(inputs: ["x": [1, 2, 3, 4]]))
        bound.run()
        #expect(bound.memory.inputs["x"]![3] == 4)
    }

    @Test func theArenaIsNoLargerThanItsBusiestNodeNeedsInAChain() throws {
        let g = GraphBuilder()
        var y = g.input("x", [8, 16])
        for layer in 0..<6 {
            y = g.matmul(y, g.parameter(ParameterPath("w\(layer)"), [16, 16]))
        }
        let graph = g.build(outputs: [GraphOutput(.result("y"), y)])
        #expect(MemoryPlan(graph).arenaBytes == 2 * 8 * 16 * 4)
    }
}
