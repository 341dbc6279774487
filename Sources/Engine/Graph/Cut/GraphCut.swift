import Tensors

/// A graph in two parts: what is the same for an example in every epoch, and the rest. The first gives `f0`, `f1`, …, a row
/// for each example; the second takes them in its place, and no example besides.
package struct GraphCut: Sendable {
    /// Why there is none.
    package enum Obstacle: Error, Hashable, Sendable {
        /// Nothing is computed before what changes.
        case nothingStays
        /// So few operations for a number that is kept that keeping it takes longer.
        case notWorthIt(flops: Int, floats: Int)
    }

    /// What crosses, in order.
    package let values: [Value]
    /// Of one example.
    package let shapes: [Shape]
    /// The layers that give the values.
    package let scopes: [ParameterPath]
    /// Examples of a batch.
    package let batch: Int
    /// The part before, with a result for each value.
    package let prefix: Graph
    private let whole: Graph
    private let inputs: Set<String>
    private let changing: Set<ParameterPath>

    /// Operations of the part before for one example.
    package var flops: Int { prefix.flops.forward / batch }
    /// Numbers kept of one example.
    package var floats: Int { shapes.reduce(0) { $0 + $1.count } }
    /// Parameters that the part before reads.
    package var parameters: [ParameterPath] {
        prefix.nodes.compactMap { node in if case .parameter(let path, _) = node.op { path } else { nil } }.sorted()
    }

    /// Operations for each number kept from which on keeping is worth it: a number takes about a nanosecond to be kept and
    /// read again, in which a core does tens of operations.
    private static let worth = 32

    package static func name(_ index: Int) -> String { "f\(index)" }

    /// Cuts where the fewest numbers cross, behind everything that takes long.
    /// - Parameters:
    ///   - inputs: names of the inputs that hold examples.
    ///   - changing: parameters whose values change.
    /// - Throws: `Obstacle`.
    package init(
        _ graph: Graph, batch: Int, inputs: Set<String>, changing: Set<ParameterPath>
    ) throws(Obstacle) {
        // What nothing depends on asks for nothing.
        let graph = Pass.deadNodes.run(graph)
        let dependences = graph.dependences(batch: batch, inputs: inputs, changing: changing)
        values = graph.narrowest(dependences)
        let computes = values.contains { !graph.nodes[$0.node].op.isSource }
        guard computes else { throw .nothingStays }
        whole = graph
        self.inputs = inputs
        self.changing = changing
        self.batch = batch
        shapes = values.map { [graph.type(of: $0).shape.count / batch] }
        scopes = values.map { value in
            // Whoever looks at a value in another shape does not give it.
            var node = graph.nodes[value.node]
            while node.op.isView { node = graph.nodes[node.inputs[0].node] }
            return node.scope
        }
        let results = values.enumerated().map { GraphOutput(.result(GraphCut.name($0.offset)), $0.element) }
        prefix = Pass.deadNodes.run(Graph(nodes: graph.nodes, outputs: results))
        guard flops >= GraphCut.worth * floats else { throw .notWorthIt(flops: flops, floats: floats) }
    }

    /// The second part of the graph that was cut, or of another one that computes the same before: its values are found by
    /// how they are computed.
    /// - Returns: nil where the other graph reads examples elsewhere too, or nothing of what crosses.
    package func suffix(of graph: Graph? = nil) -> Graph? {
        let graph = graph ?? whole
        let places = graph.places(of: values, in: whole)
        guard !places.isEmpty else { return nil }
        let builder = GraphBuilder()
        var mapped: [Value: Value] = [:]
        for (index, node) in graph.nodes.enumerated() {
            builder.scope = node.scope
            builder.isBackward = node.isBackward
            let outputs = builder.emitAll(node.op, node.inputs.map { mapped[$0]! })
            for (output, type) in node.outputs.enumerated() {
                let value = Value(node: index, output: output)
                mapped[value] = places[value].map { builder.input(GraphCut.name($0), type.shape) } ?? outputs[output]
            }
        }
        let outputs = graph.outputs.map { GraphOutput($0.role, mapped[$0.value]!) }
        let rest = Pass.deadNodes.run(builder.build(outputs: outputs))
        let readsExamples = rest.nodes.contains { node in
            if case .input(let name, _) = node.op { inputs.contains(name) } else { false }
        }
        return readsExamples ? nil : rest
    }

    /// The same cut for fewer examples; itself where that would be another one.
    /// - Parameter graph: what was cut, for so many examples.
    package func smaller(_ batch: Int, _ graph: (Int) throws -> Graph) rethrows -> GraphCut {
        guard batch < self.batch else { return self }
        let graph = try graph(batch)
        let smaller = try? GraphCut(graph, batch: batch, inputs: inputs, changing: changing)
        guard let smaller, smaller.shapes == shapes, smaller.scopes == scopes else { return self }
        return smaller
    }

    /// Whether a node takes hardly longer than reading what it would save to keep.
    static func isCheap(_ node: Node) -> Bool {
        switch node.op {
        case .cast, .unary, .scale, .identity, .select, .binary, .reshape, .transpose, .slice, .pad, .concatenate,
            .reverse,
            .expand, .gather:
            return true
        default: return false
        }
    }
}

extension Graph {
    /// The values of examples through which everything else depends on them, as few numbers as possible, where what is
    /// computed again behind them costs next to nothing.
    fileprivate func narrowest(_ dependences: [Dependence]) -> [Value] {
        var ends: [Value] = []
        var seen: Set<Value> = []
        func add(_ value: Value) {
            if dependences[value.node] == .examples, seen.insert(value).inserted { ends.append(value) }
        }
        for (index, node) in nodes.enumerated() where dependences[index] == .step { node.inputs.forEach(add) }
        for output in outputs { add(output.value) }
        // Back to what is worth keeping, or to the examples themselves.
        var vertices = ends
        var numbers = Dictionary(uniqueKeysWithValues: ends.enumerated().map { ($1, $0) })
        var connections: [(from: Int, to: Int)] = []
        var beginnings: [Int] = []
        var next = 0
        while next < vertices.count {
            defer { next += 1 }
            let node = nodes[vertices[next].node]
            guard GraphCut.isCheap(node) else {
                beginnings.append(next)
                continue
            }
            for input in Set(node.inputs) where dependences[input.node] == .examples {
                if numbers[input] == nil {
                    numbers[input] = vertices.count
                    vertices.append(input)
                }
                connections.append((numbers[input]!, next))
            }
        }
        var cut = MinimumCut(costs: vertices.map { type(of: $0).shape.count })
        for vertex in beginnings { cut.begin(at: vertex) }
        for vertex in ends.indices { cut.end(at: vertex) }
        for (from, to) in connections { cut.connect(from, to: to) }
        return cut.vertices().map { vertices[$0] }.sorted { ($0.node, $0.output) < ($1.node, $1.output) }
    }

    /// Where the values of another graph are in this one: index in `values` by value here.
    fileprivate func places(of values: [Value], in other: Graph) -> [Value: Int] {
        struct Key: Hashable {
            let op: Op
            let inputs: [Value]
        }
        var known: [Key: Int] = [:]
        var numbers: [Int] = []
        for (index, node) in other.nodes.enumerated() {
            let key = Key(
                op: node.op, inputs: node.inputs.map { Value(node: numbers[$0.node], output: $0.output) })
            numbers.append(known[key] ?? index)
            known[key] = numbers[index]
        }
        let wanted = Dictionary(
            values.enumerated().map { (Value(node: numbers[$1.node], output: $1.output), $0) },
            uniquingKeysWith: { first, _ in first })
        if nodes.count == other.nodes.count, nodes == other.nodes {
            return Dictionary(uniqueKeysWithValues: values.enumerated().map { ($1, $0) })
        }
        var places: [Value: Int] = [:]
        var mine: [Int] = []
        for (index, node) in nodes.enumerated() {
            let key = Key(op: node.op, inputs: node.inputs.map { Value(node: mine[$0.node], output: $0.output) })
            // A number that the other graph does not have stands for what it does not compute.
            mine.append(known[key] ?? -1 - index)
            for output in node.outputs.indices {
                if let place = wanted[Value(node: mine[index], output: output)] {
                    places[Value(node: index, output: output)] = place
                }
            }
        }
        return places
    }
}
