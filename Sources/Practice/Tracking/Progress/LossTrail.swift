/// Losses of steps, in at most as many means as are drawn: whenever there are too many, each two become one.
struct LossTrail: Sendable, Hashable {
    private static let most = 24
    private(set) var means: [Double] = []
    /// How many steps a mean is of.
    private var stepsEach = 1
    private var sum = 0.0
    private var count = 0

    /// A loss that is not finite is left out.
    mutating func add(_ loss: Double) {
        guard loss.isFinite else { return }
        sum += loss
        count += 1
        guard count == stepsEach else { return }
        means.append(sum / Double(count))
        (sum, count) = (0, 0)
        guard means.count == LossTrail.most else { return }
        means = stride(from: 0, to: means.count, by: 2).map { (means[$0] + means[$0 + 1]) / 2 }
        stepsEach *= 2
    }
}
