/// A number (or, for `nesterov`, a switch) that an optimizer can be given, under the name that a recipe uses.
package enum OptimizerOption: String, Sendable, CaseIterable {
    case learningRate = "learning_rate"
    case weightDecay = "weight_decay"
    case momentum, nesterov, rho
    case beta1 = "beta_1"
    case beta2 = "beta_2"
    case epsilon
    case initialAccumulator = "initial_accumulator"

    /// Other spellings that people bring along from other tools.
    package var aliases: [String] {
        switch self {
        case .learningRate: ["lr"]
        case .weightDecay: ["wd"]
        case .beta1: ["beta1"]
        case .beta2: ["beta2"]
        case .rho: ["alpha"]
        case .epsilon: ["eps"]
        case .initialAccumulator: ["initial_accumulator_value"]
        case .momentum, .nesterov: []
        }
    }

    /// Whether the option is true or false: 1 or 0 here.
    package var isSwitch: Bool { self == .nesterov }

    /// The option of a name or alias, or nil.
    package init?(name: String) {
        guard let option = OptimizerOption.allCases.first(where: { $0.rawValue == name || $0.aliases.contains(name) })
        else { return nil }
        self = option
    }

    /// What a value must be, in words that follow "must be".
    package var range: String {
        switch self {
        case .learningRate, .weightDecay, .initialAccumulator: "a finite number of at least 0"
        case .momentum, .rho, .beta1, .beta2: "at least 0 and below 1"
        case .epsilon: "a finite number above 0"
        case .nesterov: "true or false"
        }
    }

    package func accepts(_ value: Double) -> Bool {
        switch self {
        case .learningRate, .weightDecay, .initialAccumulator: value >= 0 && Float(value).isFinite
        case .momentum, .rho, .beta1, .beta2: value >= 0 && Float(value) < 1
        case .epsilon: Float(value) > 0 && Float(value).isFinite
        case .nesterov: value == 0 || value == 1
        }
    }
}
