import Data
import JSON
import Kernels
import Layers
import OrderedCollections
import Tracking
import Training

extension Commands {
    /// Measures a model on a recipe's data: its test data, or else what it holds out for validation.
    package static func evaluate(_ options: EvaluateOptions, console: Console) throws -> ExitStatus {
        let recipe = try options.recipe.read()
        let trained = try TrainedModel(path: options.model, lambdas: recipe.model.lambdas)
        let opened = try OpenedData(recipe)
        let inputShapes = try trained.closedShapes(opened, recipe)
        try ThreadChoice.configure(options.threads, trained.file.model, inputShapes, batchSize: recipe.data.batchSize)
        let loaded = try trained.load(inputShapes: inputShapes)
        let data = try PreparedData(recipe, opened, inputShapes: inputShapes)
        guard let examples = data.test ?? data.validation else {
            throw RecipeError([
                recipe.problem(at: "data", "there is nothing to evaluate on; give data.test or data.validation")
            ])
        }
        let objective = try recipe.locating("loss") {
            try Objective(
                model: trained.file.model, inputShapes: inputShapes, target: examples.dataset.target,
                losses: recipe.losses
            ).weighting(recipe.classWeights, examples: data.training, outputShapes: loaded.registry.outputShapes)
        }
        try objective.checkTargets(of: examples.dataset, outputShapes: loaded.registry.outputShapes)
        try DataChecks.labels(of: examples.dataset, fit: loaded.registry.outputShapes.first?[-1] ?? 0)
        for warning in data.warnings { console.note("warning: \(warning)") }
        let evaluator = try Evaluator(
            objective, store: loaded.store, metrics: recipe.metrics, batchSize: recipe.data.batchSize)
        let result = try evaluator.evaluate(examples)
        let values = [MetricValue(name: "loss", value: result.loss)] + result.metrics
        if options.asJSON {
            var fields: OrderedDictionary<String, JSON> = [
                "data": .string(data.test == nil ? "validation" : "test"), "examples": .integer(result.examples),
            ]
            for metric in values { fields[metric.name] = .finite(metric.value) }
            console.print(JSON.object(fields).serialized(pretty: true))
        } else {
            console.print(
                "\(data.test == nil ? "validation" : "test") data, \(Figures.plural(result.examples, "example"))")
            for metric in values { console.print("  \(metric.name)  \(Figures.score(metric.value))") }
        }
        return .done
    }
}
