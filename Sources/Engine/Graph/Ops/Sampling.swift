import Tensors

extension Op {
    func samplingTypes(_ rule: ShapeRule) throws -> [ValueType] {
        try rule.requireCount(2)
        let x = rule.shape(0)
        try rule.require(x.rank == 4, "it takes images")
        try rule.requireShape(1, [x[0], 8])
        switch self {
        case .affineSample(let sampling):
            return [ValueType([x[0], sampling.height, sampling.width, x[3]])]
        case .affineSampleGradient(let sampling, let input):
            try rule.requireShape(0, [x[0], sampling.height, sampling.width, x[3]])
            try rule.require(input.count == 2, "an image has a height and a width")
            return [ValueType([x[0], input[0], input[1], x[3]])]
        default: preconditionFailure("\(name) does not sample images")
        }
    }

    /// Transforms get no gradient.
    func samplingGradients(_ context: GradientContext) -> [Value?] {
        guard case .affineSample(let sampling) = self else { preconditionFailure("\(name) does not sample images") }
        guard context.needs[0] else { return [nil, nil] }
        let x = context.shape(context.inputs[0])
        let gradient = Op.affineSampleGradient(sampling, input: [x[1], x[2]])
        return [context.emit(gradient, [context.outputGradient(), context.inputs[1]]), nil]
    }
}
