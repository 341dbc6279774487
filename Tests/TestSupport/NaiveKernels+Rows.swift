import Glibc

/// Rows: softmax, cross-entropies and normalisation over (rows, columns).
extension NaiveKernels {
    package static func softmax(_ x: ArraySlice<Double>) -> [Double] {
        let maximum = x.max() ?? 0
        let powers = x.map { exp($0 - maximum) }
        let total = powers.reduce(0, +)
        return powers.map { $0 / total }
    }

    /// −Σ t log softmax(x)
    package static func crossEntropy(_ x: ArraySlice<Double>, _ target: [Double]) -> Double {
        let maximum = x.max() ?? 0
        let total = maximum + log(x.reduce(0) { $0 + exp($1 - maximum) })
        return zip(x, target).reduce(0) { $0 + ($1.1 == 0 ? 0 : $1.1 * (total - $1.0)) }
    }

    /// The distribution that a target stands for after smoothing.
    package static func smoothed(_ target: [Double], by smoothing: Double) -> [Double] {
        target.map { $0 * (1 - smoothing) + smoothing / Double(target.count) }
    }

    /// Mean and biased variance of each column of the first `rows` rows.
    package static func moments(_ x: [Double], rows: Int, channels: Int) -> (mean: [Double], variance: [Double]) {
        let columns = (0..<channels).map { channel in (0..<rows).map { x[$0 * channels + channel] } }
        let means = columns.map { $0.reduce(0, +) / Double(rows) }
        let variances = zip(columns, means).map { column, mean in
            column.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(rows)
        }
        return (means, variances)
    }

    package static func normalized(
        _ x: [Double], gamma: [Double]?, beta: [Double]?, mean: [Double], variance: [Double], epsilon: Double
    ) -> [Double] {
        x.enumerated().map { index, value in
            let channel = index % mean.count
            let normal = (value - mean[channel]) / (variance[channel] + epsilon).squareRoot()
            return normal * (gamma?[channel] ?? 1) + (beta?[channel] ?? 0)
        }
    }

    /// dx, dGamma, dBeta. Rows from `validRows` on take part in no sum, and what flows through the sums does not
    /// reach them.
    package static func normalizationGradient(
        _ x: [Double], gamma: [Double]?, mean: [Double], variance: [Double], epsilon: Double, dy: [Double],
        training: Bool, validRows: Int
    ) -> (dx: [Double], dGamma: [Double], dBeta: [Double]) {
        let channels = mean.count
        let normal = normalized(x, gamma: nil, beta: nil, mean: mean, variance: variance, epsilon: epsilon)
        var (dGamma, dBeta) = ([Double](repeating: 0, count: channels), [Double](repeating: 0, count: channels))
        for index in 0..<validRows * channels {
            dGamma[index % channels] += dy[index] * normal[index]
            dBeta[index % channels] += dy[index]
        }
        let dx = x.indices.map { index in
            let channel = index % channels
            let scale = (gamma?[channel] ?? 1) / (variance[channel] + epsilon).squareRoot()
            guard training, index < validRows * channels else { return scale * dy[index] }
            return scale * (dy[index] - (dBeta[channel] + normal[index] * dGamma[channel]) / Double(validRows))
        }
        return (dx, dGamma, dBeta)
    }
}
