import Graph
import Kernels
import Tensors
import TestSupport
import Testing

struct GEMMTests {
    @Test func productsAgree() {
        var random = TestValues(seed: 13)
        for _ in 0..<60 {
            let (m, n, k) = (random.integer(in: 1...20), random.integer(in: 1...20), random.integer(in: 1...20))
            let batch = random.integer(in: 1...3)
            let (ta, tb) = (random.chance(0.5), random.chance(0.5))
            let a = DoubleArray(
                shape: Shape([batch] + (ta ? [k, m] : [m, k])), values: random.normal(batch * m * k))
            let b = DoubleArray(
                shape: Shape([batch] + (tb ? [n, k] : [k, n])), values: random.normal(batch * k * n))
            let c = compute([a.values, b.values], outputs: [batch * m * n]) {
                GEMM.multiply(
                    $1[0], transposed: ta, $1[1], transposed: tb, into: $2[0], rows: m, columns: n, inner: k,
                    batch: batch)
            }
            let expected = expectedOutputs(of: .matmul(transposeLeft: ta, transposeRight: tb), [a, b])[0]
            #expect(deviation(c[0], from: expected) < 1e-6, "\(m) × \(k) × \(n)")
        }
    }

    @Test func anEmptyInnerDimensionGivesZero() {
        let c = compute([[], []], outputs: [6]) {
            GEMM.multiply(
                $1[0], transposed: false, $1[1], transposed: false, into: $2[0], rows: 2, columns: 3, inner: 0)
        }
        #expect(c[0] == [0, 0, 0, 0, 0, 0])
    }
}
