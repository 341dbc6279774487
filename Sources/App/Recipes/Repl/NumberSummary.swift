import Tracking

/// Many numbers in a few: for tensors, activations and gradients.
struct NumberSummary: Hashable {
    let count: Int
    /// Of those that are finite.
    let mean: Double
    let deviation: Double
    let minimum: Double
    let maximum: Double
    /// The 2-norm.
    let norm: Double
    /// Shares of all.
    let zeros: Double
    let notFinite: Double
    /// How many lie in each of equal parts between minimum and maximum.
    let histogram: [Int]

    private static let bins = 24

    init(_ values: some Collection<Float>) {
        let finite = values.lazy.filter(\.isFinite)
        var (number, sum, squares) = (0, 0.0, 0.0)
        var (low, high, zeros) = (Double.infinity, -Double.infinity, 0)
        for value in finite {
            let value = Double(value)
            number += 1
            sum += value
            squares += value * value
            low = min(low, value)
            high = max(high, value)
            if value == 0 { zeros += 1 }
        }
        count = values.count
        let total = Double(max(number, 1))
        let average = sum / total
        mean = average
        minimum = number == 0 ? 0 : low
        maximum = number == 0 ? 0 : high
        norm = squares.squareRoot()
        var spread = 0.0
        for value in finite { spread += (Double(value) - average) * (Double(value) - average) }
        deviation = (spread / total).squareRoot()
        self.zeros = Double(zeros) / Double(max(count, 1))
        notFinite = Double(count - number) / Double(max(count, 1))
        var bins = [Int](repeating: 0, count: number == 0 ? 0 : NumberSummary.bins)
        if number > 0 {
            let scale = high > low ? Double(bins.count) / (high - low) : 0
            for value in finite { bins[min(Int((Double(value) - low) * scale), bins.count - 1)] += 1 }
        }
        histogram = bins
    }

    /// The histogram as a line of blocks, the highest full; empty without numbers.
    func line(_ terminal: Terminal) -> String {
        let marks = Array(terminal.usesUnicode ? " ▁▂▃▄▅▆▇█" : " .:-=+*%#")
        guard let highest = histogram.max(), highest > 0 else { return "" }
        return String(
            histogram.map { count in
                count == 0 ? marks[0] : marks[1 + (count * (marks.count - 2)) / highest]
            })
    }
}
