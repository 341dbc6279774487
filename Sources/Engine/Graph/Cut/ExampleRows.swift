import Tensors

/// What the values of a graph depend on, node by node.
package enum Dependence: Hashable, Sendable {
    /// Neither on examples nor on anything that changes: weights that stay, constants.
    case nothing
    /// On examples and what stays alone, one behind the other: the numbers of example i of a batch of n are the i-th n-th of
    /// all, and follow from that example.
    case examples
    /// On what changes from step to step, or in no such order.
    case step
}

extension Graph {
    /// The dependence of every node's outputs.
    /// - Parameters:
    ///   - batch: examples of a batch.
    ///   - inputs: names of the inputs that hold examples; all others belong to the step.
    ///   - changing: parameters whose values change.
    package func dependences(
        batch: Int, inputs: Set<String>, changing: Set<ParameterPath>
    ) -> [Dependence] {
        var moving = changing
        for case .update(let path) in outputs.map(\.role) { moving.insert(path) }
        var found: [Dependence] = []
        found.reserveCapacity(nodes.count)
        for node in nodes {
            let operands = node.inputs.map { found[$0.node] }
            found.append(dependence(of: node, operands, batch: batch, inputs: inputs, moving: moving))
        }
        return found
    }

    private func dependence(
        of node: Node, _ operands: [Dependence], batch: Int, inputs: Set<String>, moving: Set<ParameterPath>
    ) -> Dependence {
        switch node.op {
        case .input(let name, _): return inputs.contains(name) ? .examples : .step
        case .parameter(let path, _): return moving.contains(path) ? .step : .nothing
        case .dropout, .random, .batchNormTraining: return .step
        default: break
        }
        if operands.contains(.step) { return .step }
        if !operands.contains(.examples) { return .nothing }
        let isAligned = node.outputs.allSatisfy { $0.shape.rank > 0 && $0.shape[0] % batch == 0 && $0.shape[0] > 0 }
        return isAligned && !node.isBackward && keepsExamplesApart(node, operands) ? .examples : .step
    }

    /// Whether the first dimension goes through untouched, example by example.
    private func keepsExamplesApart(_ node: Node, _ operands: [Dependence]) -> Bool {
        func shape(_ index: Int) -> Shape { type(of: node.inputs[index]).shape }
        /// Whether only the first operand is of examples.
        var isFirstAlone: Bool { operands[0] == .examples && !operands.dropFirst().contains(.examples) }
        /// Whether every operand has a row for every row of the result, or the same for all of them.
        func areAligned(_ indices: Range<Int>) -> Bool {
            let result = node.outputs[0].shape
            return indices.allSatisfy { index in
                let shape = shape(index)
                if operands[index] == .examples { return shape.rank == result.rank && shape[0] == result[0] }
                return shape.rank < result.rank || shape[0] == 1 || isAlikeInEveryRow(node.inputs[index])
            }
        }
        switch node.op {
        case .cast, .unary, .scale, .identity, .reshape: return true
        case .binary, .select: return areAligned(0..<operands.count)
        case .matmul(let transposesLeft, _):
            guard node.outputs[0].shape.rank == 2 else { return areAligned(0..<2) }
            return !transposesLeft && isFirstAlone
        case .linear, .convolution, .pooling, .batchNormInference: return isFirstAlone
        case .transpose(let order): return order[0] == 0
        case .slice(let starts, let sizes, let strides):
            return starts[0] == 0 && sizes[0] == shape(0)[0] && strides[0] == 1
        case .pad(let before, let after, let interior): return before[0] == 0 && after[0] == 0 && interior[0] == 0
        case .concatenate(let axis):
            return axis != 0
                && operands.indices.allSatisfy { operands[$0] == .examples || isAlikeInEveryRow(node.inputs[$0]) }
        case .reverse(let axes), .reduce(_, let axes): return !axes.contains(0)
        case .expand(_, let axes, _): return !axes.contains(0)
        case .gather: return operands[0] == .nothing
        case .affineSample: return isFirstAlone || !operands.contains(.nothing)
        case .softmax: return node.outputs[0].shape.rank > 1
        case .recurrent(let cell): return recurrentKeepsExamplesApart(node, operands, cell)
        default: return false
        }
    }

    /// Kernel and bias stay; states, mask and dropout have a row for each example or are constants.
    private func recurrentKeepsExamplesApart(
        _ node: Node, _ operands: [Dependence], _ cell: RecurrentCell
    ) -> Bool {
        operands.indices.allSatisfy { index in
            if index == 0 { return operands[0] == .examples }
            if index < cell.firstState { return operands[index] == .nothing }
            return operands[index] == .examples || isAlikeInEveryRow(node.inputs[index])
        }
    }

    /// Whether a value that depends on nothing is the same along its first dimension.
    private func isAlikeInEveryRow(_ value: Value) -> Bool {
        let node = nodes[value.node]
        switch node.op {
        case .constant: return true
        case .expand(_, let axes, _) where axes.contains(0): return true
        case .cast, .unary, .scale, .identity: return isAlikeInEveryRow(node.inputs[0])
        default: return false
        }
    }
}
