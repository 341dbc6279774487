import Tensors

extension Op {
    func softmaxTypes(_ rule: ShapeRule) throws -> [ValueType] {
        try rule.require(!rule.inputs.isEmpty, "it takes inputs")
        let x = rule.inputs[0]
        let rows = ValueType(Shape(Array(x.shape.dimensions.dropLast())))
        switch self {
        case .softmax:
            try rule.requireCount(1)
            return [x]
        case .softmaxGradient:
            try rule.requireCount(2)
            try rule.requireShape(1, x.shape)
            return [x]
        case .sparseCrossEntropy, .categoricalCrossEntropy:
            try rule.requireCount(2)
            try rule.requireShape(1, isSparse ? rows.shape : x.shape)
            return [rows, x]
        case .sparseCrossEntropyGradient, .categoricalCrossEntropyGradient:
            try rule.requireCount(3)
            try rule.requireShape(1, isSparse ? rows.shape : x.shape)
            try rule.requireShape(2, rows.shape)
            return [x]
        case .binaryCrossEntropy, .binaryCrossEntropyGradient:
            try rule.requireCount(self == .binaryCrossEntropy ? 2 : 3)
            for index in 1..<rule.inputs.count { try rule.requireShape(index, x.shape) }
            return [x]
        default: preconditionFailure("\(name) is not a softmax or a cross-entropy")
        }
    }

    private var isSparse: Bool {
        switch self {
        case .sparseCrossEntropy, .sparseCrossEntropyGradient: true
        default: false
        }
    }

    /// Targets get no gradient; probabilities that a cross-entropy also gives are for reading only.
    func softmaxGradients(_ context: GradientContext) -> [Value?] {
        let dy = context.outputGradient()
        switch self {
        case .softmax: return [context.emit(.softmaxGradient, [context.outputs[0], dy])]
        case .sparseCrossEntropy(let smoothing):
            let inputs = [context.outputs[1], context.inputs[1], dy]
            return [context.emit(.sparseCrossEntropyGradient(labelSmoothing: smoothing), inputs), nil]
        case .categoricalCrossEntropy(let smoothing):
            let inputs = [context.outputs[1], context.inputs[1], dy]
            return [context.emit(.categoricalCrossEntropyGradient(labelSmoothing: smoothing), inputs), nil]
        case .binaryCrossEntropy:
            return [context.emit(.binaryCrossEntropyGradient, [context.inputs[0], context.inputs[1], dy]), nil]
        default: preconditionFailure("\(name) is not a softmax or a cross-entropy")
        }
    }
}
