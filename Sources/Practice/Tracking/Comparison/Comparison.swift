import JSON
import Training

/// `comparison.json`: what was compared, as it was settled before the first run, and what came of it. It holds no clock, so
/// that equal comparisons leave equal files; times are in `comparison-timing.json`.
package struct Comparison: Sendable, Hashable {
    package enum Status: String, Sendable, CaseIterable {
        /// Only the plan and the runs so far: nothing is concluded before the last run.
        case running
        case done
    }

    /// The score that decides, settled beforehand.
    package struct Metric: Sendable, Hashable {
        /// Without a prefix: `accuracy`, `loss`.
        package var name: String
        package var goal: ScoreDirection
        /// `test` or, where there is no test data, `validation`.
        package var data: String

        package init(name: String, goal: ScoreDirection, data: String) {
            self.name = name
            self.goal = goal
            self.data = data
        }
    }

    /// What every run may take.
    package struct Budget: Sendable, Hashable {
        package enum Kind: String, Sendable, CaseIterable { case steps, time }
        package var kind: Kind
        /// Updates at most; nil where arms are recipes of different lengths.
        package var steps: Int?
        /// Of one run, where the budget is time.
        package var minutes: Double?

        package init(kind: Kind, steps: Int?, minutes: Double? = nil) {
            self.kind = kind
            self.steps = steps
            self.minutes = minutes
        }
    }

    package var name: String
    package var status = Status.running
    package var metric: Metric
    package var seeds: [Int]
    /// Shares of the training labels, ascending; [1] where all are used.
    package var fractions: [Double]
    /// Whether every seed draws training and validation examples anew.
    package var splitsBySeed: Bool
    package var budget: Budget
    /// Of the intervals.
    package var confidence: Double
    /// Of the bootstrap.
    package var draws: Int
    /// Empty where the targets are not classes.
    package var classes: [String]
    package var arms: [Arm]
    /// Where the data of the checkpoint's own task come from, as a recipe says it; null where that is not asked for.
    package var oldTask = JSON.null
    /// Of everything that was asked for, so that nothing else is gone on with: SHA-256 by what was hashed.
    package var request: [String: String] = [:]
    /// In the order in which they ran.
    package var runs: [Run] = []
    package var comparisons: [Pair] = []
    package var efficiency: [Equivalence] = []
    package var forgetting: [Forgetting] = []

    package init(
        name: String, metric: Metric, seeds: [Int], fractions: [Double], splitsBySeed: Bool = false, budget: Budget,
        confidence: Double, draws: Int, classes: [String], arms: [Arm]
    ) {
        self.name = name
        self.metric = metric
        self.seeds = seeds
        self.fractions = fractions
        self.splitsBySeed = splitsBySeed
        self.budget = budget
        self.confidence = confidence
        self.draws = draws
        self.classes = classes
        self.arms = arms
    }

    /// One of the things compared.
    package struct Arm: Sendable, Hashable {
        package enum RateOrigin: String, Sendable, CaseIterable {
            case recipe, search = "lr-find", comparison
        }

        /// Also the name of its folder.
        package var name: String
        /// Resolved, as all its runs share it: they differ from it in `seed`, `data.fraction` and `data.split_seed`.
        package var recipe: JSON
        /// What it starts from, with its SHA-256; nil where it starts from nothing.
        package var checkpoint: Checkpoint?
        /// Of its first phase, at the schedule's peak.
        package var learningRate: Double
        package var rateFrom: RateOrigin

        package init(
            name: String, recipe: JSON, checkpoint: Checkpoint?, learningRate: Double, rateFrom: RateOrigin
        ) {
            self.name = name
            self.recipe = recipe
            self.checkpoint = checkpoint
            self.learningRate = learningRate
            self.rateFrom = rateFrom
        }
    }

    package struct Checkpoint: Sendable, Hashable {
        package var path: String
        package var hash: String

        package init(path: String, hash: String) {
            self.path = path
            self.hash = hash
        }
    }

    /// One run of an arm.
    package struct Run: Sendable, Hashable {
        package enum Status: String, Sendable, CaseIterable {
            case done
            /// A loss that was not finite.
            case failed
        }

        /// A point of its validation curve.
        package struct Point: Sendable, Hashable {
            package var step: Int
            package var score: Double

            package init(step: Int, score: Double) {
                self.step = step
                self.score = score
            }
        }

        package var arm: String
        package var seed: Int
        package var fraction: Double
        /// Examples it trained on.
        package var labels: Int
        /// Updates it made.
        package var steps: Int
        package var status: Status
        /// Of the comparison's metric; nil where it failed.
        package var score: Double?
        /// The evaluation whose weights were kept.
        package var bestStep: Int?
        /// Below the comparison's own.
        package var folder: String
        /// SHA-256 of its `model.h5`.
        package var modelHash: String?
        /// The metric on the validation data; empty without any.
        package var curve: [Point] = []

        package init(
            arm: String, seed: Int, fraction: Double, labels: Int, steps: Int, status: Status, score: Double?,
            bestStep: Int?, folder: String, modelHash: String?, curve: [Point]
        ) {
            self.arm = arm
            self.seed = seed
            self.fraction = fraction
            self.labels = labels
            self.steps = steps
            self.status = status
            self.score = score
            self.bestStep = bestStep
            self.folder = folder
            self.modelHash = modelHash
            self.curve = curve
        }
    }
}
