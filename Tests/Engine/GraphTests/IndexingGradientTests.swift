import Graph
import TestSupport
import Tensors
import Testing

@Suite struct IndexingGradientTests {
    private static let table = DoubleArray(shape: [4, 3], values: (0..<12).map { Double($0) / 4 - 1 })

    @Test func aRowThatIsReadOftenGetsTheSum() {
        let indices = DoubleArray(shape: [2, 3], values: [0, 3, 3, 1, 3, 0])
        let check = GradientCheck([Self.table, indices], fixed: [1]) { g, a in
            g.gather(g.unary(.square, a[0]), a[1])
        }
        #expect(check.worst < 1e-6, "\(check)")
    }

    @Test func rowsOfAnyRank() {
        let indices = DoubleArray(shape: [], values: [2])
        let check = GradientCheck(
            [DoubleArray(shape: [3, 2, 2], values: (0..<12).map(Double.init)), indices], fixed: [1]
        ) {
            g, a in g.gather(g.unary(.square, a[0]), a[1])
        }
        #expect(check.worst < 1e-6, "\(check)")
        let flat = GradientCheck([DoubleArray(shape: [3], values: [1, 2, 3]), indices], fixed: [1]) { g, a in
            g.gather(g.unary(.square, a[0]), a[1])
        }
        #expect(flat.worst < 1e-6, "\(flat)")
    }

    @Test func addingUpSendsTheGradientBackToEveryValue() {
        // 7 and −1 lie outside.
        let indices = DoubleArray(shape: [2, 3], values: [0, 2, 2, 7, 2, -1])
        var random = TestValues(seed: 1)
        let values = DoubleArray(shape: [2, 3, 2], values: random.normal(12))
        let check = GradientCheck([indices, values], fixed: [0]) { g, a in
            g.emit(.scatterAdd(rows: 4), [a[0], g.unary(.square, a[1])])
        }
        #expect(check.worst < 1e-6, "\(check)")
    }

    @Test func indicesGetNoGradient() {
        let g = GraphBuilder()
        let (table, indices) = (g.input("t", [3, 2]), g.input("i", [4]))
        let loss = g.sumAll(g.gather(table, indices))
        #expect(g.gradients(of: loss, withRespectTo: [indices]) == [nil])
    }

    @Test func anIndexOutsideIsNotANumber() throws {
        let g = GraphBuilder()
        let y = g.gather(g.table([1, 2, 3, 4], [2, 2]), g.input("i", [4]))
        let graph = g.build(outputs: [GraphOutput(.result("y"), y)])
        let found = try #require(GraphInterpreter(inputs: ["i": [1, 2, -1, 0]]).run(graph).result("y"))
        #expect(Array(found[..<2]) == [3, 4])
        #expect(found[2..<6].allSatisfy { $0.isNaN })
        #expect(Array(found[6...]) == [1, 2])
    }

    @Test func tablesOfEqualBitsAreEqual() {
        let g = GraphBuilder()
        #expect(g.table([1, 2], [2]) == g.table([1, 2], [2]))
        #expect(g.table([.nan, 2], [2]) == g.table([.nan, 2], [2]))
        #expect(g.table([0, 2], [2]) != g.table([-0.0, 2], [2]))
        #expect(g.table([1, 2], [2]) != g.table([1, 2], [1, 2]))
        #expect(g.table([], [0]) == g.table([], [0]))
    }
}
