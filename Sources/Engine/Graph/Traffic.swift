/// What bounds the speed of an operation.
package enum OperationBound: String, Hashable, Sendable, CaseIterable {
    /// The rate of matrix products.
    case product
    /// The rate of convolutions.
    case convolution
    /// The bandwidth of memory.
    case memory
}

extension Op {
    package var bound: OperationBound {
        switch self {
        case .matmul, .linear, .recurrent, .recurrentGradient: .product
        case .convolution, .convolutionInputGradient, .convolutionKernelGradient: .convolution
        default: .memory
        }
    }
}

extension Graph {
    /// Bytes that a node moves at least: what it reads, once, and what it writes, once. Of a table only the rows that are
    /// looked up.
    package func bytes(of node: Node) -> Int {
        let written = node.outputs.reduce(0) { $0 + $1.bytes }
        if node.op.isSource || node.op.isView { return 0 }
        if case .gather = node.op { return 2 * written + type(of: node.inputs[1]).bytes }
        return written + node.inputs.reduce(0) { $0 + type(of: $1).bytes }
    }
}
