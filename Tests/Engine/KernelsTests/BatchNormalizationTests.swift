import Kernels
import TestSupport
import Tensors
import Testing

struct BatchNormalizationTests {
    static let shapes = [(1, 1), (2, 3), (33, 1), (100, 5), (1037, 8), (640, 33), (77, 64), (300, 129), (50, 300)]

    @Test(arguments: shapes, [true, false])
    func trainingAndItsGradient(_ shape: (Int, Int), _ affine: Bool) {
        let problem = NormalizationProblem(rows: shape.0, channels: shape.1)
        for valid in Set([shape.0, max(1, shape.0 * 2 / 3)]) {
            let result = problem.training(valid: valid, affine: affine)
            let (mean, variance) = NaiveKernels.moments(problem.x, rows: valid, channels: shape.1)
            #expect(worstULPs(result.mean, mean, floor: 1) <= 2)
            #expect(worstULPs(result.variance, variance, floor: 1e-3) <= 8)
            let expected = NaiveKernels.normalized(
                problem.x, gamma: affine ? problem.gamma : nil, beta: affine ? problem.beta : nil,
                mean: doubles(result.mean), variance: doubles(result.variance), epsilon: Double(Float(1e-3)))
            #expect(deviation(doubles(result.y), from: expected) <= 1e-6)
            checkGradient(problem, result.mean, result.variance, training: true, valid: valid, affine: affine)
        }
    }

    @Test(arguments: shapes, [true, false])
    func inferenceGradient(_ shape: (Int, Int), _ affine: Bool) {
        let problem = NormalizationProblem(rows: shape.0, channels: shape.1)
        let (mean, variance) = NaiveKernels.moments(problem.x, rows: shape.0, channels: shape.1)
        checkGradient(problem, floats(mean), floats(variance), training: false, valid: shape.0, affine: affine)
    }

    func checkGradient(
        _ problem: NormalizationProblem, _ mean: [Float], _ variance: [Float], training: Bool, valid: Int,
        affine: Bool
    ) {
        let found = problem.gradient(mean, variance, training: training, valid: valid, affine: affine)
        let expected = NaiveKernels.normalizationGradient(
            problem.x, gamma: affine ? problem.gamma : nil, mean: doubles(mean), variance: doubles(variance),
            epsilon: Double(Float(1e-3)), dy: problem.dy, training: training, validRows: valid)
        #expect(deviation(doubles(found.dx), from: expected.dx, floor: 1) <= 3e-6)
        #expect(deviation(doubles(found.dGamma), from: expected.dGamma) <= 3e-6)
        #expect(deviation(doubles(found.dBeta), from: expected.dBeta) <= 3e-6)
    }

    /// With a rectifier in the same sweep: the result is what a pass of its own gives, and the gradient what dy gives where
    /// the rectifier lets it through; dx may lie where dy does.
    @Test(arguments: shapes, [UnaryFunction.relu, .relu(maximum: 1)])
    func rectifiersInTheSameSweep(_ shape: (Int, Int), _ rectifier: UnaryFunction) {
        let problem = NormalizationProblem(rows: shape.0, channels: shape.1)
        for affine in [true, false] {
            let valid = max(1, shape.0 * 2 / 3)
            let plain = problem.training(valid: valid, affine: affine)
            let fused = problem.training(valid: valid, affine: affine, activation: rectifier)
            #expect(fused.y == plain.y.map { Float(rectifier(Double($0))) })
            #expect(fused.mean == plain.mean && fused.variance == plain.variance)
            let open = plain.y.map { $0 > 0 && Double($0) < (rectifier == .relu ? .infinity : 1) }
            let passed = NormalizationProblem(problem, dy: zip(problem.dy, open).map { $1 ? $0 : 0 })
            for training in [true, false] {
                let rows = training ? valid : shape.0
                let expected = passed.gradient(
                    plain.mean, plain.variance, training: training, valid: rows, affine: affine)
                let found = problem.gradient(
                    plain.mean, plain.variance, training: training, valid: rows, affine: affine, rectifier: rectifier)
                #expect(found.dx == expected.dx)
                #expect(found.dGamma == expected.dGamma && found.dBeta == expected.dBeta)
            }
        }
    }

    /// What is added in the same sweep gives the bits of a sum of its own, before the rectifier.
    @Test(arguments: shapes, [nil, .relu] as [UnaryFunction?])
    func residualsInTheSameSweep(_ shape: (Int, Int), _ rectifier: UnaryFunction?) {
        let problem = NormalizationProblem(rows: shape.0, channels: shape.1)
        let residual = floats(problem.dy)
        func added(_ y: [Float]) -> [Float] {
            zip(y, residual).map { $0 + $1 }.map { rectifier == nil ? $0 : max($0, 0) }
        }
        for affine in [true, false] {
            let valid = max(1, shape.0 * 2 / 3)
            let plain = problem.training(valid: valid, affine: affine)
            let fused = problem.training(valid: valid, affine: affine, residual: residual, activation: rectifier)
            #expect(fused.y == added(plain.y))
            #expect(fused.mean == plain.mean && fused.variance == plain.variance)
            func inference(_ residual: [Float]?, _ rectifier: UnaryFunction?) -> [Float] {
                var y = floats(problem.x)
                y.withUnsafeMutableBufferPointer { y in
                    BatchNormalization.inference(
                        y.baseAddress!, gamma: nil, beta: nil, mean: plain.mean, variance: plain.variance,
                        epsilon: 1e-3, residual: residual, activation: rectifier, into: y.baseAddress!, rows: shape.0,
                        channels: shape.1)
                }
                return y
            }
            #expect(inference(residual, rectifier) == added(inference(nil, nil)))
        }
    }

    @Test(arguments: [nil, UnaryFunction.relu, .swish])
    func inference(_ activation: UnaryFunction?) {
        for (rows, channels) in Self.shapes {
            let problem = NormalizationProblem(rows: rows, channels: channels)
            let (mean, variance) = NaiveKernels.moments(problem.x, rows: rows, channels: channels)
            let expected = NaiveKernels.normalized(
                problem.x, gamma: problem.gamma, beta: problem.beta, mean: doubles(floats(mean)),
                variance: doubles(floats(variance)), epsilon: Double(Float(1e-3)))
            var y = floats(problem.x)
            y.withUnsafeMutableBufferPointer {
                BatchNormalization.inference(
                    $0.baseAddress!, gamma: floats(problem.gamma), beta: floats(problem.beta), mean: floats(mean),
                    variance: floats(variance), epsilon: 1e-3, activation: activation, into: $0.baseAddress!,
                    rows: rows, channels: channels)
            }
            #expect(deviation(doubles(y), from: expected.map { activation?($0) ?? $0 }) <= 1e-6)
        }
    }

    /// A first row far from all others, and a mean a thousand times the spread: the variance keeps its digits.
    @Test func outliersDoNotSpoilTheVariance() {
        var values = TestValues(seed: 62)
        let rows = 5000
        var x = values.normal(rows * 2).map { Double(Float($0 + 1000)) }
        (x[0], x[1]) = (0, 0)
        var (mean, variance): ([Float], [Float]) = ([0, 0], [0, 0])
        _ = filled(x.count) {
            BatchNormalization.training(
                floats(x), gamma: nil, beta: nil, epsilon: 1e-3, into: $0, mean: &mean, variance: &variance,
                rows: rows, validRows: rows, channels: 2)
        }
        let expected = NaiveKernels.moments(x, rows: rows, channels: 2)
        #expect(deviation(doubles(mean), from: expected.mean) <= 1e-7)
        #expect(deviation(doubles(variance), from: expected.variance) <= 1e-6)
    }

    /// What the padding of a batch holds reaches no statistic and no other row.
    @Test func paddingDoesNotCount() {
        let problem = NormalizationProblem(rows: 40, channels: 3)
        let whole = problem.training(valid: 25, affine: true)
        let cut = NormalizationProblem(problem, rows: 25).training(valid: 25, affine: true)
        #expect(whole.mean == cut.mean && whole.variance == cut.variance)
        #expect(Array(whole.y[..<75]) == cut.y)
    }

    @Test(arguments: [(20_001, 5), (3000, 64), (400, 300)])
    func threadsDoNotChangeBits(_ rows: Int, _ channels: Int) {
        let problem = NormalizationProblem(rows: rows, channels: channels)
        let bits = onOneAndTwoThreads {
            let forward = problem.training(valid: rows - 1, affine: true)
            let backward = problem.gradient(
                forward.mean, forward.variance, training: true, valid: rows - 1, affine: true)
            return forward.y + forward.mean + forward.variance + backward.dx + backward.dGamma + backward.dBeta
        }
        #expect(bits.one == bits.two)
    }

    @Test func onlyWhatIsWantedIsComputed() {
        let problem = NormalizationProblem(rows: 9, channels: 4)
        let all = problem.gradient(
            Array(repeating: 0, count: 4), Array(repeating: 1, count: 4), training: true, valid: 9, affine: true)
        let dx = filled(36) {
            BatchNormalization.gradient(
                floats(problem.x), gamma: floats(problem.gamma), mean: [0, 0, 0, 0], variance: [1, 1, 1, 1],
                epsilon: 1e-3, outputGradient: floats(problem.dy), training: true, dx: $0, dGamma: nil, dBeta: nil,
                rows: 9, validRows: 9, channels: 4)
        }
        #expect(dx == all.dx)
        let dBeta = filled(4) {
            BatchNormalization.gradient(
                floats(problem.x), gamma: floats(problem.gamma), mean: [0, 0, 0, 0], variance: [1, 1, 1, 1],
                epsilon: 1e-3, outputGradient: floats(problem.dy), training: true, dx: nil, dGamma: nil, dBeta: $0,
                rows: 9, validRows: 9, channels: 4)
        }
        #expect(dBeta == all.dBeta)
    }
}

/// An input whose channels have means far from 0 beside their spread, and all that goes with it.
struct NormalizationProblem {
    let rows: Int
    let channels: Int
    let x: [Double]
    let dy: [Double]
    let gamma: [Double]
    let beta: [Double]

    init(rows: Int, channels: Int) {
        var values = TestValues(seed: 61)
        (self.rows, self.channels) = (rows, channels)
        let (center, spread) = (values.normal(channels, scale: 10), values.uniform(channels, in: 0.5...3))
        x = values.normal(rows * channels).enumerated().map {
            Double(Float($1 * spread[$0 % channels] + center[$0 % channels]))
        }
        dy = values.normal(rows * channels)
        (gamma, beta) = (values.normal(channels), values.normal(channels))
    }

    /// The first rows of another problem.
    init(_ other: NormalizationProblem, rows: Int) {
        (self.rows, channels) = (rows, other.channels)
        (gamma, beta) = (other.gamma, other.beta)
        x = Array(other.x[..<(rows * other.channels)])
        dy = Array(other.dy[..<(rows * other.channels)])
    }

    /// The same with other gradients.
    init(_ other: NormalizationProblem, dy: [Double]) {
        (rows, channels, x, gamma, beta) = (other.rows, other.channels, other.x, other.gamma, other.beta)
        self.dy = dy
    }

    func training(
        valid: Int, affine: Bool, residual: [Float]? = nil, activation: UnaryFunction? = nil
    ) -> (y: [Float], mean: [Float], variance: [Float]) {
        var mean = [Float](repeating: .nan, count: channels)
        var variance = mean
        let y = filled(x.count) { y in
            withPointer(affine ? floats(gamma) : nil) { gamma in
                withPointer(affine ? floats(beta) : nil) { beta in
                    BatchNormalization.training(
                        floats(x), gamma: gamma, beta: beta, epsilon: 1e-3, residual: residual, activation: activation,
                        into: y,
                        mean: &mean, variance: &variance, rows: rows, validRows: valid, channels: channels)
                }
            }
        }
        return (y, mean, variance)
    }

    func gradient(
        _ mean: [Float], _ variance: [Float], training: Bool, valid: Int, affine: Bool, rectifier: UnaryFunction? = nil
    ) -> (dx: [Float], dGamma: [Float], dBeta: [Float]) {
        var dGamma = [Float](repeating: .nan, count: channels)
        var dBeta = dGamma
        let dx = filled(x.count) { dx in
            for (index, value) in dy.enumerated() { dx[index] = Float(value) }
            withPointer(affine ? floats(gamma) : nil) { gamma in
                withPointer(affine ? floats(beta) : nil) { beta in
                    BatchNormalization.gradient(
                        floats(x), gamma: gamma, beta: beta, mean: mean, variance: variance, epsilon: 1e-3,
                        rectifier: rectifier, outputGradient: dx, training: training, dx: dx, dGamma: &dGamma,
                        dBeta: &dBeta, rows: rows, validRows: valid, channels: channels)
                }
            }
        }
        return (dx, dGamma, dBeta)
    }
}
