import Graph
import TestSupport
import Tensors
import Testing

@Suite struct ShapingGradientTests {
    private func array(_ shape: Shape, seed: UInt64) -> DoubleArray {
        var random = TestValues(seed: seed)
        return DoubleArray(shape: shape, values: random.distinct(shape.count))
    }

    /// The square makes the gradient depend on the value, so that a misplaced one shows.
    private func check(_ shape: Shape, _ op: Op) -> GradientCheck {
        GradientCheck([array(shape, seed: 1)]) { $0.emit(op, [$0.unary(.square, $1[0])]) }
    }

    @Test(arguments: [[0, 1, 2], [0, 2, 1], [1, 2, 0], [2, 0, 1], [2, 1, 0]])
    func transposes(_ order: [Int]) { #expect(check([2, 3, 4], .transpose(order)).worst < 1e-6) }

    @Test func reshapes() { #expect(check([2, 3, 4], .reshape([6, 4])).worst < 1e-6) }

    @Test func slicesAndPaddings() {
        #expect(check([4, 5], .slice(starts: [1, 0], sizes: [2, 4], strides: [1, 1])).worst < 1e-6)
        #expect(check([2, 3], .pad(before: [1, 0], after: [0, 2], interior: [0, 0])).worst < 1e-6)
        #expect(check([5, 7], .slice(starts: [1, 0], sizes: [2, 3], strides: [3, 2])).worst < 1e-6)
        #expect(check([2, 3], .pad(before: [1, 0], after: [0, 2], interior: [1, 2])).worst < 1e-6)
    }

    @Test(arguments: [[0], [1], [2], [0, 2], [0, 1, 2]]) func reversals(_ axes: [Int]) {
        #expect(check([2, 3, 4], .reverse(axes: axes)).worst < 1e-6)
    }

    @Test(arguments: [0, 1, 2]) func concatenations(_ axis: Int) {
        let shapes = (1...3).map { extent in
            Shape((0..<3).map { $0 == axis ? extent : 2 })
        }
        let arrays = shapes.enumerated().map { array($1, seed: UInt64($0)) }
        let check = GradientCheck(arrays) { g, a in g.emit(.concatenate(axis: axis), a.map { g.unary(.square, $0) }) }
        #expect(check.worst < 1e-6, "\(check)")
        let partly = GradientCheck(arrays, fixed: [1]) { g, a in
            g.emit(.concatenate(axis: axis), a.map { g.unary(.square, $0) })
        }
        #expect(partly.worst < 1e-6, "\(partly)")
    }

    @Test func aValueJoinedWithItselfGetsBothParts() {
        let check = GradientCheck([array([2, 2], seed: 3)]) { $0.emit(.concatenate(axis: 1), [$1[0], $1[0]]) }
        #expect(check.worst < 1e-6, "\(check)")
    }

    @Test(arguments: [Reduction.sum, .mean, .maximum], [[0], [1], [2], [0, 1], [0, 2], [1, 2], [0, 1, 2]])
    func reductions(_ reduction: Reduction, _ axes: [Int]) {
        let check = GradientCheck([array([2, 3, 4], seed: 4)]) {
            $0.emit(.reduce(reduction, axes: axes), [$1[0]])
        }
        #expect(check.worst < 1e-6, "\(reduction) over \(axes): \(check)")
    }

    @Test func equalMaximaShareTheGradient() throws {
        let g = GraphBuilder()
        let x = g.input("x", [2, 3])
        let loss = g.sumAll(g.emit(.reduce(.maximum, axes: [1]), [x]))
        let gradient = try #require(g.gradients(of: loss, withRespectTo: [x])[0])
        let run = GraphInterpreter(inputs: ["x": [5, 1, 5, 2, 2, 2]]).run(
            g.build(outputs: [GraphOutput(.result("dx"), gradient)]))
        #expect(deviation(try #require(run.result("dx")), from: [0.5, 0, 0.5, 1 / 3, 1 / 3, 1 / 3]) < 1e-12)
    }

    @Test(arguments: [[0], [2], [0, 1], [1, 2]]) func repetitions(_ axes: [Int]) {
        let shape: Shape = [2, 3, 4]
        let check = GradientCheck([array(shape.removing(axes: axes), seed: 5)]) {
            $0.emit(.expand(shape: shape, axes: axes, scale: 0.75), [$0.unary(.square, $1[0])])
        }
        #expect(check.worst < 1e-6, "\(check)")
    }

    @Test func theInterpreterMovesElementsAsByHand() {
        let g = GraphBuilder()
        let x = g.input("x", [2, 3])
        let graph = g.build(outputs: [
            GraphOutput(.result("transposed"), g.emit(.transpose([1, 0]), [x])),
            GraphOutput(.result("slice"), g.emit(.slice(starts: [0, 1], sizes: [2, 2], strides: [1, 1]), [x])),
            GraphOutput(.result("padded"), g.emit(.pad(before: [0, 1], after: [1, 0], interior: [0, 0]), [x])),
            GraphOutput(.result("stepped"), g.slice(x, axis: -1, from: 0, count: 2, step: 2)),
            GraphOutput(.result("apart"), g.pad(x, before: [0, 0], after: [0, 1], interior: [0, 1])),
            GraphOutput(.result("reversed"), g.reverse(x, axes: [-1])),
            GraphOutput(.result("repeated"), g.broadcast(g.slice(x, axis: 1, from: 1, count: 1), to: [2, 2, 2])),
            GraphOutput(.result("joined"), g.emit(.concatenate(axis: 1), [x, x])),
            GraphOutput(.result("mean"), g.mean(x, axes: [0])),
        ])
        let run = GraphInterpreter(inputs: ["x": [1, 2, 3, 4, 5, 6]]).run(graph)
        #expect(run.result("transposed") == [1, 4, 2, 5, 3, 6])
        #expect(run.result("slice") == [2, 3, 5, 6])
        #expect(run.result("padded") == [0, 1, 2, 3, 0, 4, 5, 6, 0, 0, 0, 0])
        #expect(run.result("stepped") == [1, 3, 4, 6])
        #expect(run.result("apart") == [1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0])
        #expect(run.result("reversed") == [3, 2, 1, 6, 5, 4])
        #expect(run.result("repeated") == [2, 2, 5, 5, 2, 2, 5, 5])
        #expect(run.result("joined") == [1, 2, 3, 1, 2, 3, 4, 5, 6, 4, 5, 6])
        #expect(run.result("mean") == [2.5, 3.5, 4.5])
    }
}
