import JSON
import Layers
import Training

/// What a draft names, opened: a model, and examples where it has any.
struct Subject {
    /// With a step of the settings as its last phase.
    let recipe: Recipe
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
            prepared =
                if let old, Subject.agree(old.recipe, recipe, on: ["model", "seed"]) { old.prepared } else {
                    try Draft.reading { try Subject.model(recipe) }
                }
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
        prepared = session.prepared
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
        let problems = PolicyCheck.problems(recipe, registry, lastMayRest: true)
        if !problems.isEmpty { try Draft.reading { throw RecipeError(problems) } }
    }
}
