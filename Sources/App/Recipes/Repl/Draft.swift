import JSON
import OrderedCollections

/// A recipe in the making: what was opened, what was trained so far, and the settings of the next step.
struct Draft: Hashable {
    /// Everything of a recipe but its phases: `model`, `data`, `loss`, `metrics`, `seed`, … Paths are absolute.
    var top: JSON
    /// The keys of a phase but its length.
    var settings: JSON = ["policy": []]
    /// The phases that were carried out, complete.
    var journal: [JSON] = []
    /// Those of the recipe that was opened.
    var queue = PhaseQueue()

    var hasData: Bool { top["data"] != nil }
    var name: String { top["name"]?.string ?? "session" }

    /// Data that are never opened, for a model that has none yet.
    private static let placeholder: JSON = ["train": ["format": "inline", "inputs": [[0]], "targets": [0]]]

    /// The recipe of the phases so far and one more with the settings.
    /// - Parameter length: of that one; long where nothing is to be trained, so that a warm-up of any length fits.
    /// - Throws: `UsageError` with every problem of it.
    func recipe(adding length: JSON = ["epochs": 1000]) throws -> Recipe {
        try Draft.reading { try read(journal + [phase(length)]) }
    }

    /// What was done, as a recipe; nil where nothing was trained.
    var done: JSON? {
        guard !journal.isEmpty else { return .none }
        return document(journal)
    }

    /// What was done, read back.
    /// - Throws: `RecipeError`; `UsageError` where nothing was trained.
    func doneRecipe() throws -> Recipe {
        guard !journal.isEmpty else { throw UsageError("nothing was trained yet") }
        return try read(journal)
    }

    /// A phase with the settings. It goes on from the one before, and ends with its last weights.
    func phase(_ length: JSON) -> JSON {
        var phase: JSON = ["name": .string(newName)]
        for (key, value) in length.object ?? [:] { phase[key] = value }
        for (key, value) in settings.object ?? [:] { phase[key] = value }
        phase["restore_best"] = false
        if !journal.isEmpty { phase["continue"] = true }
        return phase
    }

    /// That of the recipe's phase, or else the next number.
    private var newName: String {
        let names = Set(journal.compactMap { $0["name"]?.string })
        if queue.phases.indices.contains(queue.current), !names.contains(queue.name(of: queue.current)) {
            return queue.name(of: queue.current)
        }
        let others = names.union(queue.phases.indices.map { queue.name(of: $0) })
        return ((journal.count + 1)...).lazy.map { "phase-\($0)" }.first { !others.contains($0) } ?? "phase"
    }

    /// With its head put on: what follows goes on with it.
    var withoutHead: Draft {
        var draft = self
        for key in Draft.headKeys { draft.settings[key] = nil }
        return draft
    }

    /// Whether a head waits for the next step.
    var hasNewHead: Bool { settings["head"] != nil }

    private static let headKeys = ["head", "cut_at"]

    private func document(_ phases: [JSON]) -> JSON {
        var document = top
        if document["data"] == nil {
            document["data"] = Draft.placeholder
            document["loss"] = "mse"
            document["metrics"] = []
        }
        document["phases"] = .array(phases)
        return document
    }

    private func read(_ phases: [JSON]) throws -> Recipe {
        try RecipeReader(checksFiles: false).read(
            text: document(phases).serialized(), path: name + ".json", folder: RecipePaths.workingFolder)
    }

    /// Runs `body`; problems of a recipe become a sentence about what was typed.
    static func reading<Result>(_ body: () throws -> Result) throws -> Result {
        do { return try body() } catch let error as RecipeError {
            let sentences = error.problems.map { problem in
                let path = problem.path.split(separator: ".").drop { $0 == "phases" || Int($0) != nil }
                let place = path.joined(separator: ".")
                return place.isEmpty || place.hasPrefix("policy") ? problem.message : "\(place): \(problem.message)"
            }
            var seen: Set<String> = []
            throw UsageError(sentences.filter { seen.insert($0).inserted }.joined(separator: "; "))
        }
    }
}
