/// How the learning rate moves over a phase, relative to its peak.
///
/// Every number that `Schedule` gives is a share of the peak: 1 at the top. The rate of a tensor is that share times
/// the optimizer's rate times the tensor's multiplier.
package struct ScheduleConfiguration: Hashable, Sendable {
    package var curve: ScheduleCurve
    /// A linear rise to the peak that precedes the curve; for one-cycle, the rising part of the cycle itself.
    package var warmup: TrainingDuration

    /// - Parameter warmup: `curve`'s own default where it is nil: 0.3 of the phase for one-cycle, none for the others.
    package init(_ curve: ScheduleCurve = .constant, warmup: TrainingDuration? = nil) {
        self.curve = curve
        self.warmup = warmup ?? curve.name.defaultWarmup
    }

    /// Checks the numbers and turns durations into steps.
    /// - Throws: `ScheduleError` for numbers out of range and for a warm-up longer than the phase.
    package func resolved(totalSteps: Int, stepsPerEpoch: Int) throws(ScheduleError) -> Schedule {
        try validate()
        let warmupSteps = warmup.resolved(stepsPerEpoch: stepsPerEpoch, totalSteps: totalSteps)
        guard warmupSteps <= totalSteps else {
            throw .warmupTooLong(warmup, steps: warmupSteps, total: totalSteps)
        }
        var period = 1
        switch curve {
        case .step(_, let every), .exponential(_, let every):
            period = max(1, every.resolved(stepsPerEpoch: stepsPerEpoch, totalSteps: totalSteps))
        case .constant, .cosine, .linear, .oneCycle, .reduceOnPlateau: break
        }
        return Schedule(curve: curve, warmupSteps: warmupSteps, totalSteps: totalSteps, period: period)
    }

    /// - Throws: `ScheduleError.outOfRange` for the first number that makes no sense.
    package func validate() throws(ScheduleError) {
        func check(_ name: String, _ value: Double, _ range: ClosedRange<Double>) throws(ScheduleError) {
            guard range.contains(value) else { throw .outOfRange(name, value, range) }
        }
        switch curve {
        case .constant: break
        case .step(let factor, let every), .exponential(let factor, let every):
            try check("factor", factor, Double.leastNonzeroMagnitude...1)
            if every == .none { throw .emptyPeriod(curve.name) }
        case .cosine(let minimum): try check("minimum", minimum, 0...1)
        case .linear(let end): try check("end", end, 0...1)
        case .oneCycle(let division, let finalDivision):
            try check("div", division, 1...Double.greatestFiniteMagnitude)
            try check("final_div", finalDivision, 1...Double.greatestFiniteMagnitude)
        case .reduceOnPlateau(let plateau):
            try check("factor", plateau.factor, Double.leastNonzeroMagnitude...1 - Double.ulpOfOne)
            try check("min_delta", plateau.minDelta, 0...Double.greatestFiniteMagnitude)
            try check("min_rate", plateau.minRate, 0...Double.greatestFiniteMagnitude)
            try check("patience", Double(plateau.patience), 0...Double.greatestFiniteMagnitude)
            try check("cooldown", Double(plateau.cooldown), 0...Double.greatestFiniteMagnitude)
        }
    }
}

/// The shape of a schedule after its warm-up. `p` is the share of the remaining steps that are done, 0 at the first.
package enum ScheduleCurve: Hashable, Sendable {
    case constant
    /// factor^⌊steps / every⌋: PyTorch's `StepLR`, Keras' `ExponentialDecay(staircase=True)`.
    case step(factor: Double = 0.1, every: TrainingDuration = .share(1.0 / 3))
    /// factor^(steps / every): Keras' `ExponentialDecay`; PyTorch's `ExponentialLR` when `every` is one step.
    case exponential(factor: Double = 0.95, every: TrainingDuration = .epochs(1))
    /// m + (1 − m)(1 + cos πp) / 2: PyTorch's `CosineAnnealingLR`, Keras' `CosineDecay(alpha=m)`.
    case cosine(minimum: Double = 0)
    /// 1 − (1 − end) p: PyTorch's `LinearLR(1, end)`, Keras' `PolynomialDecay(power=1)`.
    case linear(end: Double = 0)
    /// From 1 / div up to 1 during the warm-up, then down to 1 / (div · finalDiv) at the very last step, both as half a
    /// cosine: PyTorch's `OneCycleLR`, with the rise rounded to whole steps and momentum left alone.
    case oneCycle(div: Double = 25, finalDiv: Double = 1e4)
    /// 1, times what `PlateauReduction` makes of the scores: the only schedule that is no function of the step alone.
    case reduceOnPlateau(PlateauConfiguration = PlateauConfiguration())

    package var name: ScheduleName {
        switch self {
        case .constant: .constant
        case .step: .step
        case .exponential: .exponential
        case .cosine: .cosine
        case .linear: .linear
        case .oneCycle: .oneCycle
        case .reduceOnPlateau: .reduceOnPlateau
        }
    }
}

/// The schedules by the names that recipes use.
package enum ScheduleName: String, Sendable, CaseIterable, Codable {
    case constant, step, exponential, cosine, linear
    case oneCycle = "one-cycle"
    case reduceOnPlateau = "reduce-on-plateau"

    /// The keys that a recipe may give beside `name`.
    package var options: [String] {
        switch self {
        case .constant: ["warmup"]
        case .step, .exponential: ["warmup", "factor", "every"]
        case .cosine: ["warmup", "minimum"]
        case .linear: ["warmup", "end"]
        case .oneCycle: ["warmup", "div", "final_div"]
        case .reduceOnPlateau:
            ["warmup", "factor", "patience", "monitor", "mode", "min_delta", "cooldown", "min_rate"]
        }
    }

    package var defaultCurve: ScheduleCurve {
        switch self {
        case .constant: .constant
        case .step: .step()
        case .exponential: .exponential()
        case .cosine: .cosine()
        case .linear: .linear()
        case .oneCycle: .oneCycle()
        case .reduceOnPlateau: .reduceOnPlateau()
        }
    }

    package var defaultWarmup: TrainingDuration { self == .oneCycle ? .share(0.3) : .none }
}
