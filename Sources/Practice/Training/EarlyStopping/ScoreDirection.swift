/// Which way a score gets better.
package enum ScoreDirection: String, Sendable, Codable, CaseIterable {
    case lower, higher

    /// Lower for losses and errors, by the end of the name (`val_loss`, `val_head_mae`); higher for all else.
    package init(monitoring name: String) {
        let last = name.split(separator: "_").last.map { $0.lowercased() } ?? ""
        let errors: Set = ["loss", "error", "mae", "mse", "rmse", "mape", "perplexity"]
        self = errors.contains(last) ? .lower : .higher
    }

    /// Whether `score` beats `best` by more than `delta`. Nothing that is not finite beats anything.
    package func improves(_ score: Double, on best: Double?, by delta: Double = 0) -> Bool {
        guard score.isFinite else { return false }
        guard let best else { return true }
        return self == .lower ? score + delta < best : score - delta > best
    }
}
