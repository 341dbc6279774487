/// What a model's output and its targets look like, row by row.
package struct PredictionFormat: Hashable, Sendable {
    package enum Targets: String, Hashable, Sendable {
        /// One float per row, the index of the class. With an output of width 1, 0 or 1.
        case classIndex = "class-index"
        /// `width` floats, the class where the largest is.
        case oneHot = "one-hot"
        /// `width` independent questions, each 0 or 1.
        case binary
        /// `width` numbers.
        case values
    }

    package enum Scores: String, Hashable, Sendable {
        case probabilities
        /// Before softmax (or, for `binary`, sigmoid).
        case logits
    }

    /// Floats per row of the predictions.
    package let width: Int
    package let targets: Targets
    package let scores: Scores

    /// An index of two classes with one output is a binary question. One-hot targets of width 1 are too.
    package init(width: Int, targets: Targets, scores: Scores = .probabilities) {
        precondition(width > 0, "predictions of no width")
        self.width = width
        self.targets = width == 1 && targets != .values ? .binary : targets
        self.scores = scores
    }

    /// Floats per row of the targets.
    package var targetWidth: Int { targets == .classIndex ? 1 : width }

    package var isClasses: Bool { targets != .values }
}
