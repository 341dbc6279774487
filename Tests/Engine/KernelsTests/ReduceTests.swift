import Kernels
import TestSupport
import Tensors
import Testing

struct ReduceTests {
    static let cases: [(Shape, [Int])] = [
        ([1], [0]), ([7], [0]), ([5000], [0]), ([100_003], [0]), ([6, 5], [0]), ([6, 5], [1]), ([6, 5], []),
        ([6, 5], [1, 0]), ([3000, 5], [0]), ([3001, 10], [0]), ([2000, 64], [0]), ([2003, 200], [0]),
        ([40, 3000], [1]), ([4, 7, 7, 33], [1, 2]), ([4, 7, 7, 130], [2, 1]), ([2, 40, 40, 3], [0, 1, 2]),
        ([3, 4, 5], [0, 2]), ([3, 4, 5, 6], [0, 2]), ([3, 4, 5, 6], [1, 3]), ([30, 20, 40], [0, 2]),
        ([2, 3, 2, 3, 2], [0, 2, 4]), ([2, 3, 1, 4], [1, 2]), ([1, 3, 1], [0, 2]), ([2, 1, 5, 1, 6], [0, 4]),
    ]

    func run(_ kind: Reduction, _ x: [Float], _ shape: Shape, _ axes: [Int]) -> [Float] {
        let kept = shape.dimensions.enumerated().filter { !axes.contains($0.offset) }.map(\.element)
        let plan = ReductionPlan(input: shape, axes: axes)
        return filled(Shape(kept).count) { Reduce.run(kind, x, into: $0, plan: plan) }
    }

    @Test(arguments: [Reduction.sum, .mean, .maximum])
    func reducesOverAnyAxes(_ kind: Reduction) {
        var values = TestValues(seed: 21)
        for (shape, axes) in Self.cases {
            let x = values.normal(shape.count)
            let expected = NaiveKernels.reduce(kind, x, shape, axes: axes)
            let y = run(kind, floats(x), shape, axes)
            let count = shape.count / max(expected.count, 1)
            // Relative to the size of a sum of that many, not to one that happens to cancel.
            let floor = kind == .maximum ? 0 : Double(count).squareRoot() / (kind == .mean ? Double(count) : 1)
            #expect(worstULPs(y, expected, floor: floor) <= 8, "\(kind) of \(shape) over \(axes)")
        }
    }

    @Test func longSumsKeepTheirDigits() {
        let x = [Float](repeating: 0.1, count: 900_000)
        let expected = Double(Float(0.1)) * 900_000
        #expect(worstULPs(run(.sum, x, [900_000], [0]), [expected]) <= 2)
        #expect(worstULPs(run(.sum, x, [300_000, 3], [0]), Array(repeating: expected / 3, count: 3)) <= 2)
    }

    @Test func maximumKeepsNaNAndInfinity() {
        for place in [0, 5, 31, 32, 99] {
            var x = [Float](repeating: 1, count: 100)
            x[place] = .nan
            #expect(run(.maximum, x, [100], [0])[0].isNaN)
            #expect(run(.maximum, x, [50, 2], [0])[place % 2].isNaN)
            x[place] = .infinity
            #expect(run(.maximum, x, [100], [0]) == [.infinity])
        }
        #expect(run(.maximum, [-.infinity, -.infinity], [2], [0]) == [-.infinity])
    }

    @Test func repeats() {
        var values = TestValues(seed: 22)
        for (shape, axes) in Self.cases {
            let kept = shape.dimensions.enumerated().filter { !axes.contains($0.offset) }.map(\.element)
            let x = values.normal(Shape(kept).count)
            let plan = ReductionPlan(input: shape, axes: axes)
            let expected = NaiveKernels.expand(x, shape, axes: axes, scale: 0.25)
            let y = filled(shape.count) { Reduce.expand(floats(x), into: $0, plan: plan, scale: 0.25) }
            #expect(doubles(y) == expected, "\(shape) along \(axes)")
        }
    }

    @Test(arguments: [Reduction.sum, .mean, .maximum])
    func threadsDoNotChangeBits(_ kind: Reduction) {
        var values = TestValues(seed: 23)
        for (shape, axes) in [
            (Shape([40_001, 7]), [0]), ([700, 300], [0]), ([700, 300], [1]), ([16, 30, 30, 20], [1, 2]),
            ([50, 60, 70], [0, 2]),
        ] {
            let x = floats(values.normal(shape.count))
            let bits = onOneAndTwoThreads { run(kind, x, shape, axes) }
            #expect(bits.one == bits.two, "\(kind) of \(shape) over \(axes)")
        }
    }

    @Test func sumOfSquares() {
        var values = TestValues(seed: 24)
        for count in oddCounts + [0, 4097, 100_003] {
            let x = values.normal(count)
            let expected = x.reduce(0) { $0 + $1 * $1 }
            #expect(abs(Reduce.sumOfSquares(floats(x), count: count) - expected) <= 1e-13 * expected)
        }
        #expect(Reduce.sumOfSquares([3e38, 3e38], count: 2).isFinite)
        let x = floats(values.normal(200_003))
        let bits = onOneAndTwoThreads {
            let sum = Reduce.sumOfSquares(x, count: x.count).bitPattern
            return [Float(bitPattern: UInt32(truncatingIfNeeded: sum)), Float(bitPattern: UInt32(sum >> 32))]
        }
        #expect(bits.one == bits.two)
    }
}
