import Graph
import TestSupport
import Tensors
import Testing

@Suite struct LinearGradientTests {
    private func array(_ shape: Shape, _ random: inout TestValues) -> DoubleArray {
        DoubleArray(shape: shape, values: random.normal(shape.count))
    }

    @Test(arguments: [(false, false), (true, false), (false, true), (true, true)], [[], [2], [2, 3]])
    func productsInEveryTransposition(_ transposed: (Bool, Bool), _ batch: [Int]) {
        var random = TestValues(seed: 1)
        let (m, k, n) = (3, 4, 2)
        let a = array(Shape(batch + (transposed.0 ? [k, m] : [m, k])), &random)
        let b = array(Shape(batch + (transposed.1 ? [n, k] : [k, n])), &random)
        let check = GradientCheck([a, b]) {
            $0.matmul($1[0], $1[1], transposeLeft: transposed.0, transposeRight: transposed.1)
        }
        #expect(check.worst < 1e-6, "\(check)")
    }

    @Test(arguments: [true, false]) func aLinearMap(_ hasBias: Bool) {
        var random = TestValues(seed: 2)
        let arguments = [array([5, 3], &random), array([3, 4], &random)] + (hasBias ? [array([4], &random)] : [])
        let check = GradientCheck(arguments) { $0.emit(.linear(hasBias: hasBias, activation: nil), $1) }
        #expect(check.worst < 1e-6, "\(check)")
    }

    @Test func theInterpreterMultipliesAsByHand() {
        let g = GraphBuilder()
        let (a, b) = (g.input("a", [2, 3]), g.input("b", [3, 2]))
        let graph = g.build(outputs: [
            GraphOutput(.result("ab"), g.matmul(a, b)),
            GraphOutput(.result("atbt"), g.matmul(a, b, transposeLeft: true, transposeRight: true)),
        ])
        let run = GraphInterpreter(inputs: ["a": [1, 2, 3, 4, 5, 6], "b": [7, 8, 9, 10, 11, 12]]).run(graph)
        #expect(run.result("ab") == [58, 64, 139, 154])
        #expect(run.result("atbt") == [39, 49, 59, 54, 68, 82, 69, 87, 105])
    }
}
