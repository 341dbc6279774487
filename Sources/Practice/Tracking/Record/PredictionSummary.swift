import Training

/// What a report shows of single predictions: how far confidence can be trusted, and where the model was sure and wrong.
package struct PredictionSummary: Sendable, Hashable {
    /// The examples whose confidence lies in one of equal stretches from 0 to 1.
    package struct Bin: Sendable, Hashable {
        package var examples: Int
        /// Means over the examples; 0 where there are none.
        package var confidence: Double
        package var accuracy: Double

        package init(examples: Int, confidence: Double, accuracy: Double) {
            self.examples = examples
            self.confidence = confidence
            self.accuracy = accuracy
        }
    }

    /// A wrong answer.
    package struct Mistake: Sendable, Hashable {
        /// The example's number in its source, and what a person would look for.
        package var index: Int
        package var name: String
        package var actual: String
        package var predicted: String
        package var confidence: Double
        /// A PNG file; nil where the input is no picture.
        package var picture: [UInt8]?

        package init(
            index: Int, name: String, actual: String, predicted: String, confidence: Double, picture: [UInt8]? = nil
        ) {
            self.index = index
            self.name = name
            self.actual = actual
            self.predicted = predicted
            self.confidence = confidence
            self.picture = picture
        }
    }

    /// Which examples: `test` or `validation`.
    package var data: String
    package var bins: [Bin]
    /// How many answers were wrong.
    package var mistakeCount: Int
    /// Those that the model was surest of, first the surest.
    package var mistakes: [Mistake]

    package init(data: String, bins: [Bin], mistakeCount: Int, mistakes: [Mistake]) {
        self.data = data
        self.bins = bins
        self.mistakeCount = mistakeCount
        self.mistakes = mistakes
    }

    package var examples: Int { bins.reduce(0) { $0 + $1.examples } }
    package var confidence: Double { mean(\.confidence) }
    package var accuracy: Double { mean(\.accuracy) }

    /// The expected calibration error: how far confidence is from accuracy, each stretch weighted by its examples (Guo et
    /// al., "On calibration of modern neural networks", ICML 2017).
    package var calibrationError: Double {
        let gaps = bins.reduce(0) { $0 + Double($1.examples) * abs($1.confidence - $1.accuracy) }
        return gaps / Double(max(1, examples))
    }

    private func mean(_ value: KeyPath<Bin, Double>) -> Double {
        bins.reduce(0) { $0 + Double($1.examples) * $1[keyPath: value] } / Double(max(1, examples))
    }
}

extension PredictionSummary {
    /// Mistakes that are shown.
    package static let mistakeLimit = 24

    /// - Parameters:
    ///   - scores: (examples, width) row-major: of each class, or of the second of two where the width is 1.
    ///   - areLogits: whether they come before softmax or, where the width is 1, sigmoid.
    ///   - targets: the number of each example's class.
    ///   - indices: each example's number in its source.
    ///   - name: what a person would look for, of such a number.
    package init(
        data: String, scores: [Float], width: Int, areLogits: Bool, targets: [Int], indices: [Int],
        classNames: [String], name: (Int) -> String
    ) {
        var sums = CalibrationBins()
        var wrong: [(row: Int, answer: Int?, confidence: Double)] = []
        for (row, answer) in ClassAnswers.of(scores, width: width, areLogits: areLogits).enumerated() {
            // What is no number is no confidence either.
            let confidence = answer.map { $0.confidence.isFinite ? min(max($0.confidence, 0), 1) : 0 } ?? 0
            sums.add(confidence, answer?.number == targets[row])
            if answer?.number != targets[row] { wrong.append((row, answer?.number, confidence)) }
        }
        wrong.sort { ($1.confidence, indices[$0.row]) < ($0.confidence, indices[$1.row]) }
        func className(_ number: Int) -> String {
            classNames.indices.contains(number) ? classNames[number] : "\(number)"
        }
        self.init(
            data: data,
            bins: (0..<CalibrationBins.count).map { bin in
                let count = Double(max(1, sums.examples[bin]))
                return Bin(
                    examples: sums.examples[bin], confidence: sums.confidence[bin] / count,
                    accuracy: Double(sums.hits[bin]) / count)
            },
            mistakeCount: wrong.count,
            mistakes: wrong.prefix(Self.mistakeLimit).map { mistake in
                let index = indices[mistake.row]
                return Mistake(
                    index: index, name: name(index), actual: className(targets[mistake.row]),
                    predicted: mistake.answer.map(className) ?? "nan", confidence: mistake.confidence)
            })
    }
}
