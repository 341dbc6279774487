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
    /// Parameters that keep their values as long as the plan lives.
    private let constants: Set<ParameterPath>

    init(_ graph: Graph, _ memory: MemoryPlan, constants: Set<ParameterPath>) {
        self.graph = graph
        self.memory = memory
        self.constants = constants
    }

    /// Whether a value is a parameter that stays, looked at in whatever shape.
    func isConstant(_ value: Value) -> Bool {
        guard case .parameter(let path, _) = graph.nodes[MemoryPlan.root(value, in: graph).node].op else {
            return false
        }
        return constants.contains(path)
    }

    /// A node as the lowering functions see it.
    struct Site {
        let node: Node
        let inputs: [Int]
        let outputs: [Int]
        let inputShapes: [Shape]
        var outputShape: Shape { node.outputs[0].shape }
        var count: Int { outputShape.count }
        /// Rows and columns of the first input, the last dimension being the columns.
        var rows: Int { inputShapes[0].count / max(columns, 1) }
        var columns: Int { inputShapes[0].rank == 0 ? 1 : inputShapes[0][-1] }
    }

    /// All nodes that compute something, in order.
    /// - Throws: what a library says to a convolution or pooling it cannot do.
    mutating func instructions() throws -> [Instruction] {
        var result: [Instruction] = []
        for (index, node) in graph.nodes.enumerated() {
            let site = Site(
                node: node, inputs: node.inputs.map(memory.buffer),
                outputs: node.outputs.indices.map { memory.buffer(of: Value(node: index, output: $0)) },
                inputShapes: node.inputs.map { graph.type(of: $0).shape })
            if let run = try lower(site) { result.append(Instruction(node: index, run: run)) }
        }
        return result
    }

    private mutating func lower(_ site: Site) throws -> ((Frame) -> Void)? {
        switch site.node.op {
        case .input, .parameter, .constant, .table, .reshape: return nil
        case .unary, .unaryGradient, .binary, .scale, .identity, .select: return lowerElementwise(site)
        case .dropout, .random: return lowerRandom(site)
        case .matmul, .linear: return lowerLinear(site)
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
}
