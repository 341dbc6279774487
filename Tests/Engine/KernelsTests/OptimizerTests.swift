import Kernels
import TestSupport
import Tensors
import Testing

/// Every rule over three segments with gaps, held to its formula in double precision.
struct OptimizerTests {
    static let rules = ["sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adadelta", "adam"]
    static let segments = [
        OptimizerSegment(offset: 0, count: 37, rate: 0.1, decay: 0, correction1: 0.1, correction2: 0.001),
        OptimizerSegment(offset: 48, count: 1, rate: 0.01, decay: 0.5, correction1: 0.19, correction2: 0.002),
        OptimizerSegment(offset: 64, count: 20_000, rate: 0.02, decay: 0.1, correction1: 0.9, correction2: 0.2),
        OptimizerSegment(offset: 20_100, count: 20_000, rate: 0, decay: 0.1, correction1: 0.9, correction2: 0.2),
    ]
    static let size = 40_120
    static let (scale, a, b, epsilon): (Float, Float, Float, Float) = (0.5, 0.9, 0.999, 1e-7)

    struct State {
        var weights: [Float]
        var first: [Float]
        var second: [Float]
    }

    let gradients: [Float]
    let start: State

    init() {
        var values = TestValues(seed: 81)
        gradients = floats(values.normal(Self.size))
        start = State(
            weights: floats(values.normal(Self.size)), first: floats(values.uniform(Self.size, in: 0.1...1)),
            second: floats(values.uniform(Self.size, in: 0.1...1)))
    }

    func update(_ rule: String) -> State {
        var s = start
        let (g, segments, scale, a, epsilon) = (gradients, Self.segments, Self.scale, Self.a, Self.epsilon)
        switch rule {
        case "sgd": OptimizerKernels.sgd(weights: &s.weights, gradients: g, segments: segments, gradientScale: scale)
        case "momentum", "nesterov":
            OptimizerKernels.momentum(
                weights: &s.weights, gradients: g, segments: segments, gradientScale: scale, velocity: &s.first,
                momentum: a, nesterov: rule == "nesterov")
        case "adagrad":
            OptimizerKernels.adagrad(
                weights: &s.weights, gradients: g, segments: segments, gradientScale: scale, accumulator: &s.first,
                epsilon: epsilon)
        case "rmsprop":
            OptimizerKernels.rmsprop(
                weights: &s.weights, gradients: g, segments: segments, gradientScale: scale, meanSquare: &s.first,
                rho: a, epsilon: epsilon)
        case "adadelta":
            OptimizerKernels.adadelta(
                weights: &s.weights, gradients: g, segments: segments, gradientScale: scale,
                accumulatedGradient: &s.first, accumulatedDelta: &s.second, rho: a, epsilon: epsilon)
        default:
            OptimizerKernels.adam(
                weights: &s.weights, gradients: g, segments: segments, gradientScale: scale, first: &s.first,
                second: &s.second, beta1: a, beta2: Self.b, epsilon: epsilon)
        }
        return s
    }

    /// What moves and what is remembered, by the formula.
    private func expected(
        _ rule: String, _ s: OptimizerSegment, _ p: Double, _ q: Double, _ g: Double
    ) -> (move: Double, p: Double, q: Double) {
        let (a, b, epsilon) = (Double(Self.a), Double(Self.b), Double(Self.epsilon))
        switch rule {
        case "sgd": return (g, p, q)
        case "momentum": return (a * p + g, a * p + g, q)
        case "nesterov": return (g + a * (a * p + g), a * p + g, q)
        case "adagrad": return (g / (p + g * g + epsilon).squareRoot(), p + g * g, q)
        case "rmsprop":
            let mean = a * p + (1 - a) * g * g
            return (g / (mean + epsilon).squareRoot(), mean, q)
        case "adadelta":
            let mean = a * p + (1 - a) * g * g
            let delta = g * (q + epsilon).squareRoot() / (mean + epsilon).squareRoot()
            return (delta, mean, a * q + (1 - a) * delta * delta)
        default:
            let (first, second) = (a * p + (1 - a) * g, b * q + (1 - b) * g * g)
            let root = (second / Double(s.correction2)).squareRoot()
            return (first / Double(s.correction1) / (root + epsilon), first, second)
        }
    }

    @Test(arguments: rules)
    func followsTheFormulaAndLeavesGapsAlone(_ rule: String) {
        var (weights, first, second) = (doubles(start.weights), doubles(start.first), doubles(start.second))
        for s in Self.segments {
            for i in s.offset..<(s.offset + s.count) {
                let g = Double(gradients[i]) * Double(Self.scale)
                let step = expected(rule, s, first[i], second[i], g)
                weights[i] -= Double(s.rate) * Double(s.decay) * weights[i] + Double(s.rate) * step.move
                (first[i], second[i]) = (step.p, step.q)
            }
        }
        let found = update(rule)
        #expect(worstULPs(found.weights, weights, floor: 0.5) <= 4)
        #expect(worstULPs(found.first, first, floor: 0.5) <= 4)
        #expect(worstULPs(found.second, second, floor: 0.05) <= 4)
        for gap in [37..<48, 49..<64, 20_064..<20_100, 40_100..<40_120] {
            #expect(gap.allSatisfy { found.weights[$0] == start.weights[$0] && found.first[$0] == start.first[$0] })
        }
    }

    @Test(arguments: rules)
    func threadsDoNotChangeBits(_ rule: String) {
        let bits = onOneAndTwoThreads {
            let state = update(rule)
            return state.weights + state.first + state.second
        }
        #expect(bits.one == bits.two)
    }

    /// rate · decay far below the spacing of floats at 1 still shrinks weights by the right amount on average.
    @Test func smallDecayIsNotRoundedAway() {
        let rate: Float = 1e-3, decay: Float = 1e-3
        var weights = (0..<1000).map { 1 + Float($0) / 1000 }
        let before = doubles(weights).reduce(0, +)
        let zeros = [Float](repeating: 0, count: 1000)
        let segment = OptimizerSegment(
            offset: 0, count: 1000, rate: rate, decay: decay, correction1: 1, correction2: 1)
        for _ in 0..<100 {
            OptimizerKernels.sgd(weights: &weights, gradients: zeros, segments: [segment], gradientScale: 1)
        }
        let lost = 1 - doubles(weights).reduce(0, +) / before
        #expect(abs(lost / 1e-4 - 1) < 0.05)
    }

    @Test func nothingToUpdate() {
        var weights: [Float] = [1, 2]
        OptimizerKernels.sgd(weights: &weights, gradients: [1, 1], segments: [], gradientScale: 1)
        #expect(weights == [1, 2])
    }
}
