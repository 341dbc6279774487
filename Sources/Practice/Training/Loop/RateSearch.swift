import Data
import Glibc
import Layers

/// The loss at rates that rise from step to step.
package struct RateCurve: Hashable, Sendable {
    /// One update.
    package struct Point: Hashable, Sendable {
        /// The rate of a tensor without a multiplier.
        package let rate: Double
        /// Of the batch.
        package let loss: Double
        /// The exponentially weighted mean of the losses so far, corrected for its beginning.
        package let smoothed: Double
    }

    package private(set) var points: [Point] = []
    /// Whether the loss grew so much, or stopped being finite, that larger rates were not tried.
    package fileprivate(set) var hasDiverged = false
    private var mean = 0.0

    /// Weight of the past in the mean of the losses.
    private static let memory = 0.98
    /// The search ends where the smoothed loss is so many times its lowest.
    private static let divergence = 4.0

    package init() {}

    /// Takes note of an update. A loss far above the lowest ends the search.
    package mutating func add(rate: Double, loss: Double) {
        mean = RateCurve.memory * mean + (1 - RateCurve.memory) * loss
        let smoothed = mean / (1 - pow(RateCurve.memory, Double(points.count + 1)))
        points.append(Point(rate: rate, loss: loss, smoothed: smoothed))
        let lowest = points.lazy.map(\.smoothed).min() ?? smoothed
        hasDiverged = points.count > 1 && smoothed > RateCurve.divergence * lowest
    }

    /// Where the smoothed loss falls fastest per factor of the rate, before its lowest point: a rate to train with
    /// (L. N. Smith, "Cyclical Learning Rates for Training Neural Networks", 2017, section 3.3, read off by slope). The slope
    /// is that over a tenth of the points to either side, and the first tenth, whose mean is of few losses yet, is no place
    /// for it. Nil where the loss never falls by more than two standard errors of the first tenth's mean.
    package var suggestion: Double? {
        let reach = max(points.count / 10, 1)
        guard points.count > 2 * reach,
            let lowest = (reach..<points.count).min(by: { points[$0].smoothed < points[$1].smoothed }), lowest > reach
        else { return nil }
        let first = points[...reach].map(\.loss)
        let mean = first.reduce(0, +) / Double(first.count)
        let squares = first.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        let error = (squares / Double(reach) / Double(first.count)).squareRoot()
        guard points[reach].smoothed - points[lowest].smoothed > 2 * error else { return nil }
        // Where there is no room for whole windows, the middle.
        let middle = (reach + lowest) / 2
        func slope(_ index: Int) -> Double {
            let (before, after) = (points[max(index - reach, reach)], points[min(index + reach, lowest)])
            return (after.smoothed - before.smoothed) / log(after.rate / before.rate)
        }
        let places = min(2 * reach, middle)...max(lowest - reach, middle)
        return places.min { slope($0) < slope($1) }.map { points[$0].rate }
    }

    /// The rate at the lowest point of the smoothed loss.
    package var lowest: Double? { points.min { $0.smoothed < $1.smoothed }?.rate }
}

/// From which rate to which, and in how many updates.
package struct RateRange: Hashable, Sendable {
    package var lowest: Double
    package var highest: Double
    package var steps: Int

    package init(lowest: Double = 1e-7, highest: Double = 10, steps: Int = 100) {
        self.lowest = lowest
        self.highest = highest
        self.steps = steps
    }

    /// Evenly spaced in their logarithms.
    func rate(at index: Int) -> Double {
        lowest * pow(highest / lowest, Double(index) / Double(max(steps - 1, 1)))
    }
}

extension Trainer {
    /// Trains for a few steps of one phase at rates that rise, on a fork: afterwards weights and position are what they were,
    /// and nobody is told of the steps. All tensors keep the proportions of their rates.
    /// - Parameters:
    ///   - index: of the phase whose policy, optimizer and examples are used.
    ///   - state: where training stands; nil for where this trainer does.
    /// - Throws: as `run`; a loss that is not finite only ends the search.
    package func searchRate(
        _ phases: [PhaseConfiguration], at index: Int, over range: RateRange, from state: TrainingState? = nil
    ) throws -> RateCurve {
        if let state { restore(state, phases) }
        var phase = phases[index]
        phase.schedule = ScheduleConfiguration(.constant)
        let before = self.state
        defer { restore(before, phases) }
        advance(to: index)
        rememberAnchors(phases)
        let resolution = try arrange(phase)
        let perEpoch = phase.updates(ofBatches: batchesPerPass)
        let schedule = try phase.schedule.resolved(totalSteps: range.steps, stepsPerEpoch: perEpoch)
        let training = try step(phase, resolution, schedule)
        let batches = try EndlessBatches(self, phase, training.features)
        if phase.keepsOptimizerState, let memory = self.state.memory {
            training.optimizer.carryOver(from: memory.optimizer)
        }
        var curve = RateCurve()
        for index in 0..<range.steps where !curve.hasDiverged && !shouldStop {
            let batch = try batches.first()
            let rate = range.rate(at: index)
            training.plateauShare = rate / phase.rates.base
            do {
                let outcome = try training.run(batch, stepInPhase: 0, riseStep: .max, step: step + index + 1) {
                    try batches.next()
                }
                curve.add(rate: rate, loss: outcome.loss)
            } catch is NonFiniteError { curve.hasDiverged = true }
        }
        return curve
    }
}
