import Graph
import Kernels
import TestSupport
import Tensors
import Testing

struct IndexingTests {
    @Test(arguments: [(5, 3, 4), (1, 1, 1), (700, 33, 900), (40_000, 2, 300), (3, 20_000, 9), (4, 0, 3), (4, 3, 0)])
    func rowsAreFoundAndAddedUp(_ size: (rows: Int, width: Int, count: Int)) {
        var random = TestValues(seed: 1)
        let table = random.normal(size.rows * size.width)
        let values = random.normal(size.count * size.width)
        // One in eight lies outside.
        let indices = random.integers(size.count, in: -size.rows / 16 - 1...size.rows + size.rows / 16).map(Double.init)
        let places = DoubleArray(shape: [size.count], values: indices)
        let looked = expectedOutputs(
            of: .gather, [DoubleArray(shape: [size.rows, size.width], values: table), places])[0]
        let gathered = onOneAndTwoThreads {
            filled(size.count * size.width) {
                Indexing.gather(
                    floats(table), at: floats(indices), into: $0, count: size.count, rows: size.rows,
                    width: size.width)
            }
        }
        #expect(gathered.one == gathered.two)
        #expect(gathered.one == looked.map { Float($0).bitPattern })

        let summed = expectedOutputs(
            of: .scatterAdd(rows: size.rows),
            [places, DoubleArray(shape: [size.count, size.width], values: values)])[0]
        let scattered = onOneAndTwoThreads {
            filled(size.rows * size.width) {
                Indexing.scatterAdd(
                    floats(values), at: floats(indices), into: $0, count: size.count, rows: size.rows,
                    width: size.width)
            }
        }
        #expect(scattered.one == scattered.two)
        let found = scattered.one.map { Double(Float(bitPattern: $0)) }
        #expect(deviation(found, from: summed) < 1e-5)
    }

    @Test func aNumberThatIsNoneNamesNoRow() {
        let y = filled(3) {
            Indexing.gather([1, 2], at: [.nan, .infinity, -.infinity], into: $0, count: 3, rows: 2, width: 1)
        }
        #expect(y.allSatisfy { $0.isNaN })
        let sums = filled(2) {
            Indexing.scatterAdd([1, 2, 3], at: [.nan, 1, .infinity], into: $0, count: 3, rows: 2, width: 1)
        }
        #expect(sums == [0, 2])
    }

    /// Rows that lie anywhere, of either precision; a row that is nowhere stays as it is.
    @Test(arguments: [Precision.float32, .bfloat16], [(5, 3), (1, 1), (40, 1000), (130, 4608), (4, 0), (0, 4)])
    func rowsAreCollected(_ precision: Precision, _ size: (rows: Int, width: Int)) {
        var random = TestValues(seed: 2)
        let offset = 3
        let numbers = random.normal(size.rows * (offset + size.width)).map { BFloat16.rounded(Float($0)) }
        let stride = (offset + size.width) * precision.dataType.size
        let stored = UnsafeMutableRawPointer.allocate(byteCount: max(size.rows * stride, 1), alignment: 64)
        defer { stored.deallocate() }
        for (index, number) in numbers.enumerated() {
            switch precision {
            case .float32: stored.storeBytes(of: number, toByteOffset: 4 * index, as: Float.self)
            case .bfloat16:
                stored.storeBytes(of: BFloat16.bits(number), toByteOffset: 2 * index, as: UInt16.self)
            }
        }
        // Backwards, and every third nowhere.
        let order = (0..<size.rows).map { $0 % 3 == 2 ? nil : size.rows - 1 - $0 }
        let collected = onOneAndTwoThreads {
            filled(size.rows * size.width) { y in
                for index in 0..<size.rows * size.width { y[index] = -7 }
                Indexing.collect(
                    order.map { $0.map { UnsafeRawPointer(stored + $0 * stride) } }, from: offset, into: y,
                    width: size.width, precision: precision)
            }
        }
        let expected = order.flatMap { row -> [Float] in
            guard let row else { return Array(repeating: -7, count: size.width) }
            let start = row * (offset + size.width) + offset
            return Array(numbers[start..<start + size.width])
        }
        #expect(collected.one == collected.two)
        #expect(collected.one == expected.map(\.bitPattern))
    }
}
