import Glibc

/// A schedule whose durations are steps: a pure function of the step.
package struct Schedule: Hashable, Sendable {
    package let curve: ScheduleCurve
    package let warmupSteps: Int
    package let totalSteps: Int
    /// Steps per factor of the step and exponential curves.
    package let period: Int

    /// The share of the peak rate that update `step` of the phase uses, from 0; past the end of the phase the last.
    ///
    /// The warm-up is (step + 1) / (warmupSteps + 1): no update is wasted on a rate of 0, and the first step after it
    /// is the first at the peak. It equals PyTorch's `LinearLR(1 / (warmupSteps + 1), total_iters=warmupSteps)` before
    /// the curve in a `SequentialLR`.
    package func multiplier(step: Int) -> Double {
        let step = min(max(step, 0), max(totalSteps - 1, 0))
        if case .oneCycle(let div, let finalDiv) = curve { return cycle(step, div: div, finalDiv: finalDiv) }
        guard step >= warmupSteps else { return Schedule.rise(step: step, of: warmupSteps) }
        let done = Double(step - warmupSteps)
        // The curve would meet its end at the step after the last.
        let progress = done / Double(max(totalSteps - warmupSteps, 1))
        switch curve {
        case .constant, .oneCycle, .reduceOnPlateau: return 1
        case .step(let factor, _): return pow(factor, (done / Double(period)).rounded(.down))
        case .exponential(let factor, _): return pow(factor, done / Double(period))
        case .cosine(let minimum): return Schedule.halfCosine(from: 1, to: minimum, progress)
        case .linear(let end): return 1 - (1 - end) * progress
        }
    }

    /// The share of the rate that step `step`, from 0, of a linear rise over `steps` uses; 1 from there on.
    package static func rise(step: Int, of steps: Int) -> Double {
        step >= steps ? 1 : Double(step + 1) / Double(steps + 1)
    }

    private func cycle(_ step: Int, div: Double, finalDiv: Double) -> Double {
        let top = Double(warmupSteps - 1)
        if Double(step) < top { return Schedule.halfCosine(from: 1 / div, to: 1, Double(step) / top) }
        let fall = Double(totalSteps - 1) - max(top, 0)
        guard fall > 0 else { return 1 }
        return Schedule.halfCosine(from: 1, to: 1 / (div * finalDiv), (Double(step) - max(top, 0)) / fall)
    }

    private static func halfCosine(from start: Double, to end: Double, _ progress: Double) -> Double {
        end + (start - end) * (1 + cos(.pi * progress)) / 2
    }
}
