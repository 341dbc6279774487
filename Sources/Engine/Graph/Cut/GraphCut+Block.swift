import Tensors

extension GraphCut {
    /// How many examples the part before a cut computes together at best: so few that what passes between two operations
    /// stays in the second-level caches, but so many that neither reading the weights again nor waking the threads takes
    /// a tenth of the time. A divisor of the batch, from the graph alone, so that equal recipes give equal bits.
    package var block: Int {
        let work = Double(max(flops, 1)) / GraphCut.operationsPerSecond
        let again = Double(weightBytes) / GraphCut.bytesPerSecond
        let waking = Double(heavyNodes) * GraphCut.secondsOfWaking
        let least = 10 * max(again, waking) / work
        let fitting = Double(GraphCut.cacheBytes / max(widestBytes, 1))
        let wanted = max(least, fitting, 2)
        return (1...batch).first { batch % $0 == 0 && Double($0) >= wanted } ?? batch
    }

    // What two cores with AVX-512 do; a factor of two more or less changes little.
    private static let operationsPerSecond = 150e9
    private static let bytesPerSecond = 20e9
    private static let secondsOfWaking = 10e-6
    private static let cacheBytes = 2 << 20

    private var weightBytes: Int {
        prefix.nodes.reduce(0) { sum, node in
            if case .parameter(_, let shape) = node.op { sum + shape.count * MemoryLayout<Float>.stride } else { sum }
        }
    }

    /// Nodes that are operations of their own when all is fused.
    private var heavyNodes: Int {
        prefix.nodes.count { node in
            if case .batchNormInference = node.op { return false }
            return !node.op.isSource && !GraphCut.isCheap(node)
        }
    }

    /// What one operation reads and writes of an example, at most.
    private var widestBytes: Int {
        let widest = prefix.nodes.map { node -> Int in
            guard !node.op.isSource, !GraphCut.isCheap(node) else { return 0 }
            let read = node.inputs.filter { input in
                if case .input = prefix.nodes[input.node].op { true } else { !prefix.nodes[input.node].op.isSource }
            }
            let shapes = read.map { prefix.type(of: $0).shape } + node.outputs.map(\.shape)
            return shapes.reduce(0) { $0 + $1.count } / batch
        }
        return (widest.max() ?? 0) * MemoryLayout<Float>.stride
    }
}
