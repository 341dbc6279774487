import Tensors

extension Graph {
    /// Per node, whether what it gives is the same in every run while `parameters` keep their values. What has a role of
    /// its own is computed in every run.
    package func constantNodes(_ parameters: Set<ParameterPath>) -> [Bool] {
        var given = Set(outputs.map(\.value.node))
        for index in nodes.indices.reversed() where nodes[index].op.isView && given.contains(index) {
            given.insert(nodes[index].inputs[0].node)
        }
        var isConstant = [Bool](repeating: false, count: nodes.count)
        for (index, node) in nodes.enumerated() {
            switch node.op {
            case .parameter(let path, _): isConstant[index] = parameters.contains(path)
            case .constant, .table: isConstant[index] = true
            case .input, .dropout, .random: break
            default:
                isConstant[index] = node.inputs.allSatisfy { isConstant[$0.node] } && !given.contains(index)
            }
        }
        return isConstant
    }
}

extension Op {
    /// The operand that is a kernel which a library may keep in a layout of its own.
    package var packedInput: Int? {
        switch self {
        case .convolution, .convolutionInputGradient: 1
        default: nil
        }
    }
}
