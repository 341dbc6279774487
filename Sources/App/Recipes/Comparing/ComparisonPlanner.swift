import Checkpoints
import JSON
import OrderedCollections
import Tensors
import Tracking
import Training

/// Works out what a comparison sets out to do: its arms as recipes, what is the same for all of them, and by which score they
/// are told apart. Everything is opened, so that what is wrong with any arm is said before the first run.
struct ComparisonPlanner {
    private let options: CompareOptions
    private let recipes: [Recipe]
    private let settings: ComparisonSection
    private let console: Console

    /// - Throws: what reading a recipe throws; `UsageError`.
    init(_ options: CompareOptions, console: Console) throws {
        self.options = options
        self.console = console
        recipes = try options.recipes.map { try $0.read() }
        var settings = recipes[0].comparison ?? ComparisonSection()
        if recipes.count > 1 {
            guard !options.namesArms else {
                throw UsageError("--arms are arms of one recipe; several recipes are the arms themselves")
            }
            settings.arms = ComparisonPlanner.arms(of: recipes)
        } else if settings.arms.isEmpty {
            settings.arms = ["fine-tuned", "from-scratch"].compactMap { ComparisonSection.Arm(named: $0) }
        }
        self.settings = settings
    }

    /// The folder that gets the comparison's where none is named.
    var output: String { recipes[0].output }
    var name: String { recipes.map(\.name).joined(separator: "-vs-") }

    private static func arms(of recipes: [Recipe]) -> [ComparisonSection.Arm] {
        var taken: [String: Int] = [:]
        return recipes.map { recipe in
            taken[recipe.name, default: 0] += 1
            let count = taken[recipe.name] ?? 1
            return ComparisonSection.Arm(
                name: count == 1 ? recipe.name : "\(recipe.name)-\(count)", base: .file(recipe.file))
        }
    }

    /// SHA-256 of what was asked for, by its parts: a comparison goes on only where they are the same.
    var request: [String: String] {
        var parts: [String: String] = ["threads": options.threads.map { "\($0)" } ?? "auto"]
        for (index, recipe) in recipes.enumerated() {
            var json = recipe.resolved
            for key in ["output", "comparison", "snapshot_every"] { json[key] = nil }
            parts[recipes.count > 1 ? "recipe.\(index + 1)" : "recipe"] = ComparisonPlanner.hash(json)
        }
        let written = recipes[0].resolved["comparison"] ?? .null
        for key in ["seeds", "fractions", "metric", "budget", "split", "confidence", "draws", "old_task"] {
            parts[key] = ComparisonPlanner.hash(written[key] ?? .null)
        }
        parts["arms"] = ComparisonPlanner.hash([.string("\(settings.arms)"), .string("\(settings.scratchRate)")])
        return parts
    }

    private static func hash(_ json: JSON) -> String {
        var text = json.serialized()
        return text.withUTF8 { ContentHash.of(UnsafeRawBufferPointer($0)) }
    }

    /// - Throws: `RecipeError` and `UsageError` for what cannot be compared; what opening a recipe throws.
    func plan() throws -> Comparison {
        let bench = try Bench(recipes[0])
        let arms = try settings.arms.map { try arm($0, bench) }
        try check(arms)
        let metric = try metric(bench.session)
        let totals = Set(arms.map(\.steps))
        let base = recipes[0]
        var comparison = Comparison(
            name: name, metric: metric, seeds: settings.seeds, fractions: settings.fractions.sorted(),
            splitsBySeed: settings.splitsBySeed,
            budget: Comparison.Budget(
                kind: settings.budget, steps: totals.count == 1 ? totals.first : nil,
                minutes: settings.budget == .time ? base.maximumMinutes : nil),
            confidence: settings.confidence, draws: settings.draws,
            classes: bench.session.data.training.dataset.target.classNames ?? [], arms: arms.map(\.arm))
        comparison.oldTask = settings.oldTaskJSON
        comparison.request = request
        return comparison
    }

    /// A recipe opened: what arms are made from.
    private struct Bench {
        let session: Session
        let lengths: RecipeLengths
        /// The phase in which most trains.
        let main: Int

        init(_ recipe: Recipe) throws {
            session = try Session(recipe)
            lengths = RecipeLengths(session.recipe, examples: session.data.training.count)
            main = try session.recipe.mainPhase(session.models.map(\.prepared.registry))
        }
    }

    private struct Planned {
        let arm: Comparison.Arm
        let steps: Int
        /// SHA-256 of what it is measured on.
        let measured: String?
        let classes: [String]
    }

    private func arm(_ section: ComparisonSection.Arm, _ bench: Bench) throws -> Planned {
        var bench = bench
        if case .file(let file) = section.base {
            let own = recipes.count > 1 ? recipes.first { $0.file == file } : nil
            bench = try Bench(own ?? RecipeArguments(path: file).read())
        }
        var recipe = ArmRecipe(bench.session.recipe)
        if let checkpoint = section.checkpoint { recipe.start(from: checkpoint) }
        var steps = bench.lengths.total
        let file = "the arm \(section.name)"
        if case .strategy(let strategy) = section.base, strategy != .fromScratch {
            recipe.follow(strategy, like: bench.main)
            // Gradual unfreezing needs the model to be written out.
            let session = try Session(recipe.recipe(file))
            recipe = ArmRecipe(session.recipe)
            let lengths = RecipeLengths(session.recipe, examples: session.data.training.count)
            let parts = scaled(lengths.planned, to: steps)
            let perEpoch = zip(lengths.perEpoch, zip(parts, lengths.planned)).map { epoch, part in
                max(1, epoch * part.0 / max(part.1, 1))
            }
            steps = parts.reduce(0, +)
            // As often as the recipe is, so that stopping early and steps to reach a score mean the same.
            recipe.count(inSteps: parts, perEpoch: perEpoch, evaluatedPer: bench.lengths.perEpoch.first)
        } else {
            recipe.count(inSteps: bench.lengths.planned, perEpoch: bench.lengths.perEpoch)
        }
        var origin = Comparison.Arm.RateOrigin.recipe
        if section.base == .strategy(.fromScratch) {
            try checkIsPretrained(bench.session)
            recipe.startFresh(like: bench.main, steps: steps)
            if section.learningRate == nil { origin = try setScratchRate(of: &recipe, file) }
        }
        if let rate = section.learningRate {
            recipe.set(learningRate: rate)
            origin = .comparison
        }
        recipe.shareSplit(seed: recipes[0].data.splitSeed ?? recipes[0].seed)
        let session = try Session(recipe.recipe(file))
        let hashes = try session.hashes()
        return Planned(
            arm: Comparison.Arm(
                name: section.name, recipe: recipe.json,
                checkpoint: try self.checkpoint(of: session, isFresh: section.base == .strategy(.fromScratch)),
                learningRate: session.recipe.phases[0].optimizer.learningRate, rateFrom: origin), steps: steps,
            measured: hashes["data.test"] ?? hashes["data.validation"] ?? hashes["data.train"],
            classes: session.data.training.dataset.target.classNames ?? [])
    }

    private func checkIsPretrained(_ session: Session) throws {
        guard session.prepared.pretrained.isEmpty else { return }
        throw RecipeError([
            session.recipe.problem(
                at: "model",
                "the recipe starts from fresh weights already, so there is nothing to compare with training from scratch; "
                    + "give model.checkpoint, or other arms in comparison.arms")
        ])
    }

    /// Gives the arm from scratch a rate of its own.
    private func setScratchRate(of recipe: inout ArmRecipe, _ file: String) throws -> Comparison.Arm.RateOrigin {
        switch settings.scratchRate {
        case .recipe: return .recipe
        case .fixed(let rate):
            recipe.set(learningRate: rate)
            return .comparison
        case .search: break
        }
        var seeded = recipe
        seeded.set(seed: settings.seeds[0])
        seeded.shareSplit(seed: recipes[0].data.splitSeed ?? recipes[0].seed)
        let session = try Session(seeded.recipe(file))
        try ThreadChoice.configure(options.threads, session)
        if options.verbosity != .quiet { console.note("from scratch: looking for a learning rate") }
        let curve = try session.trainer(cache: nil).searchRate(
            session.recipe.phaseConfigurations(), at: 0, over: RateRange(lowest: 1e-6, highest: 1, steps: 100))
        guard !Interruption.isRequested else { throw InterruptedComparison() }
        guard let found = curve.suggestion else {
            console.note(
                "warning: from scratch the loss falls at no rate that was tried; it gets the recipe's "
                    + "(comparison.scratch_learning_rate says another)")
            return .recipe
        }
        let rate = Double(Figures.rate(found)) ?? found
        if options.verbosity != .quiet { console.note("from scratch: learning rate \(Figures.rate(rate))") }
        recipe.set(learningRate: rate)
        return .search
    }

    private func checkpoint(of session: Session, isFresh: Bool) throws -> Comparison.Checkpoint? {
        guard !isFresh else { return nil }
        switch session.recipe.model.source {
        case .checkpoint(let path): return Comparison.Checkpoint(path: path, hash: session.prepared.hash)
        case .architecture(_, let weights):
            return try weights.first.map { Comparison.Checkpoint(path: $0, hash: try MappedFile(path: $0).hash) }
        }
    }

    /// Arms are measured on the same examples.
    private func check(_ arms: [Planned]) throws {
        for arm in arms.dropFirst() {
            guard arm.measured == arms[0].measured, arm.classes == arms[0].classes else {
                throw UsageError(
                    "\(arms[0].arm.name) and \(arm.arm.name) cannot be compared: they are measured on other data; give both "
                        + "recipes the same data.test and the same classes")
            }
        }
    }

    private func metric(_ session: Session) throws -> Comparison.Metric {
        let known = session.objective.metricNames(session.recipe.metrics) + ["loss"]
        let name = settings.metric ?? known[0]
        guard known.contains(name) else {
            throw RecipeError([
                recipes[0].problem(
                    at: "comparison.metric",
                    "the recipe does not measure \"\(name)\"" + didYouMean(name, among: known) + "; add it to metrics")
            ])
        }
        guard session.data.test != nil || session.data.validation != nil else {
            throw RecipeError([
                recipes[0].problem(
                    at: "data", "there is nothing to measure the arms on; give data.test, or at least data.validation")
            ])
        }
        let data = session.data.test == nil ? "validation" : "test"
        if data == "validation" {
            console.note(
                "warning: the arms are measured on the validation data, by which early stopping chooses weights too; "
                    + "data.test would be fair")
        }
        return Comparison.Metric(name: name, goal: ScoreDirection(monitoring: name), data: data)
    }
}

/// A comparison that was stopped before it was planned.
struct InterruptedComparison: Error {}
