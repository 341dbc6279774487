import Kernels
import Tensors
import TestSupport

/// The worst error of `found`, in units in the last place of the expected values; infinity where an infinity or NaN is
/// expected and not found, or found and not expected.
/// - Parameter floor: values smaller than this are compared as if they were this large.
func worstULPs(_ found: [Float], _ expected: [Double], floor: Double = 0) -> Double {
    guard found.count == expected.count else { return .infinity }
    return zip(found, expected).reduce(0) { worst, pair in max(worst, ulps(pair.0, pair.1, floor: floor)) }
}

private func ulps(_ found: Float, _ expected: Double, floor: Double) -> Double {
    let nearest = Float(expected)
    if expected.isNaN || found.isNaN { return expected.isNaN && found.isNaN ? 0 : .infinity }
    if nearest.isInfinite || found.isInfinite { return nearest == found ? 0 : .infinity }
    let unit = Double(Float(max(abs(expected), floor)).ulp)
    return abs(Double(found) - expected) / unit
}

func floats(_ values: [Double]) -> [Float] { values.map(Float.init) }
func doubles(_ values: [Float]) -> [Double] { values.map(Double.init) }

/// The bits of what `body` computes, on one thread and on two.
func onOneAndTwoThreads(_ body: () -> [Float]) -> (one: [UInt32], two: [UInt32]) {
    let bits = [1, 2].map { Parallel.with(threads: $0, body).map(\.bitPattern) }
    return (bits[0], bits[1])
}

/// An array that `body` fills, NaN where it does not.
func filled(_ count: Int, _ body: (FloatOutput) -> Void) -> [Float] {
    var result = [Float](repeating: .nan, count: count)
    result.withUnsafeMutableBufferPointer { buffer in
        guard let base = buffer.baseAddress else { return }
        body(base)
    }
    return result
}

let oddCounts = [1, 2, 3, 15, 16, 17, 63, 100, 1027]

/// Calls `body` with the array's address, or with nil.
func withPointer<Result>(_ array: [Float]?, _ body: (FloatInput?) -> Result) -> Result {
    guard let array else { return body(nil) }
    return array.withUnsafeBufferPointer { body($0.baseAddress) }
}
