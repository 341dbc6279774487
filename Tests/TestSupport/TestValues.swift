import Tensors

/// Reproducible values for tests.
package struct TestValues {
    private var random: SeededGenerator

    package init(seed: UInt64) { random = SeededGenerator(seed: seed, stream: .bootstrap) }

    /// Standard normal values that a `Float` holds exactly.
    package mutating func normal(_ count: Int, scale: Double = 1) -> [Double] {
        (0..<count).map { _ in Double(Float(random.nextNormal() * scale)) }
    }

    package mutating func uniform(_ count: Int, in range: ClosedRange<Double>) -> [Double] {
        (0..<count).map { _ in
            Double(Float(range.lowerBound + (range.upperBound - range.lowerBound) * random.nextUniform()))
        }
    }

    /// Values in random order of which any two, and any one and 0, are at least 0.05 apart: nothing ties.
    package mutating func distinct(_ count: Int) -> [Double] {
        random.permutation(of: count).map { place in
            Double(Float(0.1 * (Double(place - count / 2) + 0.5 + 0.2 * (random.nextUniform() - 0.5))))
        }
    }

    package mutating func integer(in range: ClosedRange<Int>) -> Int {
        range.lowerBound + Int(random.next(upperBound: UInt64(range.count)))
    }

    package mutating func integers(_ count: Int, in range: ClosedRange<Int>) -> [Int] {
        (0..<count).map { _ in integer(in: range) }
    }

    package mutating func choice<T>(_ items: [T]) -> T { items[integer(in: 0...items.count - 1)] }

    /// True with the given probability.
    package mutating func chance(_ probability: Double) -> Bool { random.nextUniform() < probability }
}

/// The largest difference between two arrays, relative to the largest value of the second (at least `floor`). NaN where
/// the sizes differ, so that every comparison with it fails.
package func deviation(_ found: [Double], from expected: [Double], floor: Double = 1e-6) -> Double {
    guard found.count == expected.count else { return .nan }
    let scale = max(expected.reduce(0) { max($0, abs($1)) }, floor)
    return zip(found, expected).reduce(0) { worst, pair in
        let difference = abs(pair.0 - pair.1) / scale
        return difference.isNaN ? .nan : max(worst, difference)
    }
}
