import JSON

/// What can be typed.
enum ReplVerb: String, CaseIterable {
    case layers, show, activations, gradients, ledger, plan, explain, curve, phases, phase
    case freeze, unfreeze, rate, decay
    case batchNorm = "batch-norm"
    case policy, head, optimizer, schedule, augment, precision, set
    case data, use
    case train, `continue`, evaluate, predict, suggest
    case rateFind = "lr-find"
    case undo, redo, branch, `switch`, compare, history
    case save
    case saveRecipe = "save-recipe"
    case report, help, quit

    /// What an argument may be, for completion.
    enum Argument { case layer, file, verb, branch, phase, word([String]) }

    struct Entry {
        let usage: String
        let summary: String
        let detail: String
        let example: String
        var arguments: [Argument] = []
    }

    /// Other words for the same.
    static let aliases: [String: ReplVerb] = [
        "exit": .quit, "q": .quit, "?": .help, "lr": .rate, "wd": .decay, "eval": .evaluate, "ls": .layers,
        "step": .train, "go": .continue, "bn": .batchNorm, "log": .history, "checkout": .switch, "write": .save,
    ]

    /// - Throws: `UsageError` with the nearest verb.
    init(typed word: String) throws {
        if let verb = ReplVerb(rawValue: word) ?? ReplVerb.aliases[word] {
            self = verb
            return
        }
        let known = ReplVerb.allCases.map(\.rawValue)
        throw UsageError("there is no command \"\(word)\"" + didYouMean(word, among: known, known: "commands"))
    }

    /// Groups in the order of `help`.
    static let groups: [(title: String, verbs: [ReplVerb])] = [
        ("look", [.layers, .show, .activations, .gradients, .ledger, .plan, .explain, .curve, .phases]),
        ("attach data", [.data, .use]),
        ("choose what trains", [.freeze, .unfreeze, .rate, .decay, .batchNorm, .policy, .head]),
        ("choose how", [.optimizer, .schedule, .augment, .precision, .set]),
        ("act", [.train, .continue, .phase, .evaluate, .predict, .suggest, .rateFind]),
        ("go back", [.undo, .redo, .branch, .switch, .compare, .history]),
        ("leave", [.save, .saveRecipe, .report, .help, .quit]),
    ]
}
