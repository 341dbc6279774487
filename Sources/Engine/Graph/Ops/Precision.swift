import Tensors

extension Op {
    /// The operands that may be bfloat16, given how many there are: all of them or none, but for functions of two operands,
    /// of which a repeated one is float32. All other operands are float32.
    func reducibleInputs(of count: Int) -> [Int] {
        switch self {
        case .cast, .unary, .scale, .identity, .dropout, .reshape, .transpose, .slice, .pad, .reverse, .reduce,
            .convolution, .convolutionInputGradient, .pooling, .poolingGradient, .batchNormInference,
            .batchNormTraining:
            [0]
        case .unaryGradient, .binary, .matmul, .linear, .convolutionKernelGradient: [0, 1]
        case .concatenate: Array(0..<count)
        case .batchNormGradient: [0, count - 1]
        default: []
        }
    }
}

extension ShapeRule {
    /// Whether numbers are bfloat16 where they may be only, and then all that should be. Other types, such as that of places
    /// in windows, are looked at by those who read them.
    func requireElementTypes() throws {
        let reducible = op.reducibleInputs(of: inputs.count).filter(inputs.indices.contains)
        for (index, input) in inputs.enumerated() where input.dataType == .bfloat16 {
            try require(reducible.contains(index), "input \(index) should be float32")
        }
        if case .binary = op { return }
        let types = Set(reducible.map { inputs[$0].dataType })
        try require(types.count <= 1, "the types of the elements differ")
    }
}
