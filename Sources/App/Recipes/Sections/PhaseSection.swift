import Data
import JSON
import Layers
import Tensors
import Training

/// One phase with all its settings: its own over the top level's over the defaults.
package struct PhaseSection: Sendable {
    package enum Length: Hashable, Sendable {
        case epochs(Int)
        case steps(Int)
    }

    /// When the next block is unfrozen.
    package enum Gradual: Hashable, Sendable {
        case epochs(Int)
        case plateau
    }

    package let name: String
    package let length: Length
    /// Whether it goes on from the very step where the phase before ended.
    package let continues: Bool
    /// Whether its schedule begins anew although it continues another phase.
    package let restartsSchedule: Bool
    /// Steps after which it is paused; nil: it goes to its end.
    package let stopAt: Int?
    package let policy: [PolicyRule]
    /// Where each rule stands in the recipe, such as `phases.0.policy.1`, for messages.
    package let policyPaths: [String]
    package let optimizer: OptimizerConfiguration
    package let schedule: ScheduleConfiguration
    package let clipNorm: Double?
    /// Nil: the phase does not end early.
    package let earlyStopping: EarlyStoppingConfiguration?
    /// Whether the phase ends with its best weights; nil: as `earlyStopping` says.
    package let restoreBest: Bool?
    /// Times this for every layer farther from the output; nil: no decay.
    package let layerDecay: Double?
    /// Peak rates from the layers farthest from the output to the nearest; nil: the optimizer's for all.
    package let discriminative: (lowest: Double, highest: Double)?
    /// Nil: all that trains does so from the start.
    package let gradual: Gradual?
    package let keepsOptimizerState: Bool
    package let augmentation: Augmentation
    /// α of mixing examples; nil for none.
    package let mixup: Double?
    package let cutmix: Double?
    /// Batches per update.
    package let accumulate: Int
    /// Layers in the place of the head before; empty where the model stays as it is.
    package let head: [HeadLayer]
    /// The last layer that stays under them; nil: the one that the head before stands on.
    package let cutAt: String?
    package let precision: PrecisionChoice

    /// - Parameter blocks: what the names of blocks stand for in rules.
    init(_ node: RecipeNode, blocks: [String: PathPattern]) throws {
        name = try node.member("name").text()
        length =
            if let steps = try node.optional("steps") { .steps(try steps.int()) } else {
                .epochs(try node.member("epochs").int())
            }
        continues = try node.optional("continue")?.bool() ?? false
        restartsSchedule = try node.optional("restart_schedule")?.bool() ?? false
        stopAt = try node.optional("stop_at")?.int()
        let rules = try node.member("policy").list()
        policy = try rules.map { try PolicyRule($0).naming(blocks) }
        policyPaths = rules.map(\.path)
        var optimizer = try OptimizerConfiguration(node.member("optimizer"))
        schedule = try ScheduleConfiguration(node.member("schedule"))
        clipNorm = try node.optional("clip_norm")?.double()
        earlyStopping = try node.optional("early_stopping").map { try EarlyStoppingConfiguration($0) }
        restoreBest = try node.optional("restore_best")?.bool()
        layerDecay = try node.optional("layer_decay")?.double()
        discriminative = try node.optional("discriminative")?.doubles().bounds
        if let highest = discriminative?.highest { try optimizer.set(.learningRate, to: highest) }
        self.optimizer = optimizer
        gradual = try node.optional("gradual").map { $0.scalar?.int.map { .epochs($0) } ?? .plateau }
        augmentation = try Augmentation(node.member("augment"))
        mixup = try node.optional("mixup")?.double().nonzero
        cutmix = try node.optional("cutmix")?.double().nonzero
        accumulate = try node.member("accumulate").int()
        head = try node.optional("head")?.list().map { try HeadLayer($0) } ?? []
        cutAt = try node.optional("cut_at")?.text()
        precision = try node.member("precision").choice(PrecisionChoice.self)
        keepsOptimizerState = try node.member("optimizer_state").text() == "keep"
    }
}

extension [Double] {
    /// The first and the last.
    fileprivate var bounds: (lowest: Double, highest: Double)? {
        guard let first, let last else { return nil }
        return (first, last)
    }
}

extension PolicyRule {
    /// From a completed rule; one verb is certain, because validation saw to it.
    init(_ node: RecipeNode) throws {
        guard let verb = PolicyVerb.allCases.first(where: { node[$0.rawValue].map { !$0.isNull } ?? false }) else {
            throw RecipeTableError(path: node.path)
        }
        let selectors = try node.member(verb.rawValue).texts().map { try PolicySelector($0) }
        let options = PolicyOptions(
            multiplier: try node.optional("multiplier")?.double(),
            learningRate: try node.optional("learning_rate")?.double(),
            weightDecay: try node.optional("weight_decay")?.double(),
            batchNorm: try node.optional("batch_norm")?.choice(BatchNormMode.self),
            l2sp: try node.optional("l2_sp")?.double(),
            warmup: try node.optional("warmup").map { try RecipeDuration($0.scalar ?? .null).duration })
        try self.init(verb, selectors, options)
    }
}

extension OptimizerConfiguration {
    /// From a completed `optimizer` section.
    /// - Throws: `OptimizerConfigurationError` for what holds between options.
    init(_ node: RecipeNode) throws {
        self.init(try node.member("name").choice(OptimizerAlgorithm.self))
        for option in values.keys {
            let member = try node.member(option.rawValue)
            try set(option, to: option.isSwitch ? (try member.bool() ? 1 : 0) : try member.double())
        }
        try validate()
    }
}

extension ScheduleConfiguration {
    /// From a completed `schedule` section.
    /// - Throws: `ScheduleError` for numbers that make no sense.
    init(_ node: RecipeNode) throws {
        func duration(_ key: String) throws -> TrainingDuration {
            try RecipeDuration(node.member(key).scalar ?? .null).duration
        }
        let name = try node.member("name").choice(ScheduleName.self)
        let curve: ScheduleCurve =
            switch name {
            case .constant: .constant
            case .step: .step(factor: try node.member("factor").double(), every: try duration("every"))
            case .exponential: .exponential(factor: try node.member("factor").double(), every: try duration("every"))
            case .cosine: .cosine(minimum: try node.member("minimum").double())
            case .linear: .linear(end: try node.member("end").double())
            case .oneCycle:
                .oneCycle(div: try node.member("div").double(), finalDiv: try node.member("final_div").double())
            case .reduceOnPlateau: .reduceOnPlateau(try PlateauConfiguration(node))
            }
        self.init(curve, warmup: try duration("warmup"))
        try validate()
    }
}

extension Double {
    fileprivate var nonzero: Double? { self == 0 ? nil : self }
}

extension PlateauConfiguration {
    /// From a completed `schedule` section.
    fileprivate init(_ node: RecipeNode) throws {
        self.init(
            monitor: try node.member("monitor").text(),
            direction: try node.optional("mode")?.choice(ScoreDirection.self),
            factor: try node.member("factor").double(), patience: try node.member("patience").int(),
            minDelta: try node.member("min_delta").double(), cooldown: try node.member("cooldown").int(),
            minRate: try node.member("min_rate").double())
    }
}

extension EarlyStoppingConfiguration {
    /// From a completed `early_stopping` section.
    init(_ node: RecipeNode) throws {
        try self.init(
            monitor: try node.member("monitor").text(), patience: try node.member("patience").int(),
            minDelta: try node.member("min_delta").double(), restoreBest: try node.member("restore_best").bool(),
            direction: try node.optional("mode")?.choice(ScoreDirection.self))
    }
}
