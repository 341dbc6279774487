import Tensors

/// A graph that breaks a rule. Layers check shapes before they emit, so this is our own mistake, not a user's.
package struct GraphError: Error, CustomStringConvertible {
    package let op: Op
    package let inputs: [ValueType]
    package let reason: String

    package var description: String {
        "\(op.name) of \(inputs.map(\.description).joined(separator: ", ")): \(reason)"
    }
}

/// What a shape rule sees; `require` turns a broken expectation into a `GraphError`.
struct ShapeRule {
    let op: Op
    let inputs: [ValueType]

    func shape(_ index: Int) -> Shape { inputs[index].shape }

    func require(_ condition: Bool, _ reason: @autoclosure () -> String) throws {
        if !condition { throw GraphError(op: op, inputs: inputs, reason: reason()) }
    }

    func requireCount(_ count: Int) throws {
        try require(inputs.count == count, "it takes \(count) inputs, not \(inputs.count)")
    }

    func requireShape(_ index: Int, _ shape: Shape) throws {
        try require(inputs[index].shape == shape, "input \(index) should be \(shape)")
    }
}

extension Op {
    /// The types of the outputs, given the types of the inputs.
    /// - Throws: `GraphError` where they do not fit.
    package func outputTypes(_ inputs: [ValueType]) throws -> [ValueType] {
        let rule = ShapeRule(op: self, inputs: inputs)
        try rule.requireElementTypes()
        switch self {
        case .input(_, let shape), .parameter(_, let shape), .constant(_, let shape):
            try rule.requireCount(0)
            return [ValueType(shape)]
        case .table(let table):
            try rule.requireCount(0)
            return [ValueType(table.shape)]
        case .cast(let type):
            try rule.requireCount(1)
            try rule.require([.float32, .bfloat16].contains(type), "\(type) is nothing to compute with")
            return [ValueType(inputs[0].shape, type)]
        case .unary, .unaryGradient, .binary, .scale, .identity, .select: return try elementwiseTypes(rule)
        case .matmul, .linear: return try linearTypes(rule)
        case .convolution, .convolutionInputGradient, .convolutionKernelGradient: return try convolutionTypes(rule)
        case .pooling, .poolingGradient: return try poolingTypes(rule)
        case .reshape, .transpose, .slice, .pad, .concatenate, .reverse: return try shapingTypes(rule)
        case .gather, .scatterAdd: return try indexingTypes(rule)
        case .affineSample, .affineSampleGradient: return try samplingTypes(rule)
        case .reduce, .expand: return try reductionTypes(rule)
        case .batchNormInference, .batchNormTraining, .batchNormGradient: return try batchNormTypes(rule)
        case .dropout:
            try rule.requireCount(1)
            return inputs
        case .random(_, let shape, _):
            try rule.requireCount(0)
            return [ValueType(shape)]
        case .softmax, .softmaxGradient, .sparseCrossEntropy, .sparseCrossEntropyGradient,
            .categoricalCrossEntropy, .categoricalCrossEntropyGradient, .binaryCrossEntropy,
            .binaryCrossEntropyGradient:
            return try softmaxTypes(rule)
        case .recurrent, .recurrentGradient: return try recurrentTypes(rule)
        }
    }

    /// The gradients of the inputs that are needed, emitted into the builder; nil for the others and for those through
    /// which nothing flows.
    func gradients(_ context: GradientContext) -> [Value?] {
        switch self {
        case .input, .parameter, .constant, .table, .random: []
        case .cast(let type):
            preconditionFailure("a cast to \(type) comes after differentiation")
        case .unary, .binary, .scale, .identity, .select: elementwiseGradients(context)
        case .matmul, .linear: linearGradients(context)
        case .convolution, .convolutionInputGradient: convolutionGradients(context)
        case .pooling: poolingGradients(context)
        case .reshape, .transpose, .slice, .pad, .concatenate, .reverse: shapingGradients(context)
        case .gather, .scatterAdd: indexingGradients(context)
        case .affineSample: samplingGradients(context)
        case .reduce, .expand: reductionGradients(context)
        case .batchNormInference, .batchNormTraining: batchNormGradients(context)
        case .dropout: [context.emit(self, [context.outputGradient()])]
        case .softmax, .sparseCrossEntropy, .categoricalCrossEntropy, .binaryCrossEntropy:
            softmaxGradients(context)
        case .recurrent: recurrentGradients(context)
        case .unaryGradient, .affineSampleGradient, .convolutionKernelGradient, .poolingGradient, .batchNormGradient,
            .softmaxGradient, .sparseCrossEntropyGradient, .categoricalCrossEntropyGradient,
            .binaryCrossEntropyGradient, .recurrentGradient:
            preconditionFailure("second derivatives through \(name) are not defined")
        }
    }
}
