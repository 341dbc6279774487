import Tensors

extension Pass {
    /// Computes in bfloat16 what is worth it: convolutions and large products, with their gradients, multiply bfloat16. What
    /// lies between two of them (rectifiers and other activations, poolings, normalised values, sums of two branches) stays
    /// bfloat16; all else, and everything that has a role of its own, is float32. Casts stand where one meets the other.
    /// - Parameter worth: operations from which on a product's operands are cast. Smaller ones are faster as they are.
    package static func reducedPrecision(from worth: Int = 1 << 22) -> Pass {
        Pass(name: "reduction of the precision") { graph in
            let reduced = graph.rewriting { _, node, inputs, builder in
                let narrowing = Narrowing(node, inputs, builder)
                return builder.emitAll(node.op, narrowing.operands(isWorthIt: graph.flops(of: node) >= worth))
            }
            return reduced.wideningOutputs()
        }
    }
}

/// What one node becomes.
private struct Narrowing {
    private let node: Node
    private let inputs: [Value]
    private let builder: GraphBuilder

    init(_ node: Node, _ inputs: [Value], _ builder: GraphBuilder) {
        self.node = node
        self.inputs = inputs
        self.builder = builder
    }

    /// - Parameter isWorthIt: whether a product has enough to do.
    func operands(isWorthIt: Bool) -> [Value] {
        switch node.op {
        case .convolution, .convolutionInputGradient, .convolutionKernelGradient:
            return isWorthIt ? narrowed(node.op.reducibleInputs(of: inputs.count)) : widened
        case .matmul, .linear:
            let isOne = node.outputs[0].shape.dimensions.dropLast(2).allSatisfy { $0 == 1 }
            return isOne && isWorthIt ? narrowed([0, 1]) : widened
        case .scale, .identity, .dropout, .reshape, .transpose, .slice, .pad, .reverse, .reduce, .pooling:
            return isNarrow(0) ? narrowed([0]) : widened
        case .batchNormInference(let attributes, _), .batchNormTraining(let attributes):
            return isNarrow(0) ? narrowed([0] + (attributes.hasResidual ? [inputs.count - 1] : [])) : widened
        case .unary(let function): return isNarrow(0) && function.isActivation ? inputs : widened
        case .unaryGradient(let function): return isNarrow(0) && function.isActivation ? narrowed([0, 1]) : widened
        case .poolingGradient(let mode, _):
            // The gradient of a maximum is what the maximum is.
            let isForwardNarrow = mode == .maximum && builder.node(of: inputs[1]).outputs[0].dataType == .bfloat16
            return isNarrow(0) || isForwardNarrow ? narrowed([0]) : widened
        case .batchNormGradient: return isNarrow(0) ? narrowed([0, inputs.count - 1]) : widened
        case .concatenate: return inputs.indices.allSatisfy(isNarrow) ? inputs : widened
        case .binary(let function):
            let whole = inputs.indices.filter { builder.shape(of: inputs[$0]) == node.outputs[0].shape }
            let staysNarrow = function != .power && !whole.isEmpty && whole.allSatisfy(isNarrow)
            return staysNarrow ? narrowed(whole) : widened
        default: return widened
        }
    }

    private func isNarrow(_ index: Int) -> Bool { builder.type(of: inputs[index]).dataType == .bfloat16 }

    /// The operands, those of `places` as bfloat16 and the others as they should be.
    private func narrowed(_ places: [Int]) -> [Value] {
        inputs.indices.map { index in
            guard places.contains(index) else { return wide(inputs[index]) }
            return isNarrow(index) ? inputs[index] : builder.emit(.cast(.bfloat16), [inputs[index]])
        }
    }

    private var widened: [Value] { inputs.map(wide) }

    private func wide(_ value: Value) -> Value {
        builder.type(of: value).dataType == .bfloat16 ? builder.emit(.cast(.float32), [value]) : value
    }
}

extension UnaryFunction {
    /// Whether it stands between layers, and its result is no more exact than what it is of.
    fileprivate var isActivation: Bool {
        switch self {
        case .exp, .log, .square, .sqrt, .reciprocal, .exponentialMinusOne, .sine, .cosine: false
        default: true
        }
    }
}

extension Graph {
    /// Everything that has a role as float32.
    fileprivate func wideningOutputs() -> Graph {
        let builder = GraphBuilder()
        for node in nodes { builder.append(node) }
        let outputs = outputs.map { output in
            guard type(of: output.value).dataType == .bfloat16 else { return output }
            let node = nodes[output.value.node]
            builder.scope = node.scope
            builder.isBackward = node.isBackward
            return GraphOutput(output.role, builder.emit(.cast(.float32), [output.value]))
        }
        return builder.build(outputs: outputs)
    }
}
