import OrderedCollections
import Training

/// `run.json`: what a run was and what came of it. It holds no clock, so that equal runs leave equal records; times
/// are in `timing.csv` and `events.jsonl`.
package struct RunRecord: Sendable, Hashable {
    package enum Status: String, Sendable, CaseIterable {
        case running, completed, interrupted, failed
    }

    package var name: String
    package var status: Status
    /// Why training stopped; nil while it runs.
    package var reason: StopReason?
    /// What went wrong, in a sentence, where the run failed.
    package var error: String?
    package var seed: UInt64
    package var phases: [PhaseRecord] = []
    /// The evaluation whose weights are in `model.h5`.
    package var best: Moment?
    /// The last evaluation.
    package var final: Moment?
    /// Of the weights in `model.h5`: `loss`, `accuracy`, … without a prefix.
    package var test: [MetricValue] = []
    package var examples: Examples
    /// Empty where the targets are not classes.
    package var classNames: [String] = []
    /// SHA-256 by what was hashed: `recipe`, `data.train`, `checkpoint`, `frozen.start`, `frozen.end`, `model`.
    package var hashes: OrderedDictionary<String, String> = [:]
    package var environment: Environment
    package var layers: [LayerRecord] = []
    /// On the test set, or else on the validation data.
    package var confusion: ConfusionTable?
    package var warnings: [String] = []
    /// What was done to training examples and gradients beyond the ordinary, each a sentence.
    package var methods: [String] = []

    package init(name: String, seed: UInt64, examples: Examples, environment: Environment) {
        self.name = name
        status = .running
        self.seed = seed
        self.examples = examples
        self.environment = environment
    }

    package struct Examples: Sendable, Hashable {
        package var train: Int
        package var validation: Int
        package var test: Int

        package init(train: Int, validation: Int, test: Int) {
            self.train = train
            self.validation = validation
            self.test = test
        }
    }

    /// An evaluation's place and scores.
    package struct Moment: Sendable, Hashable {
        package var phase: String
        package var epoch: Int
        package var step: Int
        package var trainLoss: Double
        package var validationLoss: Double?
        package var metrics: [MetricValue]

        package init(_ report: EvaluationReport) {
            phase = report.phase
            epoch = report.epoch
            step = report.step
            trainLoss = report.trainLoss
            validationLoss = report.validationLoss
            metrics = report.metrics
        }
    }

    package struct PhaseRecord: Sendable, Hashable {
        package var name: String
        /// Evaluated epochs and steps over the whole run at the end of the phase.
        package var lastEpoch: Int
        package var lastStep: Int
        package var plannedEpochs: Int
        package var trainableParameters: Int
        package var frozenParameters: Int
        package var reason: StopReason
        package var monitor: String?
        package var bestEpoch: Int?
        package var bestStep: Int?
        package var bestScore: Double?
    }

    /// A layer, and what each phase did with it.
    package struct LayerRecord: Sendable, Hashable {
        package var path: String
        package var className: String
        /// Without the batch.
        package var outputShape: [Int]
        package var parameters: Int
        /// Whether it came with this run instead of from the checkpoint.
        package var isNew: Bool
        /// One for each phase of the run, in order.
        package var phases: [Treatment]

        package init(
            path: String, className: String, outputShape: [Int], parameters: Int, isNew: Bool, phases: [Treatment]
        ) {
            self.path = path
            self.className = className
            self.outputShape = outputShape
            self.parameters = parameters
            self.isNew = isNew
            self.phases = phases
        }
    }

    /// What a phase did with a layer.
    package struct Treatment: Sendable, Hashable {
        /// Elements of the layer that trained.
        package var trainable: Int
        /// The highest of its tensors' rates at the schedule's peak; nil where nothing trained.
        package var learningRate: Double?

        package init(trainable: Int, learningRate: Double?) {
            self.trainable = trainable
            self.learningRate = learningRate
        }
    }
}
