import Kernels
import TestSupport
import Tensors
import Testing

struct CrossEntropyTests {
    struct Result {
        var losses: [Float]
        var probabilities: [Float]
    }

    /// Losses and probabilities, from targets that are classes or distributions.
    func forward(
        _ logits: [Float], _ targets: [Float], rows: Int, classes: Int, smoothing: Float, sparse: Bool
    ) -> Result {
        var probabilities = [Float](repeating: .nan, count: rows * classes)
        let losses = filled(rows) { losses in
            probabilities.withUnsafeMutableBufferPointer {
                (sparse ? CrossEntropy.sparse : CrossEntropy.categorical)(
                    logits, targets, losses, $0.baseAddress!, rows, classes, smoothing)
            }
        }
        return Result(losses: losses, probabilities: probabilities)
    }

    func gradient(
        _ probabilities: [Float], _ targets: [Float], _ dLoss: [Float], classes: Int, smoothing: Float, sparse: Bool
    ) -> [Float] {
        filled(probabilities.count) {
            (sparse ? CrossEntropy.sparseGradient : CrossEntropy.categoricalGradient)(
                probabilities, targets, dLoss, $0, dLoss.count, classes, smoothing)
        }
    }

    @Test(arguments: [true, false], [Float(0), 0.1, 1])
    func lossProbabilitiesAndGradient(_ sparse: Bool, _ smoothing: Float) {
        var values = TestValues(seed: 51)
        for (rows, classes) in rowCases {
            let logits = values.normal(rows * classes, scale: 4)
            let indices = values.integers(rows, in: 0...classes - 1)
            // Not normalised: the rows of a mixture of targets need not sum to 1.
            let distributions = floats(values.uniform(rows * classes, in: 0...1))
            let targets = sparse ? indices.map(Float.init) : distributions
            let wanted = (0..<rows).map { row in
                let plain = (0..<classes).map {
                    sparse ? (indices[row] == $0 ? 1 : 0) : Double(distributions[row * classes + $0])
                }
                return NaiveKernels.smoothed(plain, by: Double(smoothing))
            }
            let range = { (row: Int) in row * classes..<(row + 1) * classes }
            let result = forward(
                floats(logits), targets, rows: rows, classes: classes, smoothing: smoothing, sparse: sparse)
            let losses = (0..<rows).map { NaiveKernels.crossEntropy(logits[range($0)], wanted[$0]) }
            let probabilities = (0..<rows).map { NaiveKernels.softmax(logits[range($0)]) }
            #expect(deviation(doubles(result.losses), from: losses) <= 1e-6)
            #expect(worstULPs(result.probabilities, probabilities.flatMap { $0 }) <= 48)

            let dLoss = floats(values.normal(rows))
            let expected = (0..<rows).flatMap { row in
                let mass = wanted[row].reduce(0, +)
                return zip(probabilities[row], wanted[row]).map { (mass * $0 - $1) * Double(dLoss[row]) }
            }
            let found = gradient(
                result.probabilities, targets, dLoss, classes: classes, smoothing: smoothing, sparse: sparse)
            #expect(deviation(doubles(found), from: expected) <= 2e-6)
        }
    }

    @Test func classesOutOfRangeAreNotFollowed() {
        let targets: [Float] = [-1, 2, 3, 1e30, .nan, .infinity, -.infinity, 1.9]
        let logits = [Float](repeating: 0.5, count: 3 * targets.count)
        let result = forward(logits, targets, rows: targets.count, classes: 3, smoothing: 0, sparse: true)
        #expect(result.losses.allSatisfy { abs($0 - 1.0986123) < 1e-6 })
        let dx = gradient(
            result.probabilities, targets, Array(repeating: 1, count: targets.count), classes: 3, smoothing: 0,
            sparse: true)
        #expect(dx.allSatisfy { $0.isFinite })
    }

    @Test func extremeLogits() {
        let sure = forward([3e38, 0, -3e38], [0], rows: 1, classes: 3, smoothing: 0, sparse: true)
        #expect(sure.losses == [0])
        #expect(sure.probabilities == [1, 0, 0])
        let wrong = forward([200, 0], [1], rows: 1, classes: 2, smoothing: 0, sparse: true)
        #expect(wrong.losses == [200])
        // A class that is no target costs nothing, however impossible it is.
        let impossible = forward([0, -.infinity], [1, 0], rows: 1, classes: 2, smoothing: 0, sparse: false)
        #expect(impossible.losses == [0])
    }

    @Test func threadsDoNotChangeBits() {
        var values = TestValues(seed: 52)
        for (rows, classes) in [(6001, 5), (50, 1201)] {
            let logits = floats(values.normal(rows * classes))
            let targets = values.integers(rows, in: 0...classes - 1).map(Float.init)
            let dLoss = floats(values.normal(rows))
            for sparse in [true, false] {
                let wanted = sparse ? targets : logits.map(abs)
                let bits = onOneAndTwoThreads {
                    let result = forward(
                        logits, wanted, rows: rows, classes: classes, smoothing: 0.1, sparse: sparse)
                    return result.losses + result.probabilities
                        + gradient(
                            result.probabilities, wanted, dLoss, classes: classes, smoothing: 0.1, sparse: sparse)
                }
                #expect(bits.one == bits.two)
            }
        }
    }
}

struct BinaryCrossEntropyTests {
    func losses(_ x: [Float], _ t: [Float]) -> [Float] {
        filled(x.count) { CrossEntropy.binary(logits: x, targets: t, losses: $0, count: x.count) }
    }

    func gradient(_ x: [Float], _ t: [Float], _ d: [Float]) -> [Float] {
        filled(x.count) {
            CrossEntropy.binaryGradient(logits: x, targets: t, lossGradient: d, into: $0, count: x.count)
        }
    }

    @Test func lossAndGradient() {
        var values = TestValues(seed: 53)
        for count in oddCounts + [40_001] {
            let x = values.normal(count, scale: 8)
            let t = values.uniform(count, in: 0...1).enumerated().map { $0 % 3 == 0 ? $1.rounded() : $1 }
            let d = values.normal(count)
            let expected = zip(x, t).map { max($0, 0) - $0 * $1 + UnaryFunction.softplus(-abs($0)) }
            #expect(worstULPs(losses(floats(x), floats(t)), expected, floor: 1e-6) <= 6)
            let slopes = x.indices.map { d[$0] * (UnaryFunction.sigmoid(x[$0]) - t[$0]) }
            #expect(worstULPs(gradient(floats(x), floats(t), floats(d)), slopes, floor: 1) <= 6)
            let bits = onOneAndTwoThreads {
                losses(floats(x), floats(t)) + gradient(floats(x), floats(t), floats(d))
            }
            #expect(bits.one == bits.two)
        }
    }

    @Test func extremeLogits() {
        let infinity = Float.infinity
        #expect(losses([infinity, -infinity, 300, -300, 1e38], [1, 0, 0, 1, 0]) == [0, 0, 300, 300, 1e38])
        #expect(losses([infinity, -infinity], [0, 1]) == [infinity, infinity])
        #expect(losses([.nan], [1])[0].isNaN)
        // Nearly right answers still have a gradient.
        let dx = gradient([30, -30], [1, 0], [1, 1])
        #expect(worstULPs(dx, [-UnaryFunction.sigmoid(-30), UnaryFunction.sigmoid(-30)]) <= 4)
    }
}
