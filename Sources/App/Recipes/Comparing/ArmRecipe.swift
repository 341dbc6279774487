import JSON
import Layers
import OrderedCollections
import Training

/// A resolved recipe on its way to becoming an arm's: a JSON value that is changed key by key, and read again as any
/// other recipe.
struct ArmRecipe {
    private(set) var json: JSON

    /// - Parameter recipe: with gradual unfreezing written out.
    init(_ recipe: Recipe) {
        json = recipe.resolved
        json["comparison"] = .null
    }

    /// - Throws: what reading a recipe throws.
    func recipe(_ file: String) throws -> Recipe {
        try RecipeReader().read(text: json.serialized(pretty: true), path: file, folder: "/")
    }

    mutating func set(seed: Int) { json["seed"] = .integer(seed) }

    /// All seeds have the same training and validation examples.
    mutating func shareSplit(seed: UInt64) { json["data"]?["split_seed"] = .integer(Int(clamping: seed)) }

    private var phases: [JSON] {
        get { json["phases"]?.array ?? [] }
        set { json["phases"] = .array(newValue) }
    }

    /// Starts from another whole model.
    mutating func start(from checkpoint: String) {
        json["model"]?["checkpoint"] = .string(checkpoint)
        json["model"]?["architecture"] = .null
        json["model"]?["weights"] = .null
    }

    /// Gives every phase a rate at its schedule's peak.
    mutating func set(learningRate: Double) {
        phases = phases.map { phase in
            var phase = phase
            phase["optimizer"]?["learning_rate"] = .number(learningRate)
            phase["discriminative"] = .null
            return phase
        }
    }

    /// Lays the recipe out in steps, so that it is the same whatever the number of examples: epochs, and durations that count
    /// them.
    /// - Parameters:
    ///   - lengths: steps of each phase.
    ///   - perEpoch: steps of each phase's epoch, with all examples.
    ///   - passing: steps of the epochs that evaluations and snapshots are counted in; nil for those of the first phase.
    mutating func count(inSteps lengths: [Int], perEpoch: [Int], evaluatedPer passing: Int? = nil) {
        phases = zip(phases, zip(lengths, perEpoch)).map { phase, counts in
            var phase = phase
            let (steps, perEpoch) = counts
            phase["epochs"] = .null
            phase["steps"] = .integer(steps)
            for key in ["warmup", "every"] {
                if let value = phase["schedule"]?[key] { phase["schedule"]?[key] = ArmRecipe.steps(value, perEpoch) }
            }
            let rules = phase["policy"]?.array ?? []
            phase["policy"] = .array(
                rules.map { rule in
                    var rule = rule
                    if let value = rule["warmup"] { rule["warmup"] = ArmRecipe.steps(value, perEpoch) }
                    return rule
                })
            return phase
        }
        for key in ["evaluate_every", "snapshot_every"] {
            guard let every = json[key] else { continue }
            json[key] = ArmRecipe.steps(every, passing ?? perEpoch.first ?? 1, least: 1)
        }
    }

    /// A duration in epochs as one in steps; any other as it is.
    private static func steps(_ value: JSON, _ perEpoch: Int, least: Int = 0) -> JSON {
        guard case .epochs(let epochs)? = try? RecipeDuration(value).duration else { return value }
        let steps = TrainingDuration.epochs(epochs).resolved(stepsPerEpoch: perEpoch, totalSteps: 0)
        return .integer(max(steps, least))
    }

    /// Everything from fresh weights: one phase in which all layers train.
    /// - Parameters:
    ///   - main: the phase whose optimizer, schedule, augmentation and so on it has.
    ///   - steps: of the whole run.
    mutating func startFresh(like main: Int, steps: Int) {
        // Early stopping is that of the run's end.
        let stopping = phases.last?["early_stopping"] ?? .null
        let restore = phases.last?["restore_best"] ?? .null
        var phase = phases[main]
        phase["name"] = "scratch"
        phase["epochs"] = .null
        phase["steps"] = .integer(steps)
        phase["policy"] = [["unfreeze": "**"]]
        phase["early_stopping"] = stopping
        phase["restore_best"] = restore
        for key in ["layer_decay", "discriminative", "gradual", "stop_at"] { phase[key] = .null }
        for key in ["continue", "restart_schedule"] { phase[key] = false }
        phases = [phase]
        json["model"]?["reinitialize"] = ["**"]
    }

    /// A strategy's policy and phases, with what the recipe does to examples and its early stopping.
    /// - Parameter main: the phase of the recipe that says so.
    mutating func follow(_ strategy: Strategy, like main: Int) {
        let phase = phases[main]
        let stopping = phases.last?["early_stopping"] ?? .null
        json["phases"] = .null
        json["strategy"] = .string(strategy.rawValue)
        for key in ["augment", "mixup", "cutmix", "accumulate", "precision"] { json[key] = phase[key] ?? .null }
        json["early_stopping"] = stopping
        if json["accumulate"]?.isNull == true { json["accumulate"] = 1 }
    }
}

/// How long a recipe's phases are, in steps.
struct RecipeLengths {
    /// As planned, and as carried out where a phase is paused.
    let planned: [Int]
    let done: [Int]
    /// Of an epoch of each phase.
    let perEpoch: [Int]
    /// Of the whole run.
    let total: Int

    /// - Parameter examples: all that there are to train on.
    init(_ recipe: Recipe, examples: Int) {
        let batches = (examples + recipe.data.batchSize - 1) / recipe.data.batchSize
        let configurations = recipe.phaseConfigurations()
        perEpoch = configurations.map { $0.updates(ofBatches: batches) }
        planned = zip(configurations, perEpoch).map { $0.length.steps(perEpoch: $1) }
        done = zip(configurations, perEpoch).map { $0.stepsDone(perEpoch: $1) }
        total = min(done.reduce(0, +), recipe.maximumSteps ?? .max)
    }
}

extension Recipe {
    /// The phase in which most parameters train; of equal ones the first.
    func mainPhase(_ registries: [LayerRegistry]) throws -> Int {
        let counts = try phaseConfigurations().enumerated().map { index, phase in
            try PolicyResolution(
                rules: phase.rules, registry: registries[stage(ofPhase: index)], rates: phase.rates
            ).trainableParameters
        }
        return counts.indices.max { (counts[$0], -$0) < (counts[$1], -$1) } ?? 0
    }
}

/// Parts of a whole that are as large as given numbers to each other: at least one each, and together the whole where that
/// leaves room.
func scaled(_ lengths: [Int], to total: Int) -> [Int] {
    let sum = lengths.reduce(0, +)
    guard sum > 0, sum != total else { return lengths }
    var ends: [Int] = []
    var sofar = 0
    for length in lengths {
        sofar += length
        ends.append(Int((Double(sofar) / Double(sum) * Double(total)).rounded()))
    }
    return zip(ends, [0] + ends).map { max(1, $0 - $1) }
}
