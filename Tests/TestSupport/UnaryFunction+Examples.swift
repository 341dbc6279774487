import Tensors

extension UnaryFunction {
    /// Every function, with several settings where it has any.
    package static let examples: [UnaryFunction] = [
        .relu, .relu(maximum: 6), .relu(slope: 0.2), .relu(slope: 0.1, maximum: 0.7, threshold: 0.3),
        .relu(slope: 0, maximum: .infinity, threshold: 0.5), .relu(slope: -0.5), .sigmoid, .tanh, .exp, .log, .negate,
        .square, .sqrt, .abs, .sign, .reciprocal, .elu(alpha: 1), .elu(alpha: 0.4), .elu(alpha: -1), .selu, .softplus,
        .softsign, .swish, .gelu(approximate: false), .gelu(approximate: true), .hardSigmoid(slope: 0.2, shift: 0.5),
        .hardSigmoid(slope: 1 / 6, shift: 0.5), .exponentialMinusOne, .sine,
        .cosine,
    ]

    package static let familyCount = 21

    /// A number per case. The switch is exhaustive: a new function does not compile until it is counted here, and then
    /// it needs an example.
    package var family: Int {
        switch self {
        case .relu: 0
        case .sigmoid: 1
        case .tanh: 2
        case .exp: 3
        case .log: 4
        case .negate: 5
        case .square: 6
        case .sqrt: 7
        case .abs: 8
        case .sign: 9
        case .reciprocal: 10
        case .elu: 11
        case .selu: 12
        case .softplus: 13
        case .softsign: 14
        case .swish: 15
        case .gelu: 16
        case .hardSigmoid: 17
        case .exponentialMinusOne: 18
        case .sine: 19
        case .cosine: 20
        }
    }

    /// Arguments in the function's domain, away from its kinks.
    package func testValues(_ count: Int, _ random: inout TestValues) -> [Double] {
        switch self {
        case .log, .sqrt: random.uniform(count, in: 0.2...4)
        case .reciprocal: random.uniform(count, in: 0.3...2).map { random.chance(0.5) ? $0 : -$0 }
        default:
            random.uniform(count, in: -3...3).map { x in
                let isNearKink = kinks.contains { Swift.abs($0 - x) < 0.01 }
                return isNearKink ? x + 0.05 : x
            }
        }
    }

    /// Where the function has no derivative.
    package var kinks: [Double] {
        switch self {
        case .relu(_, let maximum, let threshold): [Double(maximum), Double(threshold)]
        case .abs, .sign, .elu, .selu: [0]
        case .hardSigmoid(let slope, let shift): [-Double(shift / slope), Double((1 - shift) / slope)]
        default: []
        }
    }
}
