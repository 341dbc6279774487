import JSON
import Training

/// Durations as recipes write them, and how a resolved recipe does.
struct RecipeDuration {
    let duration: TrainingDuration

    init(_ value: JSON) throws {
        duration =
            if let number = value.double { try TrainingDuration(number: number) } else {
                try TrainingDuration(value.string ?? "")
            }
    }

    var json: JSON {
        switch duration {
        case .steps(let steps): .integer(steps)
        case .share(let share): .number(share)
        case .epochs(let epochs): .string(RecipeInterval.counted(epochs, "epoch"))
        }
    }
}

/// How often something happens during training.
package enum RecipeInterval: Hashable, Sendable {
    case epochs(Double)
    case steps(Int)
    case minutes(Double)
    /// As `SnapshotKeeper` finds right: snapshots only.
    case auto

    struct Malformed: Error {}

    /// `"1 epoch"`, `100`, `"100 steps"`, `"10 minutes"`, `"auto"`.
    /// - Parameter allowsMinutes: whether a clock may decide.
    init(_ value: JSON, allowsMinutes: Bool) throws {
        if let number = value.double {
            guard let steps = Int(exactly: number), steps > 0 else { throw Malformed() }
            self = .steps(steps)
            return
        }
        let text = value.string ?? ""
        if allowsMinutes, text == "auto" {
            self = .auto
            return
        }
        if allowsMinutes, let minutes = try? RecipeMinutes.parse(value), minutes > 0 {
            self = .minutes(minutes)
            return
        }
        switch try TrainingDuration(text) {
        case .epochs(let epochs) where epochs > 0: self = .epochs(epochs)
        case .steps(let steps) where steps > 0: self = .steps(steps)
        default: throw Malformed()
        }
    }

    var json: JSON {
        switch self {
        case .epochs(let epochs): .string(RecipeInterval.counted(epochs, "epoch"))
        case .steps(let steps): .integer(steps)
        case .minutes(let minutes): .string(RecipeInterval.counted(minutes, "minute"))
        case .auto: "auto"
        }
    }

    static func counted(_ value: Double, _ unit: String) -> String {
        "\(RecipeKind.short(value)) \(unit)" + (value == 1 ? "" : "s")
    }
}

/// Lengths of time: a number of minutes, `"90 seconds"`, `"10 minutes"`, `"2 hours"`.
enum RecipeMinutes {
    static func parse(_ value: JSON) throws -> Double {
        if let number = value.double {
            guard number > 0, number.isFinite else { throw RecipeInterval.Malformed() }
            return number
        }
        let words = (value.string ?? "").split(separator: " ")
        guard words.count == 2, let number = Double(words[0]), number > 0, number.isFinite else {
            throw RecipeInterval.Malformed()
        }
        let minutes: Double =
            switch words[1].lowercased() {
            case "s", "sec", "second", "seconds": number / 60
            case "min", "minute", "minutes": number
            case "h", "hour", "hours": number * 60
            default: throw RecipeInterval.Malformed()
            }
        guard minutes.isFinite else { throw RecipeInterval.Malformed() }
        return minutes
    }
}
