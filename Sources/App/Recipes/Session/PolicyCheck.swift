import Layers
import Training

/// What can be told of a recipe's policies once the model is known.
enum PolicyCheck {
    /// Every rule that matches nothing, every phase in which nothing trains, every number that makes no sense.
    static func problems(_ recipe: Recipe, _ registry: LayerRegistry) -> [RecipeProblem] {
        var problems: [RecipeProblem] = []
        for (index, phase) in recipe.phaseConfigurations().enumerated() {
            let paths = recipe.phases[index].policyPaths
            do {
                try phase.rates.validate()
                let resolution = try PolicyResolution(rules: phase.rules, registry: registry, rates: phase.rates)
                if resolution.optimizedPaths.isEmpty {
                    problems.append(
                        recipe.problem(at: "phases.\(index).policy", "\(NothingTrainsError(phase: phase.name))"))
                }
            } catch let error as PolicyError {
                problems += error.problems.map { problem in
                    recipe.problem(
                        at: paths.indices.contains(problem.rule) ? paths[problem.rule] : "policy", problem.sentence)
                }
            } catch { problems.append(recipe.problem(at: "phases.\(index)", "\(error)")) }
        }
        return problems
    }
}
