import Glibc
import Kernels
import TestSupport
import Tensors
import Testing

struct ElementwiseUnaryTests {
    static let functions: [UnaryFunction] = [
        .relu, .relu(slope: 0.1), .relu(slope: 0, maximum: 6), .relu(slope: 0.2, maximum: 3, threshold: 0.5),
        .relu(slope: -0.5), .relu(slope: 0, maximum: .infinity, threshold: 1), .sigmoid, .tanh, .exp, .log, .negate,
        .square, .sqrt, .abs, .sign, .reciprocal, .elu(alpha: 1), .elu(alpha: 0.3), .elu(alpha: -0.7), .selu,
        .softplus, .softsign, .swish, .gelu(approximate: false), .gelu(approximate: true),
        .hardSigmoid(slope: 0.2, shift: 0.5), .hardSigmoid(slope: 1 / 6, shift: 0.5), .exponentialMinusOne,
        .sine, .cosine,
    ]

    /// Values where the function is defined: all sizes from 2⁻²⁰ to 2⁶, both signs.
    static func domain(of function: UnaryFunction, count: Int) -> [Float] {
        var values = TestValues(seed: 11)
        let sizes = values.uniform(count, in: -20...6)
        let normal = values.normal(count, scale: 3)
        return zip(sizes, normal).enumerated().map { index, pair in
            let size = Float(pair.0.exponentiated)
            let value = index % 2 == 0 ? Float(pair.1) : pair.1 < 0 ? -size : size
            return function == .log || function == .sqrt ? abs(value) : value
        }
    }

    func run(_ function: UnaryFunction, _ x: [Float]) -> [Float] {
        filled(x.count) { Elementwise.unary(function, x, into: $0, count: x.count) }
    }

    @Test(arguments: functions)
    func valuesAreGoodToAFewUnits(_ function: UnaryFunction) {
        let x = Self.domain(of: function, count: 6_007)
        let expected = x.map { reference(function, Double($0)) }
        let y = run(function, x)
        switch function {
        case .gelu:
            #expect(worstULPs(y, expected, floor: 1e-2) <= 12)
            // Far out in the lower tail an exponent's rounding moves the value by many units.
            #expect(worstULPs(y, expected, floor: 1e-30) <= 150)
        // slope · x + shift cancels near its zero.
        case .hardSigmoid: #expect(worstULPs(y, expected, floor: 0.5) <= 2)
        default: #expect(worstULPs(y, expected, floor: 1e-30) <= 4)
        }
    }

    /// Without the cancellation in gelu's lower tail that the definition has, even in double precision.
    func reference(_ function: UnaryFunction, _ x: Double) -> Double {
        switch function {
        case .gelu(approximate: false): return 0.5 * x * erfc(-x / 2.0.squareRoot())
        case .gelu(approximate: true):
            return x * UnaryFunction.sigmoid((8 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x))
        default: return function(x)
        }
    }

    @Test(arguments: functions)
    func countsThatAreNoMultipleOfAVectorWorkInPlaceToo(_ function: UnaryFunction) {
        let all = Self.domain(of: function, count: 1027)
        let whole = run(function, all).map(\.bitPattern)
        for count in oddCounts {
            let apart = run(function, Array(all[..<count]))
            var place = Array(all[..<count])
            place.withUnsafeMutableBufferPointer {
                Elementwise.unary(function, $0.baseAddress!, into: $0.baseAddress!, count: count)
            }
            #expect(apart.map(\.bitPattern) == Array(whole[..<count]))
            #expect(place.map(\.bitPattern) == Array(whole[..<count]))
        }
    }

    @Test(arguments: functions)
    func threadsDoNotChangeBits(_ function: UnaryFunction) {
        let x = Self.domain(of: function, count: 33_001)
        let bits = onOneAndTwoThreads { run(function, x) }
        #expect(bits.one == bits.two)
    }

    @Test(arguments: functions)
    func aNaNStaysOne(_ function: UnaryFunction) {
        for count in [1, 40] {
            #expect(run(function, [Float](repeating: .nan, count: count)).allSatisfy { $0.isNaN })
        }
    }

    /// What a function tends to, at −∞ and at +∞.
    @Test(arguments: [
        (UnaryFunction.relu, Float(0), Float.infinity), (.relu(slope: 0.5), -.infinity, .infinity),
        (.relu(slope: 0, maximum: 6), 0, 6), (.sigmoid, 0, 1), (.tanh, -1, 1), (.exp, 0, .infinity),
        (.log, .nan, .infinity), (.elu(alpha: 0.5), -0.5, .infinity), (.softplus, 0, .infinity),
        (.swish, 0, .infinity), (.gelu(approximate: false), 0, .infinity), (.gelu(approximate: true), 0, .infinity),
        (.hardSigmoid(slope: 0.2, shift: 0.5), 0, 1), (.exponentialMinusOne, -1, .infinity), (.sign, -1, 1),
        (.abs, .infinity, .infinity), (.reciprocal, 0, 0), (.sqrt, .nan, .infinity),
    ])
    func limits(_ function: UnaryFunction, _ lower: Float, _ upper: Float) {
        let y = run(function, [-.infinity, .infinity])
        #expect(y[0] == lower || y[0].isNaN && lower.isNaN)
        #expect(y[1] == upper)
    }

    @Test func exponentialOverItsWholeRange() {
        let x = stride(from: Float(-110), to: 95, by: 0.0331).map { $0 }
        #expect(worstULPs(run(.exp, x), x.map { UnaryFunction.exp(Double($0)) }) <= 3)
        #expect(run(.exp, [88.722839, 88.72284, -103.97, -103.98])[1] == .infinity)
    }

    @Test func logarithmOverItsWholeRange() {
        let x = stride(from: UInt32(1), to: 0x7F80_0000, by: 262_139).map { Float(bitPattern: $0) }
        #expect(worstULPs(run(.log, x), x.map { UnaryFunction.log(Double($0)) }) <= 3)
        #expect(run(.log, [0, -0.0]) == [-.infinity, -.infinity])
        #expect(run(.log, [-1]).allSatisfy { $0.isNaN })
    }

    @Test func tinyArgumentsKeepTheirDigits() {
        let x: [Float] = [1e-8, -1e-8, 3e-20, -3e-30, Float(bitPattern: 700_000), -.leastNonzeroMagnitude]
        #expect(run(.tanh, x) == x)
        #expect(run(.exponentialMinusOne, x) == x)
        #expect(run(.tanh, [-0.0])[0].sign == .minus)
    }
}

struct ElementwiseUnaryGradientTests {
    func run(_ function: UnaryFunction, _ saved: [Float], _ dy: [Float]) -> [Float] {
        filled(dy.count) {
            Elementwise.unaryGradient(function, saved: saved, outputGradient: dy, into: $0, count: dy.count)
        }
    }

    func arguments(_ function: UnaryFunction, count: Int) -> (saved: [Float], dy: [Float]) {
        var values = TestValues(seed: 5)
        let x = ElementwiseUnaryTests.domain(of: function, count: count)
        let saved = function.gradientUsesOutput ? x.map { Float(function(Double($0))) } : x
        return (saved, floats(values.normal(count)))
    }

    @Test(arguments: ElementwiseUnaryTests.functions)
    func followsTheSlope(_ function: UnaryFunction) {
        let (saved, dy) = arguments(function, count: 3_001)
        let expected = zip(saved, dy).map { saved, dy in
            let saved = Double(saved)
            let slope = function.gradientUsesOutput ? function.slope(output: saved) : function.slope(at: saved)
            return Double(dy) * slope
        }
        // Relative to slopes of ordinary size: far out some of them cross 0.
        #expect(worstULPs(run(function, saved, dy), expected, floor: 0.25) <= 8)
    }

    @Test(arguments: ElementwiseUnaryTests.functions)
    func mayReplaceTheGradientThatArrives(_ function: UnaryFunction) {
        for count in oddCounts {
            let (saved, dy) = arguments(function, count: count)
            var place = dy
            place.withUnsafeMutableBufferPointer {
                Elementwise.unaryGradient(
                    function, saved: saved, outputGradient: UnsafePointer($0.baseAddress!), into: $0.baseAddress!,
                    count: count)
            }
            #expect(place == run(function, saved, dy))
        }
    }

    @Test(arguments: ElementwiseUnaryTests.functions)
    func threadsDoNotChangeBits(_ function: UnaryFunction) {
        let (saved, dy) = arguments(function, count: 33_003)
        let bits = onOneAndTwoThreads { run(function, saved, dy) }
        #expect(bits.one == bits.two)
    }

    @Test(arguments: [UnaryFunction.swish, .gelu(approximate: false), .gelu(approximate: true)])
    func infiniteInputsHaveTheSlopeOfTheLimit(_ function: UnaryFunction) {
        let dx = run(function, [-.infinity, .infinity], [1, 1])
        #expect(dx == [0, 1])
    }

    @Test func whatAReLUBlocksIsZeroWhateverArrives() {
        #expect(run(.relu, [0, -0.0, 2], [.infinity, -.infinity, 3]) == [0, 0, 3])
        #expect(run(.relu(slope: 0, maximum: 6), [0, 6, 2], [.infinity, 5, 3]) == [0, 0, 3])
    }
}

extension Double {
    /// 2 to this power.
    fileprivate var exponentiated: Double { UnaryFunction.exp(self * 0.6931471805599453) }
}
