/// A length of training as recipes write it: `100`, `0.1` or `"2 epochs"`.
package enum TrainingDuration: Hashable, Sendable, CustomStringConvertible {
    case steps(Int)
    /// A share of the phase, from 0 up to 1.
    case share(Double)
    case epochs(Double)

    package static let none = TrainingDuration.steps(0)

    /// A number: below 1 a share, otherwise whole steps.
    /// - Throws: `TrainingDurationError` for what is negative, not finite, or neither a share nor whole.
    package init(number: Double) throws(TrainingDurationError) {
        if number >= 0 && number < 1 {
            self = number == 0 ? .none : .share(number)
        } else if let steps = Int(exactly: number), steps >= 0 {
            self = .steps(steps)
        } else {
            throw TrainingDurationError(found: "\(number)")
        }
    }

    /// `"2 epochs"`, `"0.5 epochs"`, `"1 epoch"`, `"2ep"`, `"100 steps"`, `"10%"`, or a number.
    /// - Throws: `TrainingDurationError` for anything else.
    package init(_ text: String) throws(TrainingDurationError) {
        let digits = text.prefix { $0.isNumber || ".+-eE".contains($0) }
        // The exponent's letter also begins "epochs".
        let number = digits.last.map { "eE".contains($0) } == true ? digits.dropLast() : digits
        let unit = text[number.endIndex...].drop { $0 == " " }.lowercased()
        guard let value = Double(number), value.isFinite, value >= 0 else {
            throw TrainingDurationError(found: "\"\(text)\"")
        }
        switch unit {
        case "": try self.init(number: value)
        case "epochs", "epoch", "ep": self = .epochs(value)
        case "%" where value <= 100: self = .share(value / 100)
        case "steps", "step":
            guard let steps = Int(exactly: value) else { throw TrainingDurationError(found: "\"\(text)\"") }
            self = .steps(steps)
        default: throw TrainingDurationError(found: "\"\(text)\"")
        }
    }

    /// In whole steps, rounded to the nearest (a half away from 0).
    package func resolved(stepsPerEpoch: Int, totalSteps: Int) -> Int {
        switch self {
        case .steps(let steps): steps
        case .share(let share): TrainingDuration.rounded(share * Double(totalSteps))
        case .epochs(let epochs): TrainingDuration.rounded(epochs * Double(stepsPerEpoch))
        }
    }

    private static func rounded(_ steps: Double) -> Int { Int(exactly: steps.rounded()) ?? Int.max }

    package var description: String {
        switch self {
        case .steps(let steps): steps == 1 ? "1 step" : "\(steps) steps"
        case .share(let share): "\(share) of the phase"
        case .epochs(1): "1 epoch"
        case .epochs(let epochs): "\(Int(exactly: epochs).map(String.init) ?? "\(epochs)") epochs"
        }
    }
}

/// A duration that cannot be understood.
package struct TrainingDurationError: Error, Hashable, CustomStringConvertible {
    package let found: String

    package var description: String {
        "a duration is a whole number of steps, a share of the phase below 1, or a text such as \"2 epochs\"; "
            + "found \(found)"
    }
}
