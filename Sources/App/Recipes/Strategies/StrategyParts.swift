import JSON
import OrderedCollections

/// What strategies are put together from.
enum StrategyParts {
    typealias Settings = OrderedDictionary<String, JSON>

    static let everything: [JSON] = [["unfreeze": "**"]]

    static func adamw(_ rate: Double, decay: Double) -> JSON {
        ["name": "adamw", "learning_rate": .number(rate), "weight_decay": .number(decay)]
    }

    static let cosine: JSON = ["name": "cosine", "warmup": 0.1]

    static let layeredAdamW: Settings = [
        "optimizer": adamw(1e-4, decay: 1e-3), "schedule": cosine, "layer_decay": 0.9, "clip_norm": 1.0,
    ]
    static let gentleAdamW: Settings = [
        "optimizer": adamw(1e-4, decay: 0.01), "schedule": cosine, "optimizer_state": "reset",
    ]
    /// Howard and Ruder's rates fall by 2.6 from layer to layer, and end at a 32nd of their peak.
    static let slantedTriangle: Settings = [
        "optimizer": adamw(1e-3, decay: 0.01), "schedule": ["name": "linear", "warmup": 0.1, "end": 0.03125],
        "layer_decay": 0.3846, "gradual": 1,
    ]
    static let steppedSGD: Settings = [
        "optimizer": ["name": "sgd", "learning_rate": 0.01, "momentum": 0.9],
        "schedule": ["name": "step", "factor": 0.1, "every": 0.67],
    ]
    static let fewParameters: Settings = ["optimizer": adamw(1e-3, decay: 0), "schedule": cosine]
    static let surgeon: Settings = ["optimizer": ["name": "adam", "learning_rate": 1e-4]]
    static let freshAdamW: Settings = ["optimizer": adamw(1e-3, decay: 0.01), "schedule": cosine]
}

extension Strategy.Setting {
    func phase(_ name: String, _ epochs: Int, _ policy: [JSON], _ settings: StrategyParts.Settings) -> JSON {
        var members: StrategyParts.Settings = [
            "name": .string(name), "epochs": .integer(epochs), "policy": .array(policy),
        ]
        members.merge(settings) { $1 }
        if hasValidation { members["early_stopping"] = ["patience": 3] }
        return .object(members)
    }

    func probe(_ name: String) -> JSON {
        phase(name, 20, only(), ["optimizer": StrategyParts.adamw(1e-3, decay: 0.01)])
    }

    /// The head, and what else is named.
    func only(_ others: String...) -> [JSON] { [["freeze": "**"], unfreezing(others + head)] }

    /// One block, with the head where it is new: a head that came along stays as it is.
    func surgery(_ block: String) -> [JSON] { [["freeze": "**"], unfreezing([block] + (hasNewHead ? head : []))] }

    private func unfreezing(_ patterns: [String]) -> JSON {
        ["unfreeze": patterns.count == 1 ? .string(patterns[0]) : .array(patterns.map(JSON.string))]
    }

    var pulled: [JSON] {
        let pattern: JSON = head.count == 1 ? .string(head[0]) : .array(head.map(JSON.string))
        return StrategyParts.everything + [
            ["set": "**", "l2_sp": 0.1, "weight_decay": 0.0], ["set": pattern, "l2_sp": 0.0, "weight_decay": 0.01],
        ]
    }
}
