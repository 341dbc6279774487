import Graph
import Tensors

/// A naive evaluator of graphs in double precision: one obvious loop per operation, written from the operation's
/// definition and not from the kernels. What kernels, passes and gradient rules are held against.
package struct GraphInterpreter: Sendable {
    package var inputs: [String: [Double]] = [:]
    package var parameters: [ParameterPath: [Double]] = [:]
    package var seed: UInt64 = 0
    package var step: UInt64 = 0
    /// Examples of the batch that are not padding; nil for all.
    package var validRows: Int?

    package init(inputs: [String: [Double]] = [:], parameters: [ParameterPath: [Double]] = [:]) {
        self.inputs = inputs
        self.parameters = parameters
    }

    /// Evaluates every node.
    package func run(_ graph: Graph) -> Interpretation {
        var values: [[[Double]]] = []
        for node in graph.nodes {
            let arguments = node.inputs.map {
                DoubleArray(shape: graph.type(of: $0).shape, values: values[$0.node][$0.output])
            }
            let results = zip(evaluate(node, graph.roundingKernel(of: node, arguments)), node.outputs).map {
                $1.dataType == .bfloat16 ? $0.map(rounded) : $0
            }
            for (result, type) in zip(results, node.outputs) {
                precondition(result.count == type.shape.count, "\(node.op.name) gave \(result.count) values")
            }
            precondition(results.count == node.outputs.count, "\(node.op.name) gave \(results.count) results")
            values.append(results)
        }
        return Interpretation(graph: graph, values: values)
    }

    /// The outputs of one node. The switch is exhaustive: a new operation does not compile until it has a reference.
    private func evaluate(_ node: Node, _ inputs: [DoubleArray]) -> [[Double]] {
        switch node.op {
        case .input(let name, _): return [given(self.inputs[name], "the input \(name)")]
        case .parameter(let path, _): return [given(parameters[path], "the parameter \(path)")]
        case .constant(let value, let shape): return [Array(repeating: Double(value), count: shape.count)]
        case .table(let table): return [table.values.map(Double.init)]
        case .cast: return [inputs[0].values]
        case .unary, .unaryGradient, .binary, .scale, .identity, .select: return [elementwise(node, inputs)]
        case .dropout(let rate, let substream):
            return [dropout(inputs[0].values, rate: Double(rate), substream: substream)]
        case .random(let distribution, let shape, let substream):
            return [draw(shape.count, from: distribution, substream: substream)]
        case .matmul, .linear: return [linear(node.op, inputs)]
        case .convolution, .convolutionInputGradient, .convolutionKernelGradient:
            return convolution(node.op, inputs)
        case .pooling, .poolingGradient: return pooling(node.op, inputs)
        case .reshape, .transpose, .slice, .pad, .concatenate, .reverse:
            return [shaping(node.op, inputs, node.outputs[0].shape)]
        case .gather: return [gather(inputs[0], inputs[1])]
        case .scatterAdd(let rows): return [scatterAdd(inputs[0], inputs[1], rows: rows)]
        case .affineSample(let sampling): return [affineSample(inputs[0], inputs[1], sampling)]
        case .affineSampleGradient(let sampling, let input):
            return [affineSampleGradient(inputs[0], inputs[1], sampling, input)]
        case .reduce(let reduction, let axes): return [reduce(reduction, inputs[0], axes)]
        case .expand(let shape, let axes, let scale): return [expand(inputs[0], shape, axes, Double(scale))]
        case .batchNormInference, .batchNormTraining, .batchNormGradient: return batchNorm(node.op, inputs)
        case .softmax, .softmaxGradient, .sparseCrossEntropy, .sparseCrossEntropyGradient, .categoricalCrossEntropy,
            .categoricalCrossEntropyGradient, .binaryCrossEntropy, .binaryCrossEntropyGradient:
            return softmax(node.op, inputs)
        case .recurrent, .recurrentGradient: return recurrent(node.op, inputs)
        }
    }

    private func given(_ values: [Double]?, _ what: String) -> [Double] {
        guard let values else { preconditionFailure("\(what) was not given") }
        return values
    }
}

/// What bfloat16 keeps of a number.
private func rounded(_ value: Double) -> Double { Double(BFloat16.rounded(Float(value))) }

extension Graph {
    /// The operands of a node, its kernel as a convolution of bfloat16 sees it.
    fileprivate func roundingKernel(of node: Node, _ operands: [DoubleArray]) -> [DoubleArray] {
        switch node.op {
        case .convolution, .convolutionInputGradient:
            guard type(of: node.inputs[0]).dataType == .bfloat16 else { return operands }
            var operands = operands
            operands[1].values = operands[1].values.map(rounded)
            return operands
        default: return operands
        }
    }
}

/// What an evaluation gave: every value of the graph.
package struct Interpretation: Sendable {
    package let graph: Graph
    private let values: [[[Double]]]

    init(graph: Graph, values: [[[Double]]]) {
        self.graph = graph
        self.values = values
    }

    package subscript(value: Value) -> [Double] { values[value.node][value.output] }

    /// The value of an output, nil where the graph has no such output.
    package func output(_ role: GraphOutput.Role) -> [Double]? {
        graph.outputs.first { $0.role == role }.map { self[$0.value] }
    }

    package func result(_ name: String) -> [Double]? { output(.result(name)) }
}

/// A dense array in double precision, row-major.
package struct DoubleArray: Sendable {
    package let shape: Shape
    package var values: [Double]

    package init(shape: Shape, values: [Double]) {
        precondition(values.count == shape.count, "\(values.count) values do not fill a shape of \(shape)")
        self.shape = shape
        self.values = values
    }

    package init(_ tensor: Tensor) { self.init(shape: tensor.shape, values: tensor.values.map(Double.init)) }

    /// Rows and columns, the last dimension being the columns.
    var matrix: (rows: Int, columns: Int) {
        let columns = shape.rank == 0 ? 1 : shape[-1]
        return (columns == 0 ? 0 : shape.count / columns, columns)
    }
}

extension Shape {
    /// Calls `body` with the coordinates of every element, in row-major order.
    func forEachIndex(_ body: ([Int]) -> Void) {
        guard count > 0 else { return }
        var index = [Int](repeating: 0, count: rank)
        for _ in 0..<count {
            body(index)
            for axis in stride(from: rank - 1, through: 0, by: -1) {
                index[axis] += 1
                if index[axis] < dimensions[axis] { break }
                index[axis] = 0
            }
        }
    }

    /// The row-major position of an element.
    func position(_ index: [Int]) -> Int {
        zip(index, strides).reduce(0) { $0 + $1.0 * $1.1 }
    }
}
