import Glibc
import Graph
import Tensors

extension GraphInterpreter {
    func batchNorm(_ op: Op, _ inputs: [DoubleArray]) -> [[Double]] {
        let x = inputs[0]
        switch op {
        case .batchNormInference(let attributes, let activation):
            let statistics = inputs.count - 2 - attributes.residualCount
            let (mean, variance) = (inputs[statistics].values, inputs[statistics + 1].values)
            let y = sum(
                normalized(x, mean, variance, attributes, affine: Array(inputs.dropFirst())), attributes, inputs)
            return [activation.map { y.map($0.callAsFunction) } ?? y]
        case .batchNormTraining(let attributes):
            let (mean, variance) = moments(x, attributes)
            let y = sum(
                normalized(x, mean, variance, attributes, affine: Array(inputs.dropFirst())), attributes, inputs)
            return [attributes.activation.map { y.map($0.callAsFunction) } ?? y, mean, variance]
        case .batchNormGradient(let attributes, let training, let wants):
            return gradients(attributes, training: training, wants: wants, inputs)
        default: preconditionFailure("\(op.name) is not a normalisation")
        }
    }

    /// With the residual, where there is one.
    private func sum(_ y: [Double], _ attributes: BatchNormAttributes, _ inputs: [DoubleArray]) -> [Double] {
        attributes.hasResidual ? zip(y, inputs[inputs.count - 1].values).map(+) : y
    }

    /// The rows of a normalisation whose statistics count: those of the examples that are not padding.
    private func countedRows(_ x: DoubleArray, _ attributes: BatchNormAttributes) -> Int {
        guard let validRows, x.shape[0] > 0 else { return x.matrix.rows }
        return x.matrix.rows / x.shape[0] * validRows * attributes.rowsPerExample
    }

    private func moments(_ x: DoubleArray, _ attributes: BatchNormAttributes) -> (mean: [Double], variance: [Double]) {
        let (rows, channels) = (countedRows(x, attributes), x.matrix.columns)
        func mean(_ value: (Int, Int) -> Double) -> [Double] {
            (0..<channels).map { channel in
                (0..<rows).reduce(0) { $0 + value($1 * channels + channel, channel) } / Double(rows)
            }
        }
        let means = mean { at, _ in x.values[at] }
        return (means, mean { at, channel in (x.values[at] - means[channel]) * (x.values[at] - means[channel]) })
    }

    private func normalized(
        _ x: DoubleArray, _ mean: [Double], _ variance: [Double], _ attributes: BatchNormAttributes,
        affine: [DoubleArray]
    ) -> [Double] {
        let channels = x.matrix.columns
        return x.values.enumerated().map { index, value in
            let channel = index % channels
            var y = (value - mean[channel]) / (variance[channel] + Double(attributes.epsilon)).squareRoot()
            if attributes.hasScale { y *= affine[0].values[channel] }
            if attributes.hasOffset { y += affine[attributes.hasScale ? 1 : 0].values[channel] }
            return y
        }
    }

    /// Padding rows feed no statistic, so only the direct term reaches them.
    private func gradients(
        _ attributes: BatchNormAttributes, training: Bool, wants: BatchNormGradients, _ inputs: [DoubleArray]
    ) -> [[Double]] {
        let x = inputs[0]
        let (mean, variance) = (inputs[inputs.count - 3].values, inputs[inputs.count - 2].values)
        var dy = inputs[inputs.count - 1].values
        if case .relu(_, let maximum, _) = attributes.activation {
            let y = normalized(x, mean, variance, attributes, affine: Array(inputs.dropFirst()))
            for (index, value) in y.enumerated() where value <= 0 || value >= Double(maximum) { dy[index] = 0 }
        }
        let channels = x.matrix.columns
        let rows = training ? countedRows(x, attributes) : x.matrix.rows
        var dx = [Double](repeating: 0, count: x.values.count)
        var (dGamma, dBeta) = ([Double](), [Double]())
        for channel in 0..<channels {
            let inverse = 1 / (variance[channel] + Double(attributes.epsilon)).squareRoot()
            let gamma = attributes.hasScale ? inputs[1].values[channel] : 1
            func normal(_ at: Int) -> Double { (x.values[at] - mean[channel]) * inverse }
            let places = (0..<rows).map { $0 * channels + channel }
            let sum = places.reduce(0) { $0 + dy[$1] }
            let product = places.reduce(0) { $0 + dy[$1] * normal($1) }
            dGamma.append(product)
            dBeta.append(sum)
            for row in 0..<x.matrix.rows {
                let at = row * channels + channel
                let indirect = training && row < rows ? (sum + normal(at) * product) / Double(rows) : 0
                dx[at] = gamma * inverse * (dy[at] - indirect)
            }
        }
        return (wants.contains(.input) ? [dx] : []) + (wants.contains(.scale) ? [dGamma] : [])
            + (wants.contains(.offset) ? [dBeta] : [])
    }

    func softmax(_ op: Op, _ inputs: [DoubleArray]) -> [[Double]] {
        let x = inputs[0]
        let columns = x.matrix.columns
        func byRow(_ body: (Int, Range<Int>) -> [Double]) -> [Double] {
            (0..<x.matrix.rows).flatMap { body($0, $0 * columns..<($0 + 1) * columns) }
        }
        switch op {
        case .softmax: return [byRow { _, row in probabilities(x.values[row]) }]
        case .softmaxGradient:
            return [
                byRow { _, row in
                    let (y, dy) = (x.values[row], inputs[1].values[row])
                    let dot = zip(y, dy).reduce(0) { $0 + $1.0 * $1.1 }
                    return zip(y, dy).map { $0 * ($1 - dot) }
                }
            ]
        case .sparseCrossEntropy(let smoothing), .categoricalCrossEntropy(let smoothing):
            let losses = byRow { index, row in
                let logs = logProbabilities(x.values[row])
                return [-zip(target(op, inputs[1], index, columns, smoothing), logs).reduce(0) { $0 + $1.0 * $1.1 }]
            }
            return [losses, byRow { _, row in probabilities(x.values[row]) }]
        case .sparseCrossEntropyGradient(let smoothing), .categoricalCrossEntropyGradient(let smoothing):
            return [
                byRow { index, row in
                    let wanted = target(op, inputs[1], index, columns, smoothing)
                    let mass = wanted.reduce(0, +)
                    return zip(x.values[row], wanted).map { (mass * $0 - $1) * inputs[2].values[index] }
                }
            ]
        case .binaryCrossEntropy:
            return [zip(x.values, inputs[1].values).map { max($0, 0) - $0 * $1 + log1p(exp(-abs($0))) }]
        case .binaryCrossEntropyGradient:
            return [
                x.values.indices.map {
                    (UnaryFunction.sigmoid(x.values[$0]) - inputs[1].values[$0]) * inputs[2].values[$0]
                }
            ]
        default: preconditionFailure("\(op.name) is not a softmax or a cross-entropy")
        }
    }

    /// The smoothed distribution a row of logits is held to.
    private func target(_ op: Op, _ targets: DoubleArray, _ row: Int, _ classes: Int, _ smoothing: Float) -> [Double] {
        let isSparse =
            switch op {
            case .sparseCrossEntropy, .sparseCrossEntropyGradient: true
            default: false
            }
        return (0..<classes).map { index in
            let share =
                isSparse ? (Int(targets.values[row]) == index ? 1 : 0) : targets.values[row * classes + index]
            return share * (1 - Double(smoothing)) + Double(smoothing) / Double(classes)
        }
    }

    private func logProbabilities(_ logits: ArraySlice<Double>) -> [Double] {
        let maximum = logits.max() ?? 0
        let total = log(logits.reduce(0) { $0 + exp($1 - maximum) }) + maximum
        return logits.map { $0 - total }
    }

    private func probabilities(_ logits: ArraySlice<Double>) -> [Double] { logProbabilities(logits).map { exp($0) } }
}
