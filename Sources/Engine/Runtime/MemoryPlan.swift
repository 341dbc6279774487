import Graph
import Tensors

/// Where every value of a graph lives, decided once: which values share memory, when each place is free again, and the
/// offsets of an arena that holds them all.
package struct MemoryPlan: Sendable {
    package enum Place: Hashable, Sendable {
        /// Bound before each run.
        case input(String)
        case parameter(ParameterPath)
        /// Filled once.
        case constant(Float)
        case table(Table)
        /// In the gradient slab.
        case gradient(ParameterPath)
        /// Computed once, from what keeps its value.
        case kept
        case arena
    }

    /// Memory for one or more values that are never alive together, or are views of one another.
    package struct Buffer: Sendable {
        package let place: Place
        package let bytes: Int
        /// First and last node at which the contents matter.
        package var first: Int
        package var last: Int
        /// In the arena, in bytes.
        package var offset = 0
        /// Floats that take up as much.
        var floats: Int { (bytes + 3) / 4 }
    }

    package private(set) var buffers: [Buffer] = []
    private var bufferOf: [Value: Int] = [:]
    /// Size of the arena without scratch memory.
    package private(set) var arenaBytes = 0
    /// Nodes that are computed once.
    let isConstant: [Bool]

    /// - Parameter constants: parameters that keep their values as long as the plan lives.
    package init(_ graph: Graph, constants: Set<ParameterPath> = []) {
        let isConstant = graph.constantNodes(constants)
        self.isConstant = isConstant
        var lastUses = MemoryPlan.lastUses(graph)
        let packed = MemoryPlan.packedOnly(graph, isConstant)
        for (value, last) in packed { lastUses[value] = last }
        let gradients = Dictionary(
            uniqueKeysWithValues: graph.outputs.compactMap { output -> (Value, ParameterPath)? in
                guard case .gradient(let path) = output.role else { return nil }
                return (MemoryPlan.root(output.value, in: graph), path)
            })
        for (index, node) in graph.nodes.enumerated() {
            for output in node.outputs.indices {
                let value = Value(node: index, output: output)
                let last = lastUses[value] ?? index
                // What is kept must not lie where something else does later.
                let isPassing = !isConstant[index] || packed[value] != nil
                if node.op.isView || (output == 0 && gradients[value] == nil && isPassing),
                    let shared = sharedBuffer(for: node, at: index, graph: graph)
                {
                    bufferOf[value] = shared
                    buffers[shared].last = max(buffers[shared].last, last)
                    continue
                }
                let place: Place =
                    switch node.op {
                    case .input(let name, _): .input(name)
                    case .parameter(let path, _): .parameter(path)
                    case .constant(let fill, _): .constant(fill)
                    case .table(let table): .table(table)
                    default:
                        gradients[value].map { .gradient($0) }
                            ?? (isConstant[index] && packed[value] == nil ? .kept : .arena)
                    }
                bufferOf[value] = buffers.count
                buffers.append(Buffer(place: place, bytes: node.outputs[output].bytes, first: index, last: last))
            }
        }
        assignOffsets()
    }

    package func buffer(of value: Value) -> Int {
        guard let buffer = bufferOf[value] else { preconditionFailure("a value without a place") }
        return buffer
    }

    /// The value whose elements a chain of views shows.
    static func root(_ value: Value, in graph: Graph) -> Value {
        var value = value
        while graph.nodes[value.node].op.isView { value = graph.nodes[value.node].inputs[0] }
        return value
    }

    /// The last node that reads each value, views included; outputs are read after the last.
    private static func lastUses(_ graph: Graph) -> [Value: Int] {
        var last: [Value: Int] = [:]
        for output in graph.outputs { last[output.value] = graph.nodes.count }
        for (index, node) in graph.nodes.enumerated().reversed() {
            for input in node.inputs { last[input] = max(last[input] ?? 0, index) }
            if node.op.isView {
                let source = node.inputs[0]
                last[source] = max(last[source] ?? 0, last[Value(node: index)] ?? index)
            }
        }
        return last
    }

    /// Constants of which nobody reads more than what a library packs, or other constants are made of; and the last node
    /// that reads them before the first run. Kernels are large: their arrays live in the arena while the plan is made ready.
    private static func packedOnly(_ graph: Graph, _ isConstant: [Bool]) -> [Value: Int] {
        var last: [Value: Int] = [:]
        var kept = Set(graph.outputs.map(\.value))
        for (index, node) in graph.nodes.enumerated() where isConstant[index] && !node.op.isSource && !node.op.isView {
            last[Value(node: index)] = index
        }
        for (index, node) in graph.nodes.enumerated() {
            for (place, input) in node.inputs.enumerated() where last[input] != nil {
                if isConstant[index], !node.op.isView {
                    last[input] = index
                } else if node.op.packedInput != place {
                    kept.insert(input)
                }
            }
        }
        return last.filter { !kept.contains($0.key) }
    }

    /// The input's buffer where the node only looks at it differently, or where it may write over it: the input dies
    /// here, is as large, and lives in the arena.
    private func sharedBuffer(for node: Node, at index: Int, graph: Graph) -> Int? {
        if node.op.isView { return bufferOf[node.inputs[0]] }
        guard let operand = node.op.overwritableInput(node.inputs.map { graph.type(of: $0) }) else { return nil }
        let buffer = buffer(of: node.inputs[operand])
        let isFree = buffers[buffer].place == .arena && buffers[buffer].last == index
        let readsTwice = node.inputs.enumerated().contains { $0 != operand && self.buffer(of: $1) == buffer }
        return isFree && !readsTwice && buffers[buffer].bytes == node.outputs[0].bytes ? buffer : nil
    }

    private mutating func assignOffsets() {
        let arena = buffers.indices.filter { buffers[$0].place == .arena }
        let lives = arena.map {
            ArenaLayout.Life(bytes: buffers[$0].bytes, first: buffers[$0].first, last: buffers[$0].last)
        }
        let layout = ArenaLayout(lives)
        for (index, offset) in zip(arena, layout.offsets) { buffers[index].offset = offset }
        arenaBytes = layout.bytes
    }

    static func aligned(_ bytes: Int) -> Int { (bytes + Slab.alignment - 1) / Slab.alignment * Slab.alignment }
}

extension Op {
    /// The operand a kernel may write its result over, given the operands' types.
    fileprivate func overwritableInput(_ inputs: [ValueType]) -> Int? {
        switch self {
        case .unary, .scale, .dropout, .identity: 0
        case .unaryGradient: 1
        case .select: 1
        case .binary: inputs[0].shape.broadcast(with: inputs[1].shape) == inputs[0].shape ? 0 : nil
        case .batchNormInference, .batchNormTraining: 0
        case .batchNormGradient(_, _, let wants): wants.contains(.input) ? inputs.count - 1 : nil
        default: nil
        }
    }
}
