import JSON

/// One word for a way to fine-tune: a policy and phases with the defaults of those who published it.
/// `docs/strategies.md` is made from this.
package enum Strategy: String, Sendable, CaseIterable {
    case featureExtraction = "feature-extraction"
    case fineTune = "fine-tune"
    case lpFt = "lp-ft"
    case gradualUnfreezing = "gradual-unfreezing"
    case l2SP = "l2-sp"
    case bitFit = "bitfit"
    case normOnly = "norm-only"
    case surgical
    case surgicalFirst = "surgical-first"
    case surgicalLast = "surgical-last"
    case fromScratch = "from-scratch"

    /// Other names that people know it by.
    package var aliases: [String] {
        switch self {
        case .featureExtraction: ["linear-probe", "feature_extraction"]
        case .fineTune: ["fine_tune", "full"]
        case .gradualUnfreezing: ["gradual_unfreezing", "ulmfit"]
        case .lpFt: ["lp_ft"]
        case .l2SP: ["l2_sp"]
        case .normOnly: ["norm_only"]
        case .fromScratch: ["from_scratch", "scratch"]
        case .bitFit, .surgical, .surgicalFirst, .surgicalLast: []
        }
    }

    /// What decides how a strategy is written out.
    package struct Setting: Sendable {
        /// Patterns for the new head; without one the layer nearest the output.
        package var head: [String]
        package var hasNewHead: Bool
        /// Whether there is validation data, so that a phase can end early and keep its best.
        package var hasValidation: Bool

        package init(head: [String], hasNewHead: Bool, hasValidation: Bool) {
            self.head = head
            self.hasNewHead = hasNewHead
            self.hasValidation = hasValidation
        }
    }

    /// The phases as a recipe writes them, complete enough to train with no other key.
    package func phases(_ setting: Setting) -> [JSON] {
        switch self {
        case .featureExtraction: [setting.probe("head")]
        case .fineTune: [setting.phase("all", 10, StrategyParts.everything, StrategyParts.layeredAdamW)]
        case .lpFt:
            [
                setting.probe("probe"),
                setting.phase("fine-tune", 10, StrategyParts.everything, StrategyParts.gentleAdamW),
            ]
        case .gradualUnfreezing: [setting.phase("gradual", 10, StrategyParts.everything, StrategyParts.slantedTriangle)]
        case .l2SP: [setting.phase("l2-sp", 10, setting.pulled, StrategyParts.steppedSGD)]
        case .bitFit: [setting.phase("biases", 10, setting.only("role: bias"), StrategyParts.fewParameters)]
        case .normOnly: [setting.phase("norms", 10, setting.only("role: norm"), StrategyParts.fewParameters)]
        case .surgical: (setting.hasNewHead ? Strategy.surgicalLast : .surgicalFirst).phases(setting)
        case .surgicalFirst: [setting.phase("first-block", 15, setting.surgery("first block"), StrategyParts.surgeon)]
        case .surgicalLast: [setting.phase("last-block", 15, setting.surgery("last block"), StrategyParts.surgeon)]
        case .fromScratch: [setting.phase("scratch", 30, StrategyParts.everything, StrategyParts.freshAdamW)]
        }
    }

    /// Whether what a file has is made up anew.
    package var reinitializes: Bool { self == .fromScratch }
}
