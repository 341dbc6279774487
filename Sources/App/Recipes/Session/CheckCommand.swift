import Layers
import Tracking
import Training

extension Commands {
    /// Reports every problem that can be seen without training: reads the recipe and the model's config, and of the
    /// data the labels where a head asks how many classes there are, and shapes where the model leaves its own open.
    package static func check(_ options: CheckOptions, console: Console) throws -> ExitStatus {
        let recipe = try options.recipe.read()
        let registries = try Architectures(recipe, classes: try recipe.classCount()) {
            try OpenedData(recipe).closing($0, recipe)
        }.registries
        let problems = PrecisionCheck.problems(recipe) + PolicyCheck.problems(recipe, registries)
        guard problems.isEmpty else { throw RecipeError(problems) }
        for warning in PolicyCheck.warnings(recipe, registries) { console.note("warning: \(warning)") }
        let expanded = try GradualExpansion.expand(recipe, registries)
        if options.isQuiet { return .done }
        let phases = expanded.phases.count == 1 ? "1 phase" : "\(expanded.phases.count) phases"
        console.print("\(options.recipe.path): no problems; \(recipe.name), \(phases)")
        for (index, phase) in expanded.phaseConfigurations().enumerated() {
            let registry = registries[expanded.stage(ofPhase: index)]
            let resolution = try PolicyResolution(rules: phase.rules, registry: registry, rates: phase.rates)
            let all = resolution.trainableParameters + resolution.frozenParameters
            console.print(
                "  \(TerminalText.visible(phase.name)): \(Figures.count(resolution.trainableParameters)) of "
                    + "\(Figures.plural(all, "parameter")) train")
            for match in resolution.matches {
                console.print("    \(TerminalText.visible("\(match.rule)")) (\(match.count))")
            }
        }
        return .done
    }
}

extension Recipe {
    /// How many classes the data has, where a head asks for it and it can be told.
    fileprivate func classCount() throws -> Int? {
        guard
            (model.head + phases.flatMap(\.head)).contains(where: {
                $0.config.object?.values.contains("classes") ?? false
            })
        else { return nil }
        if case .select(let names) = data.train.description.classes { return names.count }
        return try locatingData("data.train") { try data.train.description.open().dataset.target.classNames?.count }
    }
}
