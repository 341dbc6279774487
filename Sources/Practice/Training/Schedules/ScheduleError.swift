/// A schedule that cannot be followed as written.
package enum ScheduleError: Error, Hashable, CustomStringConvertible {
    case outOfRange(String, Double, ClosedRange<Double>)
    case emptyPeriod(ScheduleName)
    case warmupTooLong(TrainingDuration, steps: Int, total: Int)

    package var description: String {
        switch self {
        case .outOfRange(let name, let value, let range):
            "the schedule's \(name) must be \(ScheduleError.words(range)), not \(value)"
        case .emptyPeriod(let name):
            "the \(name.rawValue) schedule's every must be longer than nothing, such as \"1 epoch\""
        case .warmupTooLong(let warmup, let steps, let total):
            "a warm-up of \(warmup) takes \(steps) steps, but the phase has only \(total); shorten it or train longer"
        }
    }

    private static func words(_ range: ClosedRange<Double>) -> String {
        switch (range.lowerBound, range.upperBound) {
        case (.leastNonzeroMagnitude, let upper): "above 0 and at most \(upper)"
        case (let lower, .greatestFiniteMagnitude): "a finite number of at least \(lower)"
        case (let lower, let upper): "between \(lower) and \(upper)"
        }
    }
}
