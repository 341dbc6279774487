import Tensors

extension Op {
    func convolutionTypes(_ rule: ShapeRule) throws -> [ValueType] {
        switch self {
        case .convolution(let geometry, let hasBias, _):
            try rule.requireCount(hasBias ? 3 : 2)
            try rule.requireShape(0, geometry.inputShape)
            try rule.requireShape(1, geometry.kernelShape)
            if hasBias { try rule.requireShape(2, [geometry.outputChannels]) }
            return [ValueType(geometry.outputShape, rule.inputs[0].dataType)]
        case .convolutionInputGradient(let geometry):
            try rule.requireCount(2)
            try rule.requireShape(0, geometry.outputShape)
            try rule.requireShape(1, geometry.kernelShape)
            return [ValueType(geometry.inputShape, rule.inputs[0].dataType)]
        case .convolutionKernelGradient(let geometry, let hasBias):
            try rule.requireCount(2)
            try rule.requireShape(0, geometry.inputShape)
            try rule.requireShape(1, geometry.outputShape)
            let kernel = ValueType(geometry.kernelShape)
            return hasBias ? [kernel, ValueType([geometry.outputChannels])] : [kernel]
        default: preconditionFailure("\(name) is not a convolution")
        }
    }

    func convolutionGradients(_ context: GradientContext) -> [Value?] {
        let g = context.builder
        let dy = context.outputGradient()
        switch self {
        case .convolution(let geometry, let hasBias, let activation):
            precondition(activation == nil, "fusion comes after differentiation")
            let (x, kernel) = (context.inputs[0], context.inputs[1])
            let dx = context.needs[0] ? g.emit(.convolutionInputGradient(geometry), [dy, kernel]) : nil
            let needsBias = hasBias && context.needs[2]
            var weights: [Value?] = hasBias ? [nil, nil] : [nil]
            if context.needs[1] {
                let both = g.emitAll(.convolutionKernelGradient(geometry, hasBias: needsBias), [x, dy])
                for (index, value) in both.enumerated() { weights[index] = value }
            } else if needsBias {
                weights[1] = g.sum(dy, axes: Array(0..<geometry.outputShape.rank - 1))
            }
            return [dx] + weights
        case .convolutionInputGradient(let geometry):
            // A transposed convolution: its input is a dy, its gradient a convolution.
            let (input, kernel) = (context.inputs[0], context.inputs[1])
            let convolution = Op.convolution(geometry, hasBias: false, activation: nil)
            return [
                context.needs[0] ? g.emit(convolution, [dy, kernel]) : nil,
                context.needs[1]
                    ? g.emit(.convolutionKernelGradient(geometry, hasBias: false), [dy, input]) : nil,
            ]
        default: preconditionFailure("\(name) is not a convolution")
        }
    }
}
