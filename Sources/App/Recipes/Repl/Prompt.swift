import Glibc
import Kernels
import Tensors
import Tracking
import Training

/// Carries out what is typed, line by line.
final class Prompt {
    private let console: Console
    private let terminal: Terminal
    private let threads: Int?
    /// Nil until a model is open.
    private(set) var bench: Workbench?
    /// What the settings came to with the last command that changed any.
    private var effect: Effect?
    private var isOver = false

    /// - Parameter terminal: what results are written to.
    init(_ console: Console, terminal: Terminal, threads: Int?) {
        self.console = console
        self.terminal = terminal
        self.threads = threads
    }

    /// Reads and carries out lines until the end or `quit`. Ctrl-C pauses what is under way; it ends a script.
    /// - Returns: failure, where a command of a script failed.
    func run(_ lines: any LineSource) -> ExitStatus {
        var number = 0
        while !isOver, let line = lines.next(prompt: prompt) {
            number += 1
            Interruption.watch(endsProcess: !lines.isInteractive)
            defer { Interruption.unwatch(ignoresKeys: lines.isInteractive) }
            do { try perform(line) } catch {
                let sentence = "\(error)".onOneLine(limit: 4000)
                guard lines.isInteractive else {
                    console.note("finetune: line \(number), \"\(line)\": \(sentence)")
                    return .failed
                }
                console.note(sentence)
            }
            if console.failure != nil { return .failed }
            if Interruption.isRequested, !lines.isInteractive {
                sayWhereItIs()
                return .interrupted
            }
        }
        if lines.isInteractive, !isOver { console.print("") }
        sayWhereItIs()
        return .done
    }

    private func sayWhereItIs() {
        if let folder = bench?.folder {
            console.note("the session is in \(folder.path); to go on: finetune repl \(folder.path)")
        }
    }

    private var prompt: String {
        guard let bench else { return "finetune> " }
        let line = bench.timeline.current
        let step = bench.now.draft.journal.isEmpty ? "" : " \(bench.steps)"
        return "\(bench.draft.name)\(line == "main" ? "" : ":" + line)\(step)> "
    }

    func complete(_ line: String) -> Completion {
        let queue = bench?.draft.queue ?? PhaseQueue()
        return Completion(
            of: line, names: bench?.names ?? [], branches: bench?.timeline.names ?? [],
            phases: queue.phases.indices.map { queue.name(of: $0) }, columns: terminal.width())
    }

    /// Opens a model, a recipe, a run's folder or a session's.
    /// - Throws: what opening it throws.
    func open(_ path: String) throws {
        let bench: Workbench
        var queued: Recipe?
        switch RecipePaths.kind(of: path) {
        case nil: throw CommandPaths.missing(path, "model, recipe or run")
        case .folder where SessionFolder.isSession(path):
            let folder = SessionFolder(try RunDirectory(locking: path))
            bench = try Workbench(goingOnIn: folder, terminal: terminal, threads: threads)
        case .folder:
            let recipe = try RecipeArguments(path: path + "/" + RunDirectory.File.recipe.rawValue).read()
            var draft = Draft(recipe)
            draft.top["model"] = [
                "checkpoint": .string(RecipePaths.absolute(path + "/model.h5", from: RecipePaths.workingFolder))
            ]
            bench = try Workbench(draft, terminal: terminal, threads: threads)
        case .file, .other:
            let isRecipe = [".json", ".yaml", ".yml"].contains { path.lowercased().hasSuffix($0) }
            let recipe = isRecipe ? try RecipeArguments(path: path).read() : nil
            let draft = recipe.map { Draft($0) } ?? Draft(checkpoint: path)
            bench = try Workbench(draft, terminal: terminal, threads: threads)
            queued = recipe
        }
        if let queued { try bench.enqueue(queued) }
        let effect = try Effect(bench)
        self.bench = bench
        self.effect = effect
        console.write(plain("\(bench.draft.name): \(effect.text)\n"))
        let queue = bench.draft.queue
        if queue.phases.count > 1, let next = queue.next {
            let names = queue.phases.indices.map { queue.name(of: $0) }.joined(separator: ", ")
            console.note(
                "its phases are \(names); train alone carries out \(queue.name(of: next)), phases lists them")
        }
        for warning in bench.subject.session?.warnings ?? [] { console.note("warning: \(warning)") }
    }

    private func opened() throws -> Workbench {
        guard let bench else {
            throw UsageError("no model is open; start with finetune repl MODEL, or type use RECIPE")
        }
        return bench
    }

    /// - Throws: what keeps the command from being carried out; everything is then as before.
    func perform(_ text: String) throws {
        let line = try ReplLine(text)
        guard let word = line.verb else { return }
        let verb = try ReplVerb(typed: word)
        let command = line.words.joined(separator: " ")
        if verb.entry.usage == verb.rawValue, let extra = line.arguments.first {
            throw UsageError("\(verb.rawValue) takes nothing after it, found \"\(extra)\"")
        }
        switch verb {
        case .help: console.write(ReplVerb.help(try line.arguments.first.map { try ReplVerb(typed: $0) }))
        case .quit: isOver = true
        case .use where bench == nil:
            guard let path = line.arguments.first else { throw UsageError("use needs a recipe") }
            try open(path)
        default:
            guard let output = try look(verb, line.arguments, try opened()) else {
                try act(verb, line.arguments, command, try opened())
                return
            }
            console.write(plain(output))
        }
    }

    /// The text in characters that the terminal has.
    private func plain(_ text: String) -> String {
        guard !terminal.usesUnicode else { return text }
        let plain: [Character: String] = ["×": "x", "±": "+-", "–": "-", "…": "...", "→": "->"]
        return text.map { plain[$0] ?? ($0.isASCII ? String($0) : "?") }.joined()
    }

    /// What a verb shows; nil where it changes something.
    private func look(_ verb: ReplVerb, _ words: [String], _ bench: Workbench) throws -> String? {
        switch verb {
        case .layers: return try bench.layers(words)
        case .show:
            guard !words.isEmpty else { throw UsageError("show needs a layer or a tensor; layers lists them") }
            return try bench.show(words)
        case .activations:
            guard !words.isEmpty else { throw UsageError("activations needs a layer; layers lists them") }
            return try bench.activations(words)
        case .gradients: return try bench.gradients(words)
        case .ledger: return bench.ledger()
        case .plan: return try bench.plan()
        case .explain: return try bench.explain(words)
        case .curve: return try bench.curve(words.first)
        case .policy where words.isEmpty: return try bench.policy()
        case .history: return bench.history()
        case .phases: return try bench.phases()
        case .suggest:
            let count = words.first.map { Int($0) ?? 0 } ?? 4
            guard count > 0 else { throw UsageError("suggest \(words[0]): expected a number of batches") }
            return try bench.suggest(count)
        case .rateFind: return try bench.rateSearch(words)
        case .evaluate:
            let (name, result) = try bench.evaluate(on: words.first)
            let scores = [MetricValue(name: "loss", value: result.loss)] + result.metrics
            return "\(name), \(Figures.plural(result.examples, "example")): "
                + scores.map { "\($0.name) \(Figures.score($0.value))" }.joined(separator: ", ") + "\n"
        case .compare:
            guard words.count == 2 else { throw UsageError("compare needs two lines; branch lists them") }
            return try bench.compare(words[0], words[1])
        case .branch where words.isEmpty:
            return bench.timeline.names.map { ($0 == bench.timeline.current ? "> " : "  ") + $0 + "\n" }.joined()
        case .predict: return try bench.predict(words)
        default: return nil
        }
    }

    private func act(_ verb: ReplVerb, _ words: [String], _ command: String, _ bench: Workbench) throws {
        switch verb {
        case .freeze: try bench.addRule(.freeze, words, command: command)
        case .unfreeze: try bench.addRule(.unfreeze, words, command: command)
        case .rate:
            try bench.set(words, "rate PATTERN x0.1 or rate PATTERN 1e-4", command: command, option: Workbench.rate)
        case .decay: try bench.set(words, "decay PATTERN 0.01", command: command, option: Workbench.decay)
        case .batchNorm:
            try bench.set(
                words, "batch-norm PATTERN inference, train or adapt", command: command, option: Workbench.batchNorm)
        case .policy:
            guard words == ["clear"] else { throw UsageError("policy \(words[0]): expected policy or policy clear") }
            try bench.clearPolicy(command)
        case .head: try bench.head(words, command: command)
        case .optimizer: try bench.choose("optimizer", words, command: command)
        case .schedule: try bench.choose("schedule", words, command: command)
        case .augment: try bench.augment(words, command: command)
        case .precision: try bench.precision(words, command: command)
        case .set: try bench.set(words, command: command)
        case .data: try bench.data(words, command: command)
        case .use:
            guard let path = words.first else { throw UsageError("use needs a recipe") }
            try bench.use(path, command: command)
        case .phase:
            guard let word = words.first else { throw UsageError("phase needs a name or a number; phases lists them") }
            try bench.takePhase(try bench.draft.queue.index(of: word), command: command)
        default: return try move(verb, words, command, bench)
        }
        try bench.keep()
        try sayChange(bench)
    }

    /// What a command changed, in a line.
    private func sayChange(_ bench: Workbench, after text: String = "") throws {
        let new = try Effect(bench)
        console.write(plain(text + (effect.map { new.text(since: $0, isElsewhere: !text.isEmpty) } ?? new.text) + "\n"))
        effect = new
    }

    /// What trains, goes back or leaves.
    private func move(_ verb: ReplVerb, _ words: [String], _ command: String, _ bench: Workbench) throws {
        func count() throws -> Int {
            guard let word = words.first else { return 1 }
            guard let count = Int(word), count > 0 else {
                throw UsageError("\(verb.rawValue) \(word): expected a number")
            }
            return count
        }
        func name(_ what: String) throws -> String {
            guard let name = words.first else { throw UsageError("\(verb.rawValue) needs \(what)") }
            return name
        }
        switch verb {
        case .train, .continue: return try train(verb, words, command, bench)
        case .undo:
            let count = try count()
            try bench.travel { try $0.undo(count) }
        case .redo:
            let count = try count()
            try bench.travel { try $0.redo(count) }
        case .branch:
            let name = try name("a name")
            try bench.travel { try $0.branch(name) }
        case .switch:
            let name = try name("the name of a line")
            try bench.travel { try $0.switch(to: name) }
        case .save:
            let path = try name("a file to write, such as mine.h5")
            if RecipePaths.kind(of: path) != nil, !words.contains("--force") {
                throw UsageError("\(path) is there already; save \(path) --force replaces it")
            }
            for warning in try bench.save(to: path) { console.note("warning: \(warning)") }
            return console.print("wrote \(path)")
        case .saveRecipe:
            let path = try name("a file to write, such as mine.json")
            if RecipePaths.kind(of: path) != nil, !words.contains("--force") {
                throw UsageError("\(path) is there already; save-recipe \(path) --force replaces it")
            }
            try bench.saveRecipe(to: path)
            if bench.draft.hasNewHead {
                console.note("the new head is not in it: nothing was trained with it yet")
            }
            return console.print("wrote \(path); to run it: finetune \(path)")
        case .report: return console.print(try bench.report())
        default: throw UsageError("\(verb.rawValue) is not available yet")
        }
        try bench.keep()
        try sayChange(bench, after: "\(bench.timeline.current), \(bench.position); ")
    }

    private func train(_ verb: ReplVerb, _ words: [String], _ command: String, _ bench: Workbench) throws {
        let length = verb == .continue ? nil : try Prompt.length(words, bench.now)
        if length == .phase, let next = bench.draft.queue.next, next != bench.draft.queue.current {
            let name = bench.draft.queue.name(of: next)
            try bench.takePhase(next, command: "phase \(name)")
            try sayChange(bench, after: "phase \(name): ")
        }
        let progress = Progress(terminal: .standardError())
        let isPaused: Bool
        do { isPaused = try bench.train(length, command: command, observers: [progress]) } catch {
            progress.clear()
            throw error
        }
        progress.clear()
        console.print(bench.position + (isPaused ? "; paused, continue goes on" : ""))
    }

    /// `2 epochs`, `100 steps`, `2`; alone what is left after a pause, the recipe's next phase, or an epoch.
    private static func length(_ words: [String], _ now: Moment) throws -> Workbench.Length? {
        guard let first = words.first else {
            return now.leftover != nil ? nil : now.draft.queue.next != nil ? .phase : .epochs(1)
        }
        let unit = words.count > 1 ? words[1] : "epochs"
        guard let count = Int(first), (1...1_000_000_000).contains(count), words.count <= 2,
            ["epoch", "epochs", "step", "steps"].contains(unit)
        else { throw UsageError("train \(words.joined(separator: " ")): expected train 2 epochs or train 100 steps") }
        return unit.hasPrefix("epoch") ? .epochs(count) : .steps(count)
    }
}
