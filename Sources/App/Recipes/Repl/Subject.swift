import JSON
import Layers
import Tensors
import Training

/// What a draft names, opened: a model, and examples where it has any.
struct Subject {
    /// With a step of the settings as its last phase.
    let recipe: Recipe
    /// The model that the first phase began with.
    let base: PreparedModel
    /// The model that the next step trains.
    let prepared: PreparedModel
    /// Nil without data.
    let session: Session?

    /// Keys of a recipe that need nothing opened anew.
    private static let settings: Set<String> = ["phases", "evaluate_every", "snapshot_every", "ema", "output", "name"]

    /// - Parameter old: what of it is the same is kept, with the weights it has.
    /// - Throws: `UsageError` for what cannot be; what a broken file says.
    init(_ draft: Draft, keeping old: Subject? = nil) throws {
        let recipe = try draft.recipe()
        self.recipe = recipe
        guard draft.hasData else {
            session = nil
            base =
                if let old, Subject.agree(old.recipe, recipe, on: ["model", "seed"]) { old.base } else {
                    try Draft.reading { try Subject.model(recipe) }
                }
            prepared = base
            try Subject.check(recipe, prepared.registry)
            return
        }
        let keys = (recipe.resolved.object ?? [:]).keys.filter { !Subject.settings.contains($0) }
        let session = try Draft.reading {
            if let old = old?.session, Subject.agree(old.recipe, recipe, on: keys) {
                return try Session(recipe, keeping: old)
            }
            return try Session(recipe, lastMayRest: true)
        }
        self.session = session
        base = session.prepared
        prepared = session.last.prepared
    }

    /// Puts the values in place that belong to a state.
    /// - Parameters:
    ///   - state: of the phases before the last one; nil before the first step.
    ///   - pretrained: values of the model that was opened.
    ///   - isAveraged: whether averages count, where they are kept.
    func place(_ state: TrainingState?, or pretrained: TensorValues, isAveraged: Bool = false) {
        var values = state?.weights ?? pretrained
        if isAveraged, let average = state?.memory?.average { values.merge(average) { $1 } }
        guard let session, session.models.count > 1 else { return prepared.store.set(values) }
        let done = state.map { recipe.stage(ofPhase: $0.position.phase - 1) } ?? 0
        let fresh = done == session.models.count - 1 ? [:] : session.last.fresh
        prepared.store.set(values.filter { fresh[$0.key] == nil })
        prepared.store.set(fresh)
    }

    /// What a tensor began with: as the file had it, or as it was drawn.
    func origin(of path: ParameterPath, _ pretrained: TensorValues) -> TensorData? {
        for model in session?.models.reversed() ?? [] {
            if let values = model.fresh[path] { return values }
        }
        return pretrained[path]
    }

    var registry: LayerRegistry { prepared.registry }

    /// What the settings do to every tensor.
    func resolution() throws -> PolicyResolution {
        let phase = recipe.phaseConfigurations()[recipe.phases.count - 1]
        return try PolicyResolution(rules: phase.rules, registry: registry, rates: phase.rates)
    }

    private static func agree(_ one: Recipe, _ other: Recipe, on keys: some Sequence<String>) -> Bool {
        keys.allSatisfy { one.resolved[$0] == other.resolved[$0] }
    }

    private static func model(_ recipe: Recipe) throws -> PreparedModel {
        let architecture = try PreparedModel.Architecture(recipe, classes: nil) { shapes in
            let open = shapes.map { "(" + $0.map { $0.map(String.init) ?? "any" }.joined(separator: ", ") + ")" }
            throw UsageError(
                "the model leaves the shape of its input open, \(open.joined(separator: ", ")); attach data first: "
                    + "finetune repl RECIPE, or use RECIPE")
        }
        return try PreparedModel(recipe, architecture)
    }

    private static func check(_ recipe: Recipe, _ registry: LayerRegistry) throws {
        let problems = PolicyCheck.problems(recipe, [registry], lastMayRest: true)
        if !problems.isEmpty { try Draft.reading { throw RecipeError(problems) } }
    }
}
