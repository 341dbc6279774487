import Tensors

extension Op {
    func batchNormTypes(_ rule: ShapeRule) throws -> [ValueType] {
        try rule.require(rule.inputs.first.map { $0.shape.rank > 0 } ?? false, "there is nothing to normalise")
        let x = rule.shape(0)
        let channels = Shape([x[-1]])
        func requireVectors(_ range: Range<Int>) throws {
            for index in range { try rule.requireShape(index, channels) }
        }
        func requireOperands(_ vectors: Int, _ attributes: BatchNormAttributes) throws {
            try rule.requireCount(1 + vectors + attributes.residualCount)
            try requireVectors(1..<1 + vectors)
            guard attributes.hasResidual else { return }
            try rule.require(rule.inputs.last == rule.inputs[0], "what is added is not like what is normalised")
        }
        switch self {
        case .batchNormInference(let attributes, _):
            try requireOperands(2 + attributes.affineCount, attributes)
            return [rule.inputs[0]]
        case .batchNormTraining(let attributes):
            try requireOperands(attributes.affineCount, attributes)
            return [rule.inputs[0], ValueType(channels), ValueType(channels)]
        case .batchNormGradient(let attributes, _, let wants):
            try rule.requireCount(4 + attributes.gradientAffineCount)
            try requireVectors(1..<rule.inputs.count - 1)
            try rule.requireShape(rule.inputs.count - 1, x)
            try rule.require(wants.count > 0, "no gradient is wanted")
            let vectors = wants.subtracting(.input).count
            return (wants.contains(.input) ? [rule.inputs[0]] : [])
                + Array(repeating: ValueType(channels), count: vectors)
        default: preconditionFailure("\(name) is not a normalisation")
        }
    }

    func batchNormGradients(_ context: GradientContext) -> [Value?] {
        let isTraining: Bool
        let attributes: BatchNormAttributes
        switch self {
        case .batchNormTraining(let these):
            precondition(these.activation == nil && !these.hasResidual, "fusion comes after differentiation")
            (isTraining, attributes) = (true, these)
        case .batchNormInference(let these, let activation):
            precondition(activation == nil && !these.hasResidual, "fusion comes after differentiation")
            (isTraining, attributes) = (false, these)
        default: preconditionFailure("\(name) is not a normalisation")
        }
        let scaleIndex = attributes.hasScale ? 1 : nil
        let offsetIndex = attributes.hasOffset ? (attributes.hasScale ? 2 : 1) : nil
        var wants: BatchNormGradients = []
        if context.needs[0] { wants.insert(.input) }
        if let scaleIndex, context.needs[scaleIndex] { wants.insert(.scale) }
        if let offsetIndex, context.needs[offsetIndex] { wants.insert(.offset) }
        let statistics = isTraining ? Array(context.outputs[1...2]) : Array(context.inputs.suffix(2))
        let scale = scaleIndex.map { [context.inputs[$0]] } ?? []
        let inputs = [context.inputs[0]] + scale + statistics + [context.outputGradient()]
        var emitted =
            context.builder.emitAll(.batchNormGradient(attributes, training: isTraining, wants: wants), inputs)[...]
        var result = [Value?](repeating: nil, count: context.inputs.count)
        if wants.contains(.input) { result[0] = emitted.popFirst() }
        if let scaleIndex, wants.contains(.scale) { result[scaleIndex] = emitted.popFirst() }
        if let offsetIndex, wants.contains(.offset) { result[offsetIndex] = emitted.popFirst() }
        return result
    }
}

extension BatchNormAttributes {
    func with(_ activation: UnaryFunction) -> BatchNormAttributes {
        var attributes = self
        attributes.activation = activation
        return attributes
    }

    /// How many operands are added to what comes out.
    package var residualCount: Int { hasResidual ? 1 : 0 }

    /// How many of gamma and beta there are.
    package var affineCount: Int { (hasScale ? 1 : 0) + (hasOffset ? 1 : 0) }

    /// How many of them a gradient node reads: beta decides only what a rectifier lets through.
    package var gradientAffineCount: Int { activation == nil ? (hasScale ? 1 : 0) : affineCount }
}
