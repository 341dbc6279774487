import Tensors
import Testing

@testable import Kernels

/// A row of a product that does not depend on its place.
@Suite(.serialized) struct RowPanelsTests {
    @Test(arguments: [1, 2, 5, 13, 31, 64, 100, 128, 257], [1, 7, 16, 33, 300])
    func equalRowsHaveEqualBitsInEveryPlace(rows: Int, columns: Int) {
        Parallel.configure(threads: 2)
        for inner in [3, 27, 100, 784] {
            let a = Slab(count: rows * inner)
            let b = Slab(count: inner * columns)
            let c = Slab(count: rows * columns)
            let plain = Slab(count: rows * columns)
            for index in 0..<rows * inner { a.pointer[index] = Float(index % inner * 29 % 83) / 83 - 0.4 }
            for index in 0..<inner * columns { b.pointer[index] = Float(index * 41 % 103) / 103 - 0.5 }
            func multiply(into result: UnsafeMutablePointer<Float>) {
                GEMM.multiply(
                    a.pointer, transposed: false, b.pointer, transposed: false, into: result, rows: rows,
                    columns: columns, inner: inner)
            }
            GEMM.withRowsAlike { multiply(into: c.pointer) }
            multiply(into: plain.pointer)
            for index in 0..<rows * columns {
                let (found, first) = (c.pointer[index], c.pointer[index % columns])
                #expect(found.bitPattern == first.bitPattern, "\(rows) \(columns) \(inner), at \(index)")
                #expect(abs(found - plain.pointer[index]) < 1e-3)
            }
        }
    }

    /// What is kept of an example counts on it: a frozen layer may be large enough for the other library.
    @Test(arguments: [(5, 300, 1500), (32, 128, 4608), (100, 37, 2000), (257, 100, 577)], [1, 2])
    func largeProductsHaveEqualRowsToo(_ size: (rows: Int, columns: Int, inner: Int), _ threads: Int) throws {
        let (rows, columns, inner) = size
        #expect(Product.pays(rows: rows, columns: columns, inner: inner))
        let product = try Product(
            rows: rows, columns: columns, inner: inner, transposed: (false, false), threads: threads)
        let a = Slab(count: rows * inner)
        let b = Slab(count: inner * columns)
        let c = Slab(count: rows * columns)
        let scratch = Slab(count: product.scratchBytes / MemoryLayout<Float>.stride + Slab.alignment)
        for index in 0..<rows * inner { a.pointer[index] = Float(index % inner * 29 % 83) / 83 - 0.4 }
        for index in 0..<inner * columns { b.pointer[index] = Float(index * 41 % 103) / 103 - 0.5 }
        product.run(a.pointer, b.pointer, into: c.pointer, scratch: UnsafeMutableRawPointer(scratch.pointer))
        let differing = (0..<rows * columns).filter {
            c.pointer[$0].bitPattern != c.pointer[$0 % columns].bitPattern
        }
        #expect(differing.isEmpty, "\(size), \(threads) threads: at \(differing.prefix(3))")
    }
}
