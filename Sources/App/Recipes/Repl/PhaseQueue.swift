import JSON
import OrderedCollections
import Tracking

/// The phases of the recipe that was opened: one of them is what the settings are of, and `train` alone carries it out.
struct PhaseQueue: Hashable {
    /// Complete, as the recipe has them.
    var phases: [JSON] = []
    /// The one whose settings were taken.
    var current = 0
    /// Those that were carried out.
    var done: Set<Int> = []

    var isEmpty: Bool { phases.isEmpty }

    /// The phase that `train` alone carries out; nil where all are over.
    var next: Int? {
        guard !done.contains(current) else { return phases.indices.first { $0 > current && !done.contains($0) } }
        return phases.indices.contains(current) ? current : nil
    }

    func name(of index: Int) -> String { phases[index]["name"]?.string ?? "phase-\(index + 1)" }

    /// `steps` or `epochs`, as the recipe says.
    func length(of index: Int) -> JSON {
        if let steps = phases[index]["steps"], !steps.isNull { return ["steps": steps] }
        return ["epochs": phases[index]["epochs"] ?? 1]
    }

    /// What of a phase is a setting at the prompt.
    func settings(of index: Int) -> JSON {
        let others = [
            "name", "epochs", "steps", "continue", "restore_best", "restart_schedule", "stop_at", "gradual",
        ]
        let members = (phases[index].object ?? [:]).filter { !others.contains($0.key) && !$0.value.isNull }
        return .object(members)
    }

    /// By name, by number from 1, or `next`.
    /// - Throws: `UsageError` for a phase that the recipe has not.
    func index(of word: String) throws -> Int {
        let names = phases.indices.map { name(of: $0) }
        if let index = names.firstIndex(of: word) { return index }
        if let number = Int(word), phases.indices.contains(number - 1) { return number - 1 }
        if word == "next" {
            guard current + 1 < phases.count else { throw UsageError("there is no phase after \(name(of: current))") }
            return current + 1
        }
        guard !phases.isEmpty else {
            throw UsageError("no recipe with phases was opened; train 2 epochs trains with the settings there are")
        }
        throw UsageError("there is no phase \(word)" + didYouMean(word, among: names, known: "phases"))
    }

    /// A row for each phase.
    func table(width: Int?) -> String {
        let rows = phases.indices.map { index -> [String] in
            let phase = phases[index]
            let (unit, count) = length(of: index).object?.elements.first.map { ($0.key, $0.value.int ?? 0) } ?? ("", 0)
            let rules = (phase["policy"]?.array ?? []).map(PhaseQueue.text).joined(separator: "; ")
            return [
                index == current ? ">" : "", "\(index + 1)", TerminalText.visible(name(of: index)),
                Figures.plural(count, String(unit.dropLast())), done.contains(index) ? "done" : "",
                phase["optimizer"]?["learning_rate"]?.double.map { Figures.rate($0) } ?? "",
                phase["schedule"]?["name"]?.string ?? phase["schedule"]?.string ?? "",
                phase["head"].map { !$0.isNull } == true ? "new" : "", TerminalText.visible(rules),
            ]
        }
        let columns: [TextTable.Column] = [
            .init(""), .init("", .right), .init("phase", isElastic: true), .init("length"), .init(""),
            .init("rate", .right), .init("schedule"), .init("head"), .init("policy", isElastic: true),
        ]
        return TextTable(columns, rows).lines(indent: 0, width: width).joined(separator: "\n") + "\n"
    }

    /// A rule as it could be typed.
    private static func text(_ rule: JSON) -> String {
        let members = (rule.object ?? [:]).filter { !$0.value.isNull }
        return members.map { key, value in
            let words = value.array?.map { $0.string ?? $0.serialized() } ?? [value.string ?? value.serialized()]
            return "\(key) \(words.joined(separator: " "))"
        }.joined(separator: ", ")
    }
}

extension PhaseQueue {
    var json: JSON {
        [
            "phases": .array(phases), "current": .integer(current),
            "done": .array(done.sorted().map(JSON.integer)),
        ]
    }

    init(json: JSON) {
        phases = json["phases"]?.array ?? []
        current = json["current"]?.int ?? 0
        done = Set((json["done"]?.array ?? []).compactMap(\.int))
    }
}

extension Draft {
    /// Makes a phase of the recipe the one that the settings are of. Its head goes on with the next step; before the first
    /// one it is the model's.
    mutating func take(phase index: Int) {
        queue.current = index
        settings = queue.settings(of: index)
        guard journal.isEmpty, let head = settings["head"] else { return }
        top["model"]?["head"] = head
        if let cut = settings["cut_at"] { top["model"]?["cut_at"] = cut }
        self = withoutHead
    }
}

extension Workbench {
    /// The recipe's phases.
    func phases() throws -> String {
        guard !draft.queue.isEmpty else {
            throw UsageError("no recipe with phases was opened; history lists what was trained")
        }
        let queue = draft.queue
        let rest = queue.done.count == queue.phases.count ? "all are done" : "none waits behind it"
        let next = queue.next.map { "train carries out \(queue.name(of: $0))" } ?? rest
        return draft.queue.table(width: terminal.isInteractive ? terminal.width() : nil)
            + next + "; phase NAME takes the settings of another\n"
    }

    /// Takes the settings of one of the recipe's phases.
    func takePhase(_ index: Int, command: String) throws {
        try change(command) { $0.take(phase: index) }
    }

    /// Lays out the phases of the recipe that was opened, gradual ones written out.
    /// - Throws: `RecipeError` for phases that cannot be.
    func enqueue(_ recipe: Recipe) throws {
        guard let session = subject.session else { return }
        let architectures = try Architectures(
            recipe, classes: session.data.training.dataset.target.classNames?.count,
            known: [session.models[0].architecture])
        let expanded = try GradualExpansion.expand(recipe, architectures.registries)
        try begin {
            $0.queue = PhaseQueue(phases: expanded.resolved["phases"]?.array ?? [])
            $0.take(phase: 0)
        }
    }
}
