import Tensors

extension Graph {
    /// Floating-point operations of one node: a multiplication and an addition count as two.
    package func flops(of node: Node) -> Int {
        func count(_ index: Int) -> Int { type(of: node.inputs[index]).shape.count }
        switch node.op {
        case .input, .parameter, .constant, .table, .reshape, .identity, .transpose, .slice, .pad, .concatenate,
            .reverse, .expand, .gather:
            return 0
        case .matmul(let transposeLeft, _):
            return 2 * node.outputs[0].shape.count * type(of: node.inputs[0]).shape[transposeLeft ? -2 : -1]
        case .linear: return 2 * node.outputs[0].shape.count * type(of: node.inputs[0]).shape[-1]
        case .convolution(let geometry, _, _), .convolutionInputGradient(let geometry),
            .convolutionKernelGradient(let geometry, _):
            return 2 * geometry.outputShape.count * geometry.kernel.reduce(1, *) * geometry.inputChannels
                / geometry.groups
        case .pooling(_, let geometry, _), .poolingGradient(_, let geometry):
            return geometry.outputShape.count * geometry.window.reduce(1, *)
        case .reduce: return count(0)
        case .scatterAdd: return count(1)
        case .affineSample(let sampling): return sampling.flops * node.outputs[0].shape.count
        case .affineSampleGradient(let sampling, _): return sampling.flops * count(0)
        case .batchNormInference(let attributes, _), .batchNormTraining(let attributes):
            return (4 + attributes.residualCount) * count(0)
        case .batchNormGradient: return 4 * count(0)
        case .softmax, .softmaxGradient, .sparseCrossEntropy, .sparseCrossEntropyGradient, .categoricalCrossEntropy,
            .categoricalCrossEntropyGradient, .binaryCrossEntropy, .binaryCrossEntropyGradient:
            return 5 * count(0)
        case .recurrent(let cell):
            let sequence = node.outputs[0].shape
            return cell.flops(batch: sequence[0], time: sequence[1])
        case .recurrentGradient(let cell, let wants, _):
            let sequence = type(of: node.inputs[cell.inputCount - cell.firstState + 1]).shape
            return cell.flops(batch: sequence[0], time: sequence[1]) * (wants.contains(.kernel) ? 2 : 1)
        case .cast, .unary, .unaryGradient, .binary, .scale, .select, .dropout, .random:
            return node.outputs[0].shape.count
        }
    }

    /// Operations of all forward, and of all backward nodes.
    package var flops: (forward: Int, backward: Int) {
        nodes.reduce(into: (0, 0)) { total, node in
            if node.isBackward { total.1 += flops(of: node) } else { total.0 += flops(of: node) }
        }
    }
}
