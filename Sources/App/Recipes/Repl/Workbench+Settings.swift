import JSON
import Training

/// What changes the settings of the next step.
extension Workbench {
    /// `freeze` or `unfreeze`.
    func addRule(_ verb: PolicyVerb, _ words: [String], command: String) throws {
        let patterns = Workbench.patterns(words)
        guard !patterns.isEmpty else {
            throw UsageError("\(verb.rawValue) needs a pattern; for example \(verb.rawValue) conv*, or ** for all")
        }
        try addRule([verb.rawValue: Workbench.written(patterns)], command)
    }

    /// `rate`, `decay` and `batch-norm`: patterns, and at the end what is set for them.
    /// - Parameter option: the rule's option of what was written last; nil where that makes no sense.
    func set(_ words: [String], _ usage: String, command: String, option: (String) -> (String, JSON)?) throws {
        guard words.count >= 2, let last = words.last else { throw UsageError("expected \(usage)") }
        guard let (key, value) = option(last) else {
            throw UsageError("\"\(last)\" cannot be set; expected \(usage)")
        }
        let patterns = Workbench.patterns(Array(words.dropLast()))
        try addRule(["set": Workbench.written(patterns), key: value], command)
    }

    private func addRule(_ rule: JSON, _ command: String) throws {
        try change(command) { draft in
            draft.settings["policy"] = .array((draft.settings["policy"]?.array ?? []) + [rule])
        }
    }

    func clearPolicy(_ command: String) throws { try change(command) { $0.settings["policy"] = [] } }

    /// `x0.1` as a multiplier, a number as a rate.
    static func rate(_ word: String) -> (String, JSON)? {
        let isFactor = word.hasPrefix("x") || word.hasPrefix("×") || word.hasPrefix("*")
        guard let number = Double(isFactor ? String(word.dropFirst()) : word), number >= 0, number.isFinite else {
            return nil
        }
        return (isFactor ? "multiplier" : "learning_rate", .number(number))
    }

    static func decay(_ word: String) -> (String, JSON)? {
        guard let number = Double(word), number >= 0, number.isFinite else { return nil }
        return ("weight_decay", .number(number))
    }

    static func batchNorm(_ word: String) -> (String, JSON)? {
        ["inference", "train", "adapt"].contains(word) ? ("batch_norm", .string(word)) : nil
    }

    /// Words as patterns: `last 2 blocks` and `until: conv` are one, quoted or not.
    static func patterns(_ words: [String]) -> [String] {
        var patterns: [String] = []
        var rest = words[...]
        while let word = rest.popFirst() {
            switch word {
            case "last", "first":
                var parts = [word]
                if let next = rest.first, Int(next) != nil { parts.append(rest.removeFirst()) }
                if let next = rest.first, ["block", "blocks"].contains(next) { parts.append(rest.removeFirst()) }
                patterns.append(parts.joined(separator: " "))
            case "until", "until:", "from", "from:", "role", "role:":
                patterns.append(([word] + [rest.popFirst()].compactMap { $0 }).joined(separator: " "))
            default: patterns.append(word)
            }
        }
        return patterns
    }

    private static func written(_ patterns: [String]) -> JSON {
        patterns.count == 1 ? .string(patterns[0]) : .array(patterns.map(JSON.string))
    }

    /// `optimizer` and `schedule`: a name and settings of it. A new name forgets the settings of the old one.
    func choose(_ key: String, _ words: [String], command: String) throws {
        guard !words.isEmpty else { throw UsageError("\(key) needs a name or key=value; help \(key) has an example") }
        try change(command) { draft in
            var value = draft.settings[key] ?? .null
            for word in words {
                if let setting = ReplSetting(word) {
                    value = value.setting(setting.path, to: setting.value)
                } else if value.object?["name"]?.string != word, value.string != word {
                    value = ["name": .string(word)]
                }
            }
            draft.settings[key] = value
        }
    }

    func augment(_ words: [String], command: String) throws {
        guard !words.isEmpty else { throw UsageError("augment needs off or a change; help augment has an example") }
        try change(command) { draft in
            if words == ["off"] {
                draft.settings["augment"] = []
                return
            }
            draft.settings["augment"] = .array(
                words.map { word in
                    if let setting = ReplSetting(word) { return JSON.null.setting(setting.path, to: setting.value) }
                    return .string(word)
                })
        }
    }

    func precision(_ words: [String], command: String) throws {
        guard words.count == 1 else {
            throw UsageError("expected precision float32, precision bfloat16 or precision auto")
        }
        try change(command) { $0.settings["precision"] = .string(words[0]) }
    }

    /// `set`: keys of a phase, else those of the recipe.
    func set(_ words: [String], command: String) throws {
        let settings = words.compactMap { ReplSetting($0) }
        guard !settings.isEmpty, settings.count == words.count else {
            throw UsageError("set needs key=value; for example set clip_norm=1")
        }
        let phaseKeys = Set(RecipeTable.phaseSettings.flatMap { [$0.key] + $0.aliases })
        if let key = settings.first(where: {
            ["epochs", "steps", "policy", "gradual", "continue"].contains($0.path[0])
        }) {
            throw UsageError(
                key.path[0] == "policy"
                    ? "rules are typed: freeze, unfreeze, rate, decay, batch-norm"
                    : "\(key.path[0]) is a matter of train; for example train 2 epochs, then unfreeze the next block")
        }
        if let key = settings.first(where: { !phaseKeys.contains($0.path[0]) }) {
            try changeTop(command, key.path[0]) { draft in
                for setting in settings { draft.set(setting, isPhaseKey: phaseKeys.contains(setting.path[0])) }
            }
        } else {
            try change(command) { draft in for setting in settings { draft.set(setting, isPhaseKey: true) } }
        }
    }
}

extension Draft {
    fileprivate mutating func set(_ setting: ReplSetting, isPhaseKey: Bool) {
        if isPhaseKey {
            settings = settings.setting(setting.path, to: setting.value)
        } else {
            let path = setting.path == ["batch_size"] ? ["data", "batch_size"] : setting.path
            top = top.setting(path, to: setting.value)
        }
    }
}
