import Tensors

extension Op {
    func poolingTypes(_ rule: ShapeRule) throws -> [ValueType] {
        switch self {
        case .pooling(_, let geometry, let keepsIndices):
            try rule.requireCount(1)
            try rule.requireShape(0, geometry.inputShape)
            let output = ValueType(geometry.outputShape, rule.inputs[0].dataType)
            return keepsIndices ? [output, geometry.indexType] : [output]
        case .poolingGradient(let mode, let geometry):
            try rule.requireCount(mode == .maximum ? 2 : 1)
            try rule.requireShape(0, geometry.outputShape)
            if mode == .maximum {
                try rule.require(rule.inputs[1] == geometry.indexType, "the second input should be the indices")
            }
            return [ValueType(geometry.inputShape, rule.inputs[0].dataType)]
        default: preconditionFailure("\(name) is not pooling")
        }
    }

    func poolingGradients(_ context: GradientContext) -> [Value?] {
        guard case .pooling(let mode, let geometry, let keepsIndices) = self else {
            preconditionFailure("\(name) is not pooling")
        }
        let dy = context.outputGradient()
        precondition(mode == .average || keepsIndices, "a maximum's gradient needs its indices")
        let inputs = mode == .maximum ? [dy, context.outputs[1]] : [dy]
        return [context.emit(.poolingGradient(mode, geometry), inputs)]
    }
}

extension PoolingGeometry {
    /// One position within the window per output: a byte where the window has at most 256 places.
    package var indexType: ValueType {
        ValueType(outputShape, window.reduce(1, *) < 255 ? .uint8 : .int32)
    }
}
