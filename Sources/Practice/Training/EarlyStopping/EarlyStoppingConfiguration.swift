/// When a phase is over before its end, and which weights are its best.
package struct EarlyStoppingConfiguration: Hashable, Sendable {
    /// The name of a score, as in `metrics.csv`.
    package var monitor: String
    /// Evaluations without improvement after which the phase ends, 0 meaning 1 as in Keras; nil: it never ends early,
    /// and only the best is kept track of.
    package var patience: Int?
    /// What an improvement must exceed.
    package var minDelta: Double
    /// Whether the phase ends with its best weights rather than its last.
    package var restoreBest: Bool
    package var direction: ScoreDirection

    /// - Parameter direction: from the monitor's name where it is nil.
    /// - Throws: `EarlyStoppingError.outOfRange` for a negative patience or a negative or infinite delta.
    package init(
        monitor: String = "val_loss", patience: Int? = 3, minDelta: Double = 0, restoreBest: Bool = true,
        direction: ScoreDirection? = nil
    ) throws(EarlyStoppingError) {
        if let patience, patience < 0 { throw .outOfRange("patience", "\(patience)") }
        guard minDelta >= 0 && minDelta.isFinite else { throw .outOfRange("min_delta", "\(minDelta)") }
        self.monitor = monitor
        self.patience = patience
        self.minDelta = minDelta
        self.restoreBest = restoreBest
        self.direction = direction ?? ScoreDirection(monitoring: monitor)
    }
}

/// Early stopping that cannot work as written.
package enum EarlyStoppingError: Error, Hashable, CustomStringConvertible {
    case outOfRange(String, String)
    /// The evaluation gave no score of that name.
    case unknownMonitor(String, key: String, known: [String])

    package var description: String {
        switch self {
        case .outOfRange(let name, let value): "\(name) of early_stopping must be a number of at least 0, not \(value)"
        case .unknownMonitor(let name, let key, let known):
            "\(key) watches \(name), but an evaluation gives only " + known.joined(separator: ", ")
                + (name.hasPrefix("val_") && !known.contains { $0.hasPrefix("val_") }
                    ? "; add data.validation, or monitor one of these" : "; monitor one of these")
        }
    }
}
