import Glibc
import Tensors

extension Initializer {
    /// Fills a tensor. The values depend on the seed and the tensor's path alone, so that adding or removing another
    /// layer changes nothing here. Not for `unknown`.
    package func fill(_ values: UnsafeMutablePointer<Float>, shape: Shape, path: ParameterPath, seed: UInt64) {
        var random = SeededGenerator(seed: seed, stream: .initialization, substream: path.fingerprint)
        func each(_ next: () -> Double) { for i in 0..<shape.count { values[i] = Float(next()) } }
        switch self {
        case .constant(let value): values.update(repeating: value, count: shape.count)
        case .uniform(let low, let high): each { Double(low) + Double(high - low) * random.nextUniform() }
        case .normal(let mean, let deviation): each { Double(mean) + Double(deviation) * random.nextNormal() }
        case .truncatedNormal(let mean, let deviation):
            each { Double(mean) + Double(deviation) * random.nextTruncatedNormal() }
        case .varianceScaling(let scale, let mode, let distribution):
            let (fanIn, fanOut) = Initializer.fans(of: shape)
            let fan: Double =
                switch mode {
                case .fanIn: fanIn
                case .fanOut: fanOut
                case .fanAverage: (fanIn + fanOut) / 2
                }
            let variance = Double(scale) / max(1, fan)
            switch distribution {
            case .uniform:
                let limit = (3 * variance).squareRoot()
                each { limit * (2 * random.nextUniform() - 1) }
            // 0.8796… is the deviation of a standard normal cut off at ±2.
            case .truncatedNormal:
                let deviation = variance.squareRoot() / 0.87962566103423978
                each { deviation * random.nextTruncatedNormal() }
            case .untruncatedNormal:
                let deviation = variance.squareRoot()
                each { deviation * random.nextNormal() }
            }
        case .identity(let gain):
            let columns = max(shape.dimensions.last ?? 1, 1)
            for i in 0..<shape.count { values[i] = i / columns == i % columns ? gain : 0 }
        case .forgetGate(let others, let units):
            others.fill(values, shape: shape, path: path, seed: seed)
            (values + units).update(repeating: 1, count: units)
        case .unknown(let problem): preconditionFailure(problem)
        case .orthogonal(let gain): Initializer.orthogonal(values, shape, gain: Double(gain), &random)
        }
    }

    /// Keras' fans: a kernel's receptive field times its last two dimensions.
    static func fans(of shape: Shape) -> (fanIn: Double, fanOut: Double) {
        switch shape.rank {
        case 0: return (1, 1)
        case 1: return (Double(shape[0]), Double(shape[0]))
        default:
            let field = shape.dimensions.dropLast(2).reduce(1, *)
            return (Double(field * shape[-2]), Double(field * shape[-1]))
        }
    }

    /// Rows (or columns, where there are fewer) made orthonormal by modified Gram–Schmidt in double precision.
    private static func orthogonal(
        _ values: UnsafeMutablePointer<Float>, _ shape: Shape, gain: Double, _ random: inout SeededGenerator
    ) {
        let columns = shape.dimensions.last ?? 1
        let rows = shape.count / max(columns, 1)
        let (count, length) = (min(rows, columns), max(rows, columns))
        var basis: [[Double]] = []
        while basis.count < count {
            var vector = (0..<length).map { _ in random.nextNormal() }
            for other in basis {
                let projection = zip(vector, other).reduce(0) { $0 + $1.0 * $1.1 }
                for i in 0..<length { vector[i] -= projection * other[i] }
            }
            let norm = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
            if norm > 1e-6 { basis.append(vector.map { $0 / norm }) }
        }
        for row in 0..<rows {
            for column in 0..<columns {
                values[row * columns + column] = Float(
                    gain * (rows >= columns ? basis[column][row] : basis[row][column]))
            }
        }
    }
}

extension SeededGenerator {
    /// A standard normal, drawn again until it lies within two deviations.
    mutating func nextTruncatedNormal() -> Double {
        while true {
            let value = nextNormal()
            if abs(value) <= 2 { return value }
        }
    }
}
