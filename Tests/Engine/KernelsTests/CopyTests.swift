import Kernels
import TestSupport
import Tensors
import Testing

struct CopyTests {
    /// Copies with the kernel and naively; elements that nobody writes stay NaN in both.
    func check(
        _ shape: Shape, source: Int, _ sourceStrides: [Int], destination: Int, _ destinationStrides: [Int],
        sourceCount: Int, count: Int
    ) -> Bool {
        let x = (0..<sourceCount).map(Float.init)
        var expected = [Float](repeating: .nan, count: count)
        NaiveKernels.copy(
            x, into: &expected, shape: shape, sourceOffset: source, sourceStrides: sourceStrides,
            destinationOffset: destination, destinationStrides: destinationStrides)
        let plan = CopyPlan(
            shape: shape, sourceOffset: source, sourceStrides: sourceStrides, destinationOffset: destination,
            destinationStrides: destinationStrides)
        let bits = onOneAndTwoThreads { filled(count) { Copy.run(x, into: $0, plan: plan) } }
        return bits.one == bits.two && bits.one == expected.map(\.bitPattern)
    }

    @Test func transposes() {
        var values = TestValues(seed: 31)
        let shapes: [Shape] = [
            [3, 5], [16, 16], [17, 33], [300, 200], [1, 40], [2, 3, 4], [4, 9, 17, 5], [2, 30, 31, 40],
            [2, 1, 3, 1, 4], [64, 1, 64], [3, 2, 2, 2, 3, 2],
        ]
        for shape in shapes {
            for _ in 0..<4 {
                var axes = Array(0..<shape.rank)
                for i in axes.indices { axes.swapAt(i, values.integer(in: 0...i)) }
                let output = Shape(axes.map { shape[$0] })
                #expect(
                    check(
                        output, source: 0, axes.map { shape.strides[$0] }, destination: 0, output.strides,
                        sourceCount: shape.count, count: shape.count), "\(shape) by \(axes)")
            }
        }
    }

    @Test func slices() {
        let whole: Shape = [6, 20, 30]
        for (starts, part) in [
            ([0, 0, 0], whole), ([1, 2, 3], [4, 5, 6]), ([0, 19, 0], [6, 1, 30]), ([5, 0, 29], [1, 20, 1]),
            ([2, 0, 0], [3, 20, 30]), ([0, 0, 0], [0, 4, 4]),
        ] as [([Int], Shape)] {
            let offset = zip(starts, whole.strides).reduce(0) { $0 + $1.0 * $1.1 }
            #expect(
                check(
                    part, source: offset, whole.strides, destination: 0, part.strides, sourceCount: whole.count,
                    count: max(part.count, 1)))
            // The same box the other way round: padding.
            #expect(
                check(
                    part, source: 0, part.strides, destination: offset, whole.strides,
                    sourceCount: max(part.count, 1), count: whole.count))
        }
    }

    @Test func stepsAndReversals() {
        var values = TestValues(seed: 32)
        for _ in 0..<60 {
            let rank = values.integer(in: 1...4)
            let part = Shape(values.integers(rank, in: 1...9))
            let steps = values.integers(rank, in: 1...3)
            let whole = Shape((0..<rank).map { (part[$0] - 1) * steps[$0] + 1 + values.integer(in: 0...2) })
            let isReversed = (0..<rank).map { _ in values.chance(0.5) }
            let offset = (0..<rank).reduce(0) {
                $0 + (isReversed[$1] ? (part[$1] - 1) * steps[$1] * whole.strides[$1] : 0)
            }
            let strides = (0..<rank).map { whole.strides[$0] * steps[$0] * (isReversed[$0] ? -1 : 1) }
            #expect(
                check(
                    part, source: offset, strides, destination: 0, part.strides, sourceCount: whole.count,
                    count: part.count), "\(part) of \(whole) by \(strides)")
            #expect(
                check(
                    part, source: 0, part.strides, destination: offset, strides, sourceCount: part.count,
                    count: whole.count), "\(part) into \(whole) by \(strides)")
        }
    }

    /// Nothing merges, and every dimension counts.
    @Test func manyDimensions() {
        let shape = Shape(Array(repeating: 2, count: 14))
        let axes = Array((0..<14).reversed())
        #expect(
            check(
                shape, source: 0, axes.map { shape.strides[$0] }, destination: 0, shape.strides,
                sourceCount: shape.count, count: shape.count))
    }

    @Test func scalarsAndRepeats() {
        #expect(check([], source: 3, [], destination: 1, [], sourceCount: 4, count: 3))
        #expect(check([4, 5], source: 2, [0, 0], destination: 0, [5, 1], sourceCount: 3, count: 20))
        #expect(check([4, 5], source: 0, [0, 1], destination: 0, [5, 1], sourceCount: 5, count: 20))
        #expect(check([4, 5], source: 0, [1, 0], destination: 0, [5, 1], sourceCount: 4, count: 20))
    }
}
