import Graph
import Kernels
import Tensors

/// Turns nodes into kernel calls. The switch is exhaustive: a new operation does not compile until it is here.
struct Lowering {
    let graph: Graph
    let memory: MemoryPlan
    /// The largest scratch memory an instruction asked for.
    var scratchBytes = 0
    /// Bytes of kernels that stay, in the layouts the libraries prefer.
    var packedBytes = 0
    /// Where float32 stand-ins of bfloat16 values lie while one instruction runs, in bytes from their beginning: places that
    /// follow those of the memory plan.
    private(set) var temporaries: [Int] = []
    /// Bytes of all that one instruction needs.
    private(set) var temporaryBytes = 0
    /// Kernels to pack before the first run, by the node that computes them.
    private var packings: [Int: [(Frame) -> Void]] = [:]

    init(_ graph: Graph, _ memory: MemoryPlan) {
        self.graph = graph
        self.memory = memory
    }

    /// Room for a kernel in the layout that a library prefers, which `pack` fills before the first run, if the kernel stays
    /// as it is; nil if it does not.
    mutating func packed(
        _ kernel: Value, bytes: Int, _ pack: @escaping (Frame, UnsafeMutableRawPointer) -> Void
    ) -> PackedKernel? {
        guard memory.isConstant[kernel.node] else { return nil }
        let packed = PackedKernel(bytes: bytes)
        packedBytes += bytes
        packings[kernel.node, default: []].append { pack($0, packed.address) }
        return packed
    }

    /// A node as the lowering functions see it.
    struct Site {
        let node: Node
        let inputs: [Int]
        let outputs: [Int]
        let inputTypes: [ValueType]
        var inputShapes: [Shape] { inputTypes.map(\.shape) }
        /// Of the numbers that are worked on.
        var precision: Precision { inputTypes.first?.dataType == .bfloat16 ? .bfloat16 : .float32 }
        var outputShape: Shape { node.outputs[0].shape }
        var count: Int { outputShape.count }
        /// Rows and columns of the first input, the last dimension being the columns.
        var rows: Int { inputShapes[0].count / max(columns, 1) }
        var columns: Int { inputShapes[0].rank == 0 ? 1 : inputShapes[0][-1] }
    }

    /// All nodes that compute something, in order: first what is done once, then what every run does.
    /// - Throws: what a library says to a convolution or pooling it cannot do.
    mutating func instructions() throws -> (once: [Instruction], always: [Instruction]) {
        var once: [Instruction] = []
        var always: [Instruction] = []
        for (index, node) in graph.nodes.enumerated() {
            let site = Site(
                node: node, inputs: node.inputs.map(memory.buffer),
                outputs: node.outputs.indices.map { memory.buffer(of: Value(node: index, output: $0)) },
                inputTypes: node.inputs.map(graph.type))
            guard let run = try lower(site) else { continue }
            if memory.isConstant[index] {
                once.append(Instruction(node: index, run: run))
            } else {
                always.append(Instruction(node: index, run: run))
            }
        }
        // A kernel is packed as soon as it is there: nothing keeps its own array after that.
        let packing = packings.flatMap { node, runs in runs.map { Instruction(node: node, run: $0) } }
        return (Lowering.merged(once, packing), always)
    }

    /// Both in the order of their nodes; what is packed comes right after what computes it.
    private static func merged(_ once: [Instruction], _ packing: [Instruction]) -> [Instruction] {
        let all = once.map { (0, $0) } + packing.map { (1, $0) }
        return all.sorted { ($0.1.node, $0.0) < ($1.1.node, $1.0) }.map(\.1)
    }

    private mutating func lower(_ site: Site) throws -> ((Frame) -> Void)? {
        if site.needsStandIns { return try lowerWidened(site) }
        do { return try lowerDirectly(site) } catch let error as UnsupportedKernelError {
            // What a library cannot do in bfloat16, it may in float32.
            guard site.precision == .bfloat16 else { throw error }
            return try lowerWidened(site)
        }
    }

    private mutating func lowerDirectly(_ site: Site) throws -> ((Frame) -> Void)? {
        switch site.node.op {
        case .input, .parameter, .constant, .table, .reshape: return nil
        case .cast: return lowerCast(site)
        case .unary, .unaryGradient, .binary, .scale, .identity, .select: return lowerElementwise(site)
        case .dropout, .random: return lowerRandom(site)
        case .matmul, .linear: return try lowerLinear(site)
        case .convolution, .convolutionInputGradient, .convolutionKernelGradient: return try lowerConvolution(site)
        case .pooling, .poolingGradient: return try lowerPooling(site)
        case .transpose, .slice, .pad, .concatenate, .reverse: return lowerShaping(site)
        case .gather, .scatterAdd: return lowerIndexing(site)
        case .affineSample, .affineSampleGradient: return lowerSampling(site)
        case .reduce(let reduction, let axes):
            let plan = ReductionPlan(input: site.inputShapes[0], axes: axes)
            let (x, y) = (site.inputs[0], site.outputs[0])
            return { Reduce.run(reduction, $0[x], into: $0[y], plan: plan) }
        case .expand(let shape, let axes, let scale):
            let plan = ReductionPlan(input: shape, axes: axes)
            let (x, y) = (site.inputs[0], site.outputs[0])
            return { Reduce.expand($0[x], into: $0[y], plan: plan, scale: scale) }
        case .batchNormInference, .batchNormTraining, .batchNormGradient: return lowerBatchNorm(site)
        case .softmax, .softmaxGradient, .sparseCrossEntropy, .sparseCrossEntropyGradient,
            .categoricalCrossEntropy, .categoricalCrossEntropyGradient, .binaryCrossEntropy,
            .binaryCrossEntropyGradient:
            return lowerSoftmax(site)
        case .recurrent, .recurrentGradient: return lowerRecurrent(site)
        }
    }

    mutating func reserve(scratch bytes: Int) { scratchBytes = max(scratchBytes, bytes) }

    /// A kernel that knows float32 only, run on stand-ins: what is bfloat16 is widened before and rounded afterwards.
    private mutating func lowerWidened(_ site: Site) throws -> ((Frame) -> Void)? {
        var end = 0
        func isNarrow(_ type: ValueType) -> Bool { type.dataType == .bfloat16 }
        var pairs: [(narrow: Int, wide: Int, count: Int)] = []
        func standIn(_ type: ValueType, _ place: Int) -> Int {
            guard isNarrow(type) else { return place }
            pairs.append((place, memory.buffers.count + temporaries.count, type.shape.count))
            temporaries.append(end)
            end += Slab.bytes(type.shape.count)
            return pairs.last!.wide
        }
        let inputs = zip(site.inputTypes, site.inputs).map(standIn)
        let read = pairs
        let outputs = zip(site.node.outputs, site.outputs).map(standIn)
        let written = pairs.dropFirst(read.count)
        temporaryBytes = max(temporaryBytes, end)
        let types = site.inputTypes.map { isNarrow($0) ? ValueType($0.shape) : $0 }
        let run = try lower(Site(node: site.node, inputs: inputs, outputs: outputs, inputTypes: types))
        guard let run else { return nil }
        return { frame in
            for pair in read { Conversion.widen(frame[pair.narrow], into: frame[pair.wide], count: pair.count) }
            run(frame)
            for pair in written { Conversion.narrow(frame[pair.wide], into: frame[pair.narrow], count: pair.count) }
        }
    }
}

extension Lowering.Site {
    /// Whether the node works on bfloat16, and its kernel does not.
    fileprivate var needsStandIns: Bool {
        guard precision == .bfloat16 || inputTypes.contains(where: { $0.dataType == .bfloat16 }) else { return false }
        switch node.op {
        case .reduce: return true
        case .binary: return inputTypes[0] != inputTypes[1]
        default: return false
        }
    }
}
