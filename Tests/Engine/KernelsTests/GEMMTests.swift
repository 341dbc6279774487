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

    @Test(arguments: [(128, 96, 300), (300, 5, 2000), (7, 300, 1100), (65, 64, 577)], [true, false])
    func largeProductsAgree(_ size: (m: Int, n: Int, k: Int), _ transposesFirst: Bool) throws {
        var random = TestValues(seed: 14)
        let (m, n, k) = size
        let (ta, tb) = (transposesFirst, !transposesFirst)
        let a = DoubleArray(shape: ta ? [k, m] : [m, k], values: random.normal(m * k))
        let b = DoubleArray(shape: tb ? [n, k] : [k, n], values: random.normal(k * n))
        #expect(Product.pays(rows: m, columns: n, inner: k))
        let c = try compute([a.values, b.values], outputs: [m * n, m * n]) { threads, inputs, outputs in
            let transposed = (ta, tb)
            let product = try Product(rows: m, columns: n, inner: k, transposed: transposed, threads: threads)
            withScratch(product.scratchBytes) { product.run(inputs[0], inputs[1], into: outputs[0], scratch: $0) }
            let plain = try Product(rows: m, columns: n, inner: k, transposed: transposed, threads: threads)
            withScratch(plain.scratchBytes) { plain.run(inputs[0], inputs[1], into: outputs[1], scratch: $0) }
        }
        let expected = expectedOutputs(of: .matmul(transposeLeft: ta, transposeRight: tb), [a, b])[0]
        #expect(deviation(c[0], from: expected) < 2e-6)
        #expect(c[0] == c[1])
    }

    @Test func anEmptyInnerDimensionGivesZero() {
        let c = compute([[], []], outputs: [6]) {
            GEMM.multiply(
                $1[0], transposed: false, $1[1], transposed: false, into: $2[0], rows: 2, columns: 3, inner: 0)
        }
        #expect(c[0] == [0, 0, 0, 0, 0, 0])
    }
}
