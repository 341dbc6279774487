import Glibc
import Graph
import TestSupport
import Tensors
import Testing

@Suite struct ElementwiseGradientTests {
    @Test(arguments: UnaryFunction.examples)
    func aFunctionsGradientIsItsSlope(_ function: UnaryFunction) {
        var random = TestValues(seed: 1)
        let x = DoubleArray(shape: [3, 7], values: function.testValues(21, &random))
        let check = GradientCheck([x]) { $0.unary(function, $1[0]) }
        #expect(check.worst < 1e-6, "\(function): \(check)")
    }

    @Test func everyFunctionIsAmongTheExamples() {
        #expect(Set(UnaryFunction.examples.map(\.family)) == Set(0..<UnaryFunction.familyCount))
    }

    @Test(arguments: UnaryFunction.examples)
    func theSlopeFromTheOutputIsTheSlopeAtTheInput(_ function: UnaryFunction) {
        guard function.gradientUsesOutput else { return }
        var random = TestValues(seed: 2)
        for x in function.testValues(50, &random) {
            #expect(abs(function.slope(output: function(x)) - function.slope(at: x)) < 1e-9, "\(function) at \(x)")
        }
    }

    static let broadcasts: [(Shape, Shape)] = [
        ([3, 4], [3, 4]), ([3, 4], [4]), ([4], [3, 4]), ([3, 1], [1, 4]), ([2, 3, 4], [3, 1]), ([], [2, 3]),
        ([2, 1, 3, 1], [2, 4, 3, 5]), ([2, 4, 3, 5], [2, 1, 3, 1]), ([1, 4, 1], [2, 1, 3]), ([1], [1, 1]),
    ]

    @Test(arguments: [BinaryFunction.add, .subtract, .multiply, .divide, .maximum, .minimum], broadcasts)
    func aBroadcastOperandsGradientIsSummedBack(_ function: BinaryFunction, _ shapes: (Shape, Shape)) {
        var random = TestValues(seed: 3)
        let all = random.distinct(shapes.0.count + shapes.1.count)
        // A divisor stays away from 0 and keeps its distance to the dividend.
        let b = all.suffix(shapes.1.count).map { function == .divide ? $0 + ($0 > 0 ? 1 : -1) : $0 }
        let check = GradientCheck([
            DoubleArray(shape: shapes.0, values: Array(all.prefix(shapes.0.count))),
            DoubleArray(shape: shapes.1, values: b),
        ]) { $0.binary(function, $1[0], $1[1]) }
        #expect(check.worst < 1e-6, "\(function) of \(shapes): \(check)")
    }

    @Test(arguments: broadcasts) func aPowersGradientIsSummedBack(_ shapes: (Shape, Shape)) {
        var random = TestValues(seed: 8)
        let a = DoubleArray(shape: shapes.0, values: random.uniform(shapes.0.count, in: 0.3...2))
        let b = DoubleArray(shape: shapes.1, values: random.normal(shapes.1.count))
        let check = GradientCheck([a, b]) { $0.binary(.power, $1[0], $1[1]) }
        #expect(check.worst < 1e-6, "\(shapes): \(check)")
    }

    @Test func aPowerOfWhatIsNotPositiveHasNoSlopeInItsExponent() throws {
        let g = GraphBuilder()
        let (a, b) = (g.input("a", [3]), g.input("b", [3]))
        let gradients = g.gradients(of: g.sumAll(g.binary(.power, a, b)), withRespectTo: [a, b])
        let graph = g.build(outputs: [
            GraphOutput(.result("da"), try #require(gradients[0])),
            GraphOutput(.result("db"), try #require(gradients[1])),
        ])
        let run = GraphInterpreter(inputs: ["a": [-2, 0, -1], "b": [3, 2, 2]]).run(graph)
        #expect(run.result("da") == [12, 0, -2])
        #expect(run.result("db") == [0, 0, 0])
    }

    @Test func aSelectionSendsTheGradientWhereTheValueCameFrom() {
        var random = TestValues(seed: 9)
        let condition = DoubleArray(shape: [3, 1], values: [1, 0, -2])
        for (a, b) in [([3, 4], [3, 4]), ([4], [3, 1]), ([], [3, 4]), ([3, 4], []), ([2, 1, 4], [1])]
            as [(Shape, Shape)]
        {
            let arrays = [a, b].map { DoubleArray(shape: $0, values: random.normal($0.count)) }
            let check = GradientCheck([condition] + arrays, fixed: [0]) { g, x in
                g.select(x[0], g.unary(.square, x[1]), g.unary(.tanh, x[2]))
            }
            #expect(check.worst < 1e-6, "\(a), \(b): \(check)")
        }
    }

    /// A slope that is infinite on the side not taken does not reach the operand, nor does a NaN that is not chosen.
    @Test func whatIsNotSelectedDoesNotCount() throws {
        let g = GraphBuilder()
        let x = g.input("x", [2])
        let isPositive = g.binary(.greater, x, g.constant(0))
        let safe = g.select(isPositive, x, g.constant(1))
        let y = g.select(isPositive, g.unary(.log, safe), x)
        let dx = try #require(g.gradients(of: g.sumAll(y), withRespectTo: [x])[0])
        let graph = g.build(outputs: [GraphOutput(.result("y"), y), GraphOutput(.result("dx"), dx)])
        let run = GraphInterpreter(inputs: ["x": [-3, 4]]).run(graph)
        #expect(run.result("y") == [-3, log(4)])
        #expect(run.result("dx") == [1, 0.25])
    }

    @Test func aTieGoesToTheFirstOperand() throws {
        for function in [BinaryFunction.maximum, .minimum] {
            let g = GraphBuilder()
            let (a, b) = (g.input("a", [2]), g.input("b", [2]))
            let loss = g.sumAll(g.binary(function, a, b))
            let gradients = g.gradients(of: loss, withRespectTo: [a, b])
            let graph = g.build(outputs: [
                GraphOutput(.result("da"), try #require(gradients[0])),
                GraphOutput(.result("db"), try #require(gradients[1])),
            ])
            let run = GraphInterpreter(inputs: ["a": [1, 2], "b": [1, 2]]).run(graph)
            #expect(run.result("da") == [1, 1])
            #expect(run.result("db") == [0, 0])
        }
    }

    @Test func aComparisonAndASignStopTheGradient() {
        let g = GraphBuilder()
        let x = g.input("x", [3])
        let stepped = g.binary(.greaterOrEqual, x, g.constant(0))
        let compared = g.multiply(g.binary(.greater, x, g.constant(1)), g.binary(.equal, x, g.constant(2)))
        let loss = g.add(g.sumAll(g.add(stepped, compared)), g.sumAll(g.unary(.sign, x)))
        #expect(g.gradients(of: loss, withRespectTo: [x]) == [nil])
    }

    @Test func factorsAndCopiesPassTheGradientOn() {
        var random = TestValues(seed: 4)
        let x = DoubleArray(shape: [2, 3], values: random.normal(6))
        #expect(GradientCheck([x]) { $0.scale($0.unary(.square, $1[0]), by: -2.5) }.worst < 1e-6)
        #expect(GradientCheck([x]) { $0.emit(.identity, [$0.unary(.square, $1[0])]) }.worst < 1e-6)
    }

    @Test func gradientsOfAValueThatIsReadSeveralTimesAddUp() {
        var random = TestValues(seed: 5)
        let x = DoubleArray(shape: [4], values: random.normal(4))
        let check = GradientCheck([x]) { g, a in
            let y = g.unary(.tanh, a[0])
            return g.multiply(g.add(g.multiply(y, y), g.unary(.exp, y)), a[0])
        }
        #expect(check.worst < 1e-6, "\(check)")
    }

    @Test(arguments: [Float(0.3), 0.5, 0.9])
    func dropoutIsItsOwnGradient(_ rate: Float) {
        var random = TestValues(seed: 6)
        var interpreter = GraphInterpreter()
        (interpreter.seed, interpreter.step) = (0x1234_5678_9ABC_DEF0, 7)
        let x = DoubleArray(shape: [5, 9], values: random.normal(45))
        let check = GradientCheck([x], interpreter: interpreter) { g, a in
            g.unary(.square, g.emit(.dropout(rate: rate, substream: 0xFEDC_BA98_7654_3210), [a[0]]))
        }
        #expect(check.worst < 1e-6, "\(check)")
    }

    @Test func dropoutKeepsItsShareAndItsMean() throws {
        let g = GraphBuilder()
        let y = g.emit(.dropout(rate: 0.25, substream: 99), [g.constant(1, [40_000])])
        let other = g.emit(.dropout(rate: 0.25, substream: 100), [g.constant(1, [40_000])])
        let graph = g.build(outputs: [GraphOutput(.result("y"), y), GraphOutput(.result("other"), other)])
        var interpreter = GraphInterpreter()
        interpreter.seed = 42
        let first = try #require(interpreter.run(graph).result("y"))
        let kept = first.filter { $0 != 0 }
        #expect(abs(Double(kept.count) / 40_000 - 0.75) < 0.01)
        #expect(kept.allSatisfy { $0 == 1 / 0.75 })
        #expect(try #require(interpreter.run(graph).result("other")) != first)
        interpreter.step = 1
        #expect(try #require(interpreter.run(graph).result("y")) != first)
    }
}
