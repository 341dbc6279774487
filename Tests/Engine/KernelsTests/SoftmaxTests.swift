import Kernels
import TestSupport
import Tensors
import Testing

/// Rows and columns that are no multiple of anything, and long and short rows.
let rowCases = [(1, 1), (3, 2), (128, 5), (301, 10), (7, 33), (5, 1000), (2, 5003)]

struct SoftmaxTests {
    @Test func rowsSumToOne() {
        var values = TestValues(seed: 41)
        for (rows, columns) in rowCases {
            let x = values.normal(rows * columns, scale: 5)
            let expected = (0..<rows).flatMap { NaiveKernels.softmax(x[$0 * columns..<($0 + 1) * columns]) }
            let y = filled(x.count) { Softmax.rows(floats(x), into: $0, rows: rows, columns: columns) }
            // The distance from the maximum is rounded once, which moves a small probability by many units.
            #expect(worstULPs(y, expected) <= 48)
            var place = floats(x)
            place.withUnsafeMutableBufferPointer {
                Softmax.rows($0.baseAddress!, into: $0.baseAddress!, rows: rows, columns: columns)
            }
            #expect(place == y)
        }
    }

    @Test func extremes() {
        func softmax(_ x: [Float]) -> [Float] {
            filled(x.count) { Softmax.rows(x, into: $0, rows: 1, columns: x.count) }
        }
        #expect(softmax([3e38, -3e38]) == [1, 0])
        #expect(softmax([-.infinity, 0, 0]) == [0, 0.5, 0.5])
        #expect(softmax([1, .nan, 0]).allSatisfy { $0.isNaN })
        #expect(softmax([1000, 1000]) == [0.5, 0.5])
    }

    @Test func gradient() {
        var values = TestValues(seed: 42)
        for (rows, columns) in rowCases {
            let x = values.normal(rows * columns, scale: 2)
            let y = floats((0..<rows).flatMap { NaiveKernels.softmax(x[$0 * columns..<($0 + 1) * columns]) })
            let dy = floats(values.normal(rows * columns))
            let expected = y.indices.map { index in
                let row = index / columns * columns..<(index / columns + 1) * columns
                let dot = row.reduce(0) { $0 + Double(y[$1]) * Double(dy[$1]) }
                return Double(y[index]) * (Double(dy[index]) - dot)
            }
            let dx = filled(y.count) {
                Softmax.gradient(y, outputGradient: dy, into: $0, rows: rows, columns: columns)
            }
            #expect(deviation(doubles(dx), from: expected) <= 1e-6)
            var place = dy
            place.withUnsafeMutableBufferPointer {
                Softmax.gradient(
                    y, outputGradient: UnsafePointer($0.baseAddress!), into: $0.baseAddress!, rows: rows,
                    columns: columns)
            }
            #expect(place == dx)
        }
    }

    @Test func threadsDoNotChangeBits() {
        var values = TestValues(seed: 43)
        for (rows, columns) in [(9001, 5), (64, 1003)] {
            let x = floats(values.normal(rows * columns))
            let forward = onOneAndTwoThreads {
                filled(x.count) { Softmax.rows(x, into: $0, rows: rows, columns: columns) }
            }
            #expect(forward.one == forward.two)
            let backward = onOneAndTwoThreads {
                filled(x.count) { Softmax.gradient(x, outputGradient: x, into: $0, rows: rows, columns: columns) }
            }
            #expect(backward.one == backward.two)
        }
    }
}
