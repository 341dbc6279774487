import Layers
import Tensors
import Training

/// What can be told of a recipe's policies once the model is known.
enum PolicyCheck {
    /// Every rule that matches nothing, every phase in which nothing trains, every number that makes no sense.
    /// - Parameters:
    ///   - registries: of the models, in the order of their phases.
    ///   - lastMayRest: whether it is no problem that nothing trains in the last phase.
    static func problems(
        _ recipe: Recipe, _ registries: [LayerRegistry], lastMayRest: Bool = false
    ) -> [RecipeProblem] {
        var problems: [RecipeProblem] = []
        for (index, phase) in recipe.phaseConfigurations().enumerated() {
            let paths = recipe.phases[index].policyPaths
            do {
                try phase.rates.validate()
                let resolution = try PolicyResolution(
                    rules: phase.rules, registry: registries[recipe.stage(ofPhase: index)], rates: phase.rates)
                if resolution.optimizedPaths.isEmpty, !lastMayRest || index + 1 < recipe.phases.count {
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

    /// What is no mistake for certain, but does nothing: rules that set a number for tensors none of which trains, and a
    /// pull toward pretrained values where there are none.
    /// - Parameters:
    ///   - registries: of the models, in the order of their phases.
    ///   - pretrained: of each the tensors that came from a file; nil where that is not known yet.
    static func warnings(
        _ recipe: Recipe, _ registries: [LayerRegistry], pretrained: [Set<ParameterPath>]? = nil
    ) -> [String] {
        let allTensors = registries.map(\.policyTensors)
        return recipe.phaseConfigurations().enumerated().flatMap { index, phase -> [String] in
            let stage = recipe.stage(ofPhase: index)
            let (registry, tensors, pretrained) = (registries[stage], allTensors[stage], pretrained?[stage])
            guard let resolution = try? PolicyResolution(rules: phase.rules, registry: registry, rates: phase.rates)
            else { return [] }
            return phase.rules.compactMap { rule in
                let matched = Set(rule.selectors.flatMap { $0.matches(in: tensors) }).map { resolution.tensors[$0] }
                let subject = "phase \"\(phase.name)\": \(rule)"
                if !rule.options.numbers.isEmpty, !matched.contains(where: \.isOptimized) {
                    return "\(subject) has no effect; nothing that it matches trains"
                }
                if let pretrained, rule.options.l2sp ?? 0 > 0,
                    !matched.contains(where: { pretrained.contains($0.path) })
                {
                    return "\(subject) pulls nothing; no tensor that it matches came from a file"
                }
                return nil
            }
        }
    }
}
