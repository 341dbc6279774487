/// What Tab makes of a line.
struct Completion: Hashable {
    /// To be put in at the cursor.
    var inserted = ""
    /// The possibilities, where they are several, with their line feeds.
    var shown = ""
}

extension Completion {
    /// - Parameters:
    ///   - line: up to the cursor.
    ///   - names: of layers and tensors.
    ///   - branches: names of lines.
    ///   - phases: names of the recipe's.
    ///   - columns: of the terminal.
    init(of line: String, names: [String], branches: [String], phases: [String] = [], columns: Int = 80) {
        self.init()
        let quoted = line.split(separator: " ", omittingEmptySubsequences: false)
        let word = String(quoted.last ?? "")
        let before = quoted.dropLast().filter { !$0.isEmpty }.map(String.init)
        let found = Completion.candidates(word, after: before, names: names, branches: branches, phases: phases)
        guard let common = Completion.prefix(of: found) else { return }
        let start = word.hasPrefix("\"") ? String(word.dropFirst()) : word
        inserted = String(common.dropFirst(start.count))
        // Where more may follow, the next word does not begin yet.
        let goesOn = common.hasSuffix("/") || common.hasSuffix("=") || names.contains { $0.hasPrefix(common + ".") }
        if found.count == 1, !goesOn { inserted += " " }
        if found.count > 1, inserted.isEmpty { shown = Completion.columns(found, columns) }
    }

    private static func candidates(
        _ word: String, after before: [String], names: [String], branches: [String], phases: [String]
    ) -> [String] {
        let start = word.hasPrefix("\"") ? String(word.dropFirst()) : word
        guard let typed = before.first else {
            return ReplVerb.allCases.map(\.rawValue).filter { $0.hasPrefix(start) }
        }
        guard let verb = try? ReplVerb(typed: typed) else { return [] }
        var found: [String] = []
        for argument in verb.entry.arguments {
            switch argument {
            case .layer: found += paths(start, names)
            case .file: found += files(start)
            case .verb: found += ReplVerb.allCases.map(\.rawValue).filter { $0.hasPrefix(start) }
            case .phase: found += (phases + ["next"]).filter { $0.hasPrefix(start) }
            case .branch: found += branches.filter { $0.hasPrefix(start) }
            case .word(let words): found += words.filter { $0.hasPrefix(start) }
            }
        }
        if [.optimizer, .schedule, .set].contains(verb) { found += keys(of: verb).filter { $0.hasPrefix(start) } }
        var seen: Set<String> = []
        return found.filter { seen.insert($0).inserted }
    }

    /// Keys of the recipe that a command takes, with their `=`.
    private static func keys(of verb: ReplVerb) -> [String] {
        switch verb {
        case .optimizer:
            ["learning_rate=", "weight_decay=", "momentum=", "nesterov=", "beta_1=", "beta_2=", "epsilon="]
        case .schedule: ["warmup=", "minimum=", "end=", "factor=", "every=", "patience=", "monitor="]
        default: RecipeTable.phaseSettings.map { $0.key + "=" } + ["evaluate_every=", "ema=", "metrics=", "seed="]
        }
    }

    /// Names up to the next dot, so that a model of hundreds of tensors can be walked through.
    private static func paths(_ start: String, _ names: [String]) -> [String] {
        var found: [String] = []
        for name in names where name.hasPrefix(start) {
            let rest = name.dropFirst(start.count)
            let end = rest.firstIndex(of: ".")
            let part = end.map { String(name[..<$0]) } ?? name
            if found.last != part, !found.contains(part) { found.append(part) }
        }
        return found
    }

    private static func files(_ start: String) -> [String] {
        let folder = start.lastIndex(of: "/").map { String(start[...$0]) } ?? ""
        let name = start.dropFirst(folder.count)
        return RecipePaths.names(in: folder.isEmpty ? "." : folder)
            .filter { $0.hasPrefix(name) && ($0.first != "." || name.first == ".") }
            .map { folder + $0 + (RecipePaths.kind(of: folder + $0) == .folder ? "/" : "") }
    }

    /// What all have in common at their beginning; nil for none.
    private static func prefix(of words: [String]) -> String? {
        guard var common = words.first else { return nil }
        for word in words.dropFirst() { while !word.hasPrefix(common) { common.removeLast() } }
        return common
    }

    private static func columns(_ words: [String], _ total: Int) -> String {
        let shown = words.prefix(100)
        let width = (shown.map(\.count).max() ?? 0) + 2
        let perLine = max(1, total / width)
        var text = ""
        for (index, word) in shown.enumerated() {
            let isLast = index % perLine == perLine - 1 || index == shown.count - 1
            text += isLast ? word + "\n" : word.padding(to: width)
        }
        return text + (words.count > shown.count ? "and \(words.count - shown.count) more\n" : "")
    }
}
