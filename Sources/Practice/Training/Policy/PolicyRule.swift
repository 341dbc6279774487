import Layers
import Tensors

/// What a rule does to the tensors that it matches.
package enum PolicyVerb: String, Sendable, CaseIterable {
    case freeze, unfreeze, set
}

/// What a rule may set, under the names that recipes use. Nil: the rule says nothing about it.
package struct PolicyOptions: Hashable, Sendable {
    /// Times the phase's rate.
    package var multiplier: Double?
    /// Absolute, at the schedule's peak.
    package var learningRate: Double?
    package var weightDecay: Double?
    package var batchNorm: BatchNormMode?
    /// Strength of the pull toward the pretrained value.
    package var l2sp: Double?
    /// How long the rate rises to what it is without this, counted from the phase's first step; beside the schedule's.
    package var warmup: TrainingDuration?

    package static let names = ["multiplier", "learning_rate", "weight_decay", "batch_norm", "l2_sp", "warmup"]

    package init(
        multiplier: Double? = nil, learningRate: Double? = nil, weightDecay: Double? = nil,
        batchNorm: BatchNormMode? = nil, l2sp: Double? = nil, warmup: TrainingDuration? = nil
    ) {
        self.multiplier = multiplier
        self.learningRate = learningRate
        self.weightDecay = weightDecay
        self.batchNorm = batchNorm
        self.l2sp = l2sp
        self.warmup = warmup
    }

    /// The numbers that are set, in the order in which they are shown.
    package var numbers: [(name: String, value: Double)] {
        let all = [
            ("multiplier", multiplier), ("learning_rate", learningRate), ("weight_decay", weightDecay),
            ("l2_sp", l2sp),
        ]
        return all.compactMap { name, value in value.map { (name, $0) } }
    }

    package var isEmpty: Bool { numbers.isEmpty && batchNorm == nil && warmup == nil }

    /// The first option that means nothing for tensors that do not train.
    fileprivate var needsTraining: String? { numbers.first?.name ?? warmup.map { _ in "warmup" } }
}

/// One line of a policy. For each tensor and each option the last rule that matches wins; `multiplier` and
/// `learning_rate` are two ways to give one option, the rate.
package struct PolicyRule: Hashable, Sendable, CustomStringConvertible {
    package let verb: PolicyVerb
    package let selectors: [PolicySelector]
    package let options: PolicyOptions

    /// - Throws: `PolicyRuleError` for a rule that contradicts itself or does nothing.
    package init(
        _ verb: PolicyVerb, _ selectors: [PolicySelector], _ options: PolicyOptions = PolicyOptions()
    ) throws(PolicyRuleError) {
        guard !selectors.isEmpty else { throw .noPattern(verb) }
        if verb == .set && options.isEmpty { throw .nothingToSet }
        if verb == .freeze, let option = options.needsTraining { throw .frozenWith(option) }
        if options.multiplier != nil && options.learningRate != nil { throw .twoRates }
        for (name, value) in options.numbers where !(value >= 0 && value.isFinite) { throw .outOfRange(name, value) }
        self.verb = verb
        self.selectors = selectors
        self.options = options
    }

    /// Reads the patterns from their texts.
    /// - Throws: as the other initializer, and `PathPatternError`.
    package init(_ verb: PolicyVerb, _ patterns: String..., options: PolicyOptions = PolicyOptions()) throws {
        try self.init(verb, patterns.map { try PolicySelector($0) }, options)
    }

    /// As it would be typed: `set conv2d multiplier 0.1 weight_decay 0.0`.
    package var description: String {
        var words = [verb.rawValue] + selectors.map(\.description)
        words += options.numbers.map { "\($0.name) \($0.value)" }
        if let mode = options.batchNorm { words.append("batch_norm \(mode.rawValue)") }
        if let warmup = options.warmup { words.append("warmup \(warmup)") }
        return words.joined(separator: " ")
    }

    /// With patterns that are the names of blocks standing for those blocks.
    package func naming(_ blocks: [String: PathPattern]) -> PolicyRule {
        PolicyRule(checked: verb, selectors.map { $0.naming(blocks) }, options)
    }

    private init(checked verb: PolicyVerb, _ selectors: [PolicySelector], _ options: PolicyOptions) {
        self.verb = verb
        self.selectors = selectors
        self.options = options
    }
}

/// A rule that makes no sense whatever the model.
package enum PolicyRuleError: Error, Hashable, CustomStringConvertible {
    case noPattern(PolicyVerb)
    case nothingToSet
    case twoRates
    case outOfRange(String, Double)
    case lastWithoutCount(String)
    case unknownRole(String)
    case frozenWith(String)

    package var description: String {
        switch self {
        case .noPattern(let verb): "\(verb.rawValue) needs at least one pattern, such as \"**\""
        case .nothingToSet:
            "a rule with set sets nothing; give one of " + PolicyOptions.names.joined(separator: ", ")
        case .twoRates:
            "a rule takes multiplier (times the phase's rate) or learning_rate (absolute), not both"
        case .outOfRange(let name, let value): "\(name) must be a finite number of at least 0, not \(value)"
        case .lastWithoutCount(let text):
            "\"\(text)\": last and first take a number of layers from 1, as in \"last 3\", or blocks, as in "
                + "\"last 2 blocks\""
        case .unknownRole(let text):
            "\"\(text)\": role takes one of " + PolicyRoles.allCases.map(\.rawValue).joined(separator: ", ")
        case .frozenWith(let name):
            "what is frozen has no \(name); set it in the rule that unfreezes, or leave it out"
        }
    }
}
