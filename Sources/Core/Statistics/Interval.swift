/// An interval of numbers, both ends included.
package struct Interval: Hashable, Sendable {
    package let low: Double
    package let high: Double

    package init(low: Double, high: Double) {
        self.low = low
        self.high = high
    }

    package func contains(_ value: Double) -> Bool { low <= value && value <= high }

    package var width: Double { high - low }
}

extension Array where Element == Double {
    /// The quantile `p` (0…1) of values that are sorted already: linear between the two neighbours of p · (count − 1),
    /// which is Hyndman and Fan's type 7 and NumPy's default.
    /// - Precondition: there are values.
    package func sortedQuantile(_ p: Double) -> Double {
        let place = Swift.min(Swift.max(p, 0), 1) * Double(count - 1)
        let below = Int(place)
        guard below + 1 < count else { return self[count - 1] }
        return self[below] + (place - Double(below)) * (self[below + 1] - self[below])
    }
}
