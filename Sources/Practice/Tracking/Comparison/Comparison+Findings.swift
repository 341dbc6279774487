extension Comparison {
    /// What two arms' scores say.
    package enum Verdict: String, Sendable, CaseIterable {
        case better, worse
        case noEvidence = "no evidence"
        case tooFewRuns = "too few runs"
    }

    /// Two arms at one share of the labels, over the seeds that both completed.
    package struct Pair: Sendable, Hashable {
        package var first: String
        package var second: String
        package var fraction: Double
        package var seeds: [Int]
        package var firstMean: Double
        package var secondMean: Double
        /// First minus second, as the metric is: of a loss, less is better.
        package var difference: Double
        /// Of the difference; nil for a single seed.
        package var interval: Interval?
        /// Test examples that the interval counts with; 0 where it goes by seeds alone.
        package var examples: Int
        /// Nil where the metric is not whether an example is right.
        package var mcNemar: McNemar?
        /// Seeds in which the first is better, worse, and neither.
        package var wins: Int
        package var losses: Int
        package var ties: Int
        /// Nil without validation data, or for a metric that evaluations do not give.
        package var stepsToReach: StepsToReach?
        package var verdict: Verdict
        /// With `tooFewRuns`, about how many more seeds would tell; nil where nothing can be said.
        package var moreRuns: Int?
        /// The verdict in words.
        package var sentence: String

        package init(
            first: String, second: String, fraction: Double, seeds: [Int], firstMean: Double, secondMean: Double,
            difference: Double, interval: Interval?, examples: Int, mcNemar: McNemar?, wins: Int, losses: Int,
            ties: Int,
            stepsToReach: StepsToReach?, verdict: Verdict, moreRuns: Int?, sentence: String
        ) {
            self.first = first
            self.second = second
            self.fraction = fraction
            self.seeds = seeds
            self.firstMean = firstMean
            self.secondMean = secondMean
            self.difference = difference
            self.interval = interval
            self.examples = examples
            self.mcNemar = mcNemar
            self.wins = wins
            self.losses = losses
            self.ties = ties
            self.stepsToReach = stepsToReach
            self.verdict = verdict
            self.moreRuns = moreRuns
            self.sentence = sentence
        }
    }

    package struct Interval: Sendable, Hashable {
        package var low: Double
        package var high: Double

        package init(low: Double, high: Double) {
            self.low = low
            self.high = high
        }
    }

    /// Examples that one arm gets right and the other does not.
    package struct McNemar: Sendable, Hashable {
        package struct Seed: Sendable, Hashable {
            package var seed: Int
            package var firstOnly: Int
            package var secondOnly: Int
            package var p: Double

            package init(seed: Int, firstOnly: Int, secondOnly: Int, p: Double) {
                self.seed = seed
                self.firstOnly = firstOnly
                self.secondOnly = secondOnly
                self.p = p
            }
        }

        /// Examples that the first gets right in more seeds than the second, and the other way round.
        package var firstOnly: Int
        package var secondOnly: Int
        /// Two-sided, exact.
        package var p: Double
        package var seeds: [Seed]

        package init(firstOnly: Int, secondOnly: Int, p: Double, seeds: [Seed]) {
            self.firstOnly = firstOnly
            self.secondOnly = secondOnly
            self.p = p
            self.seeds = seeds
        }
    }

    /// When each arm's validation score is as good as what the second one ends with. Medians over seeds; nil where most never
    /// get there.
    package struct StepsToReach: Sendable, Hashable {
        /// The mean over seeds of that score.
        package var score: Double
        package var first: Int?
        package var second: Int?
        package var firstExamples: Int?
        package var secondExamples: Int?

        package init(score: Double, first: Int?, second: Int?, firstExamples: Int?, secondExamples: Int?) {
            self.score = score
            self.first = first
            self.second = second
            self.firstExamples = firstExamples
            self.secondExamples = secondExamples
        }
    }

    /// How many labels the second arm needs to be as good as the first with its.
    package struct Equivalence: Sendable, Hashable {
        package enum Relation: String, Sendable, CaseIterable {
            case about
            case moreThan = "more than"
            case lessThan = "less than"
        }

        package var first: String
        package var second: String
        package var labels: Int
        package var equals: Int
        package var relation: Relation
        package var sentence: String

        package init(
            first: String, second: String, labels: Int, equals: Int, relation: Relation, sentence: String
        ) {
            self.first = first
            self.second = second
            self.labels = labels
            self.equals = equals
            self.relation = relation
            self.sentence = sentence
        }
    }

    /// What an arm still knows of what its checkpoint was trained for.
    package struct Forgetting: Sendable, Hashable {
        package var arm: String
        package var fraction: Double
        package var seed: Int
        package var metric: String
        package var before: Double
        package var after: Double

        package init(arm: String, fraction: Double, seed: Int, metric: String, before: Double, after: Double) {
            self.arm = arm
            self.fraction = fraction
            self.seed = seed
            self.metric = metric
            self.before = before
            self.after = after
        }
    }
}
