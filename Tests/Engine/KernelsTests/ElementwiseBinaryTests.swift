import Kernels
import TestSupport
import Tensors
import Testing

struct ElementwiseBinaryTests {
    static let functions: [BinaryFunction] = [
        .add, .subtract, .multiply, .divide, .maximum, .minimum, .greaterOrEqual,
        .greater, .equal, .power,
    ]

    static let shapes: [(Shape, Shape)] = [
        ([], []), ([7], []), ([], [7]), ([5, 3], [3]), ([3], [5, 3]), ([700, 5], [5]), ([40, 300], [300]),
        ([6, 4], [6, 1]), ([6, 1], [6, 4]), ([6, 1], [1, 4]), ([2, 3, 4], [3, 1]), ([2, 1, 4], [2, 3, 1]),
        ([2, 3, 4, 5], [3, 1, 5]), ([2, 3, 4, 5], [2, 1, 1, 5]), ([2, 1, 3, 1, 2], [5, 1, 4, 1]),
        ([1, 1, 1], [1]), ([0, 3], [3]),
    ]

    @Test(arguments: functions)
    func equalShapesAndInPlace(_ function: BinaryFunction) {
        var values = TestValues(seed: 3)
        for count in oddCounts {
            let (a, b) = (floats(values.normal(count)), floats(values.normal(count)))
            let expected = zip(a, b).map { function(Double($0), Double($1)) }
            let y = filled(count) { Elementwise.binary(function, a, b, into: $0, count: count) }
            #expect(worstULPs(y, expected) <= (function == .power ? 1 : 0.5))
            var (left, right) = (a, b)
            left.withUnsafeMutableBufferPointer {
                Elementwise.binary(function, $0.baseAddress!, b, into: $0.baseAddress!, count: count)
            }
            right.withUnsafeMutableBufferPointer {
                Elementwise.binary(function, a, $0.baseAddress!, into: $0.baseAddress!, count: count)
            }
            #expect(left.map(\.bitPattern) == y.map(\.bitPattern))
            #expect(right.map(\.bitPattern) == y.map(\.bitPattern))
        }
    }

    @Test(arguments: functions)
    func broadcasts(_ function: BinaryFunction) {
        var values = TestValues(seed: 4)
        for (aShape, bShape) in Self.shapes {
            let (a, b) = (values.normal(aShape.count), values.normal(bShape.count))
            let plan = BroadcastPlan(a: aShape, b: bShape)
            let expected = NaiveKernels.binary(function, a, aShape, b, bShape)
            let y = filled(expected.count) { Elementwise.binary(function, floats(a), floats(b), into: $0, plan: plan) }
            #expect(worstULPs(y, expected) <= (function == .power ? 1 : 0.5), "\(aShape) and \(bShape)")
        }
    }

    static let largeShapes: [(Shape, Shape)] = [
        ([5000, 9], [9]), ([90, 500], [500]), ([300, 160], [300, 1]), ([30, 40, 50], [30, 1, 50]), ([50_000], []),
    ]

    @Test(arguments: largeShapes)
    func threadsDoNotChangeBits(_ aShape: Shape, _ bShape: Shape) {
        var values = TestValues(seed: 6)
        let (a, b) = (floats(values.normal(aShape.count)), floats(values.normal(bShape.count)))
        let plan = BroadcastPlan(a: aShape, b: bShape)
        let bits = onOneAndTwoThreads {
            filled(aShape.count) { Elementwise.binary(.divide, a, b, into: $0, plan: plan) }
        }
        #expect(bits.one == bits.two)
    }

    @Test func equalityAndOrder() {
        let (a, b): ([Float], [Float]) = ([1, 2, 2, .nan, -0.0], [2, 1, 2, .nan, 0])
        func run(_ function: BinaryFunction) -> [Float] {
            filled(5) { Elementwise.binary(function, a, b, into: $0, count: 5) }
        }
        #expect(run(.greater) == [0, 1, 0, 0, 0])
        #expect(run(.greaterOrEqual) == [0, 1, 1, 0, 1])
        #expect(run(.equal) == [0, 0, 1, 0, 1])
    }

    @Test(arguments: 0..<8) func selections(_ repeats: Int) {
        var values = TestValues(seed: 7)
        let flags = (repeats & 1 != 0, repeats & 2 != 0, repeats & 4 != 0)
        for count in oddCounts + [50_001] {
            let condition = (0..<(flags.0 ? 1 : count)).map { _ in Float(values.choice([0, -0.0, 1, -3, 0.5])) }
            let a = floats(values.normal(flags.1 ? 1 : count))
            let b = floats(values.normal(flags.2 ? 1 : count))
            let expected = (0..<count).map {
                condition[flags.0 ? 0 : $0] != 0 ? a[flags.1 ? 0 : $0] : b[flags.2 ? 0 : $0]
            }
            let bits = onOneAndTwoThreads {
                filled(count) { Elementwise.select(condition, a, b, into: $0, count: count, repeating: flags) }
            }
            #expect(bits.one == bits.two && bits.one == expected.map(\.bitPattern))
            guard !flags.1 else { continue }
            var place = a
            place.withUnsafeMutableBufferPointer {
                let base = $0.baseAddress!
                Elementwise.select(condition, base, b, into: base, count: count, repeating: flags)
            }
            #expect(place == expected)
        }
    }

    @Test func maximumAndMinimumKeepNaN() {
        let (a, b): ([Float], [Float]) = ([.nan, 1, 2], [1, .nan, 3])
        for function in [BinaryFunction.maximum, .minimum] {
            let y = filled(3) { Elementwise.binary(function, a, b, into: $0, count: 3) }
            #expect(y[0].isNaN && y[1].isNaN && y[2] == (function == .maximum ? 3 : 2))
        }
    }
}

struct ElementwiseRowTests {
    @Test(arguments: [nil, UnaryFunction.relu, .tanh, .gelu(approximate: false)], [true, false])
    func addsABiasAndActivates(_ activation: UnaryFunction?, _ hasBias: Bool) {
        var values = TestValues(seed: 8)
        for (rows, columns) in [(1, 1), (3, 5), (500, 7), (4, 128), (5, 129), (3, 5000), (0, 4)] {
            let x = floats(values.normal(rows * columns))
            let bias = floats(values.normal(columns))
            let sums = x.enumerated().map { hasBias ? $1 + bias[$0 % columns] : $1 }
            let expected = sums.map { activation?(Double($0)) ?? Double($0) }
            func add(_ x: FloatInput, _ y: FloatOutput) {
                bias.withUnsafeBufferPointer {
                    Elementwise.addBias(
                        x, bias: hasBias ? $0.baseAddress : nil, activation: activation, into: y, rows: rows,
                        columns: columns)
                }
            }
            let y = filled(x.count) { add(x, $0) }
            #expect(worstULPs(y, expected) <= 8)
            var place = x
            place.withUnsafeMutableBufferPointer { if let base = $0.baseAddress { add(base, base) } }
            #expect(place == y)
        }
    }

    @Test func scalesAndFills() {
        for count in oddCounts {
            var x = floats((0..<count).map(Double.init))
            x.withUnsafeMutableBufferPointer {
                Elementwise.scale($0.baseAddress!, by: -0.5, into: $0.baseAddress!, count: count)
            }
            #expect(x == (0..<count).map { Float($0) * -0.5 })
            #expect(filled(count) { Elementwise.fill($0, with: 3, count: count) } == Array(repeating: 3, count: count))
        }
    }

    @Test func biasOnThreads() {
        var values = TestValues(seed: 9)
        let (x, bias) = (floats(values.normal(9000 * 10)), floats(values.normal(10)))
        let bits = onOneAndTwoThreads {
            filled(x.count) {
                Elementwise.addBias(x, bias: bias, activation: .sigmoid, into: $0, rows: 9000, columns: 10)
            }
        }
        #expect(bits.one == bits.two)
    }
}
