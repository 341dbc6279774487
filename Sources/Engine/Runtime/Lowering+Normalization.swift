import Graph
import Kernels
import Tensors

extension Lowering {
    func lowerBatchNorm(_ site: Site) -> (Frame) -> Void {
        let (rows, channels) = (site.rows, site.columns)
        /// Rows of the normalisation per entry of the first dimension.
        let rowsPerEntry = rows / max(site.inputShapes[0][0], 1)
        let inputs = site.inputs
        let (x, precision) = (inputs[0], site.precision)
        switch site.node.op {
        case .batchNormInference(let attributes, let activation):
            let (gamma, beta) = attributes.affineBuffers(inputs)
            let statistics = inputs.count - 2 - attributes.residualCount
            let (mean, variance, y) = (inputs[statistics], inputs[statistics + 1], site.outputs[0])
            let residual = attributes.hasResidual ? inputs.last : nil
            return { frame in
                BatchNormalization.inference(
                    frame[x], gamma: gamma.map { UnsafePointer(frame[$0]) },
                    beta: beta.map { UnsafePointer(frame[$0]) }, mean: frame[mean], variance: frame[variance],
                    epsilon: attributes.epsilon, residual: residual.map { UnsafePointer(frame[$0]) },
                    activation: activation, into: frame[y], rows: rows, channels: channels, precision: precision)
            }
        case .batchNormTraining(let attributes):
            let (gamma, beta) = attributes.affineBuffers(inputs)
            let residual = attributes.hasResidual ? inputs.last : nil
            let outputs = site.outputs
            return { frame in
                BatchNormalization.training(
                    frame[x], gamma: gamma.map { UnsafePointer(frame[$0]) },
                    beta: beta.map { UnsafePointer(frame[$0]) }, epsilon: attributes.epsilon,
                    residual: residual.map { UnsafePointer(frame[$0]) }, activation: attributes.activation,
                    into: frame[outputs[0]], mean: frame[outputs[1]],
                    variance: frame[outputs[2]], rows: rows,
                    validRows: frame.validRows * attributes.rowsPerExample * rowsPerEntry,
                    channels: channels, precision: precision)
            }
        case .batchNormGradient(let attributes, let training, let wants):
            var (gamma, beta) = (attributes.hasScale ? inputs[1] : nil, Int?.none)
            if attributes.activation != nil { (gamma, beta) = attributes.affineBuffers(inputs) }
            let affine = (gamma: gamma, beta: beta)
            let (mean, variance, dy) = (inputs[inputs.count - 3], inputs[inputs.count - 2], inputs[inputs.count - 1])
            var outputs = site.outputs[...]
            let dx = wants.contains(.input) ? outputs.popFirst() : nil
            let dGamma = wants.contains(.scale) ? outputs.popFirst() : nil
            let dBeta = wants.contains(.offset) ? outputs.popFirst() : nil
            return { frame in
                BatchNormalization.gradient(
                    frame[x], gamma: affine.gamma.map { UnsafePointer(frame[$0]) },
                    beta: affine.beta.map { UnsafePointer(frame[$0]) }, mean: frame[mean], variance: frame[variance],
                    epsilon: attributes.epsilon, rectifier: attributes.activation, outputGradient: frame[dy],
                    training: training, dx: dx.map { frame[$0] }, dGamma: dGamma.map { frame[$0] },
                    dBeta: dBeta.map { frame[$0] }, rows: rows,
                    validRows: training ? frame.validRows * attributes.rowsPerExample * rowsPerEntry : rows,
                    channels: channels, precision: precision)
            }
        default: preconditionFailure("\(site.node.op.name) is not a normalisation")
        }
    }

    func lowerSoftmax(_ site: Site) -> (Frame) -> Void {
        let (x, y, count) = (site.inputs[0], site.outputs[0], site.count)
        let (rows, columns) = (site.rows, site.columns)
        let second = site.inputs.count > 1 ? site.inputs[1] : x
        let third = site.inputs.count > 2 ? site.inputs[2] : x
        switch site.node.op {
        case .softmax: return { Softmax.rows($0[x], into: $0[y], rows: rows, columns: columns) }
        case .softmaxGradient:
            return { Softmax.gradient($0[x], outputGradient: $0[second], into: $0[y], rows: rows, columns: columns) }
        case .sparseCrossEntropy(let smoothing):
            let probabilities = site.outputs[1]
            return {
                CrossEntropy.sparse(
                    logits: $0[x], targets: $0[second], losses: $0[y], probabilities: $0[probabilities], rows: rows,
                    classes: columns, labelSmoothing: smoothing)
            }
        case .sparseCrossEntropyGradient(let smoothing):
            return {
                CrossEntropy.sparseGradient(
                    probabilities: $0[x], targets: $0[second], lossGradient: $0[third], into: $0[y], rows: rows,
                    classes: columns, labelSmoothing: smoothing)
            }
        case .categoricalCrossEntropy(let smoothing):
            let probabilities = site.outputs[1]
            return {
                CrossEntropy.categorical(
                    logits: $0[x], targets: $0[second], losses: $0[y], probabilities: $0[probabilities], rows: rows,
                    classes: columns, labelSmoothing: smoothing)
            }
        case .categoricalCrossEntropyGradient(let smoothing):
            return {
                CrossEntropy.categoricalGradient(
                    probabilities: $0[x], targets: $0[second], lossGradient: $0[third], into: $0[y], rows: rows,
                    classes: columns, labelSmoothing: smoothing)
            }
        case .binaryCrossEntropy:
            return { CrossEntropy.binary(logits: $0[x], targets: $0[second], losses: $0[y], count: count) }
        case .binaryCrossEntropyGradient:
            return {
                CrossEntropy.binaryGradient(
                    logits: $0[x], targets: $0[second], lossGradient: $0[third], into: $0[y], count: count)
            }
        default: preconditionFailure("\(site.node.op.name) is not a softmax or a cross-entropy")
        }
    }
}

extension BatchNormAttributes {
    /// The buffers of gamma and beta among a node's inputs, which follow x.
    fileprivate func affineBuffers(_ inputs: [Int]) -> (gamma: Int?, beta: Int?) {
        (hasScale ? inputs[1] : nil, hasOffset ? inputs[hasScale ? 2 : 1] : nil)
    }
}
