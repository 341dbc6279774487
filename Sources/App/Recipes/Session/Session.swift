import Checkpoints
import Data
import JSON
import Layers
import OrderedCollections
import Tensors
import Tracking
import Training

/// A recipe with everything it names opened and fitted together, ready to train.
struct Session {
    /// As carried out: with what only the model could tell.
    let recipe: Recipe
    let data: PreparedData
    let prepared: PreparedModel
    let objective: Objective
    let sampling: Sampling
    /// What a person should know before the first step, each a sentence.
    let warnings: [String]

    /// - Parameter lastMayRest: whether nothing needs to train in the last phase.
    /// - Throws: `RecipeError` for what the recipe asks in vain; what a broken file says.
    init(_ recipe: Recipe, lastMayRest: Bool = false) throws {
        let opened = try OpenedData(recipe)
        let architecture = try PreparedModel.Architecture(recipe, classes: opened.target.classNames?.count) {
            try opened.closing($0, recipe)
        }
        data = try PreparedData(recipe, opened, inputShapes: architecture.registry.inputShapes)
        objective = try Session.objective(recipe, architecture, data.training)
        try Session.check(recipe, architecture, objective, data, lastMayRest)
        self.recipe = try GradualExpansion.expand(recipe, architecture.registry)
        sampling = try ExampleCheck.sampling(recipe, objective, data.training, architecture.registry.outputShapes)
        prepared = try PreparedModel(recipe, architecture)
        warnings =
            data.warnings + RangeCheck.warnings(data, prepared)
            + PolicyCheck.warnings(recipe, prepared.registry, pretrained: prepared.pretrained)
    }

    /// Model and examples of another session, with their weights as they are, under a recipe that differs from that one's
    /// in nothing but its phases. In the last of them nothing needs to train.
    /// - Throws: `RecipeError`.
    init(_ recipe: Recipe, keeping other: Session) throws {
        data = other.data
        prepared = other.prepared
        objective = other.objective
        sampling = other.sampling
        let problems =
            PolicyCheck.problems(recipe, prepared.registry, lastMayRest: true)
            + (try ExampleCheck.problems(recipe, data.training))
        if !problems.isEmpty { throw RecipeError(problems) }
        self.recipe = try GradualExpansion.expand(recipe, prepared.registry)
        warnings = PolicyCheck.warnings(recipe, prepared.registry, pretrained: prepared.pretrained)
    }

    static func objective(
        _ recipe: Recipe, _ architecture: PreparedModel.Architecture, _ training: ExampleSet
    ) throws -> Objective {
        try recipe.locating("loss") {
            let plain = try Objective(
                model: architecture.model, inputShapes: architecture.registry.inputShapes,
                target: training.dataset.target, losses: recipe.losses)
            let objective = try recipe.locatingData("loss.class_weights") {
                try plain.weighting(
                    recipe.classWeights, examples: training, outputShapes: architecture.registry.outputShapes)
            }
            _ = try objective.evaluationGraph(batch: 1)
            return objective
        }
    }

    /// What can be told of phases, metrics and classes before anything is trained, all at once.
    private static func check(
        _ recipe: Recipe, _ architecture: PreparedModel.Architecture, _ objective: Objective, _ data: PreparedData,
        _ lastMayRest: Bool
    ) throws {
        var problems = PolicyCheck.problems(recipe, architecture.registry, lastMayRest: lastMayRest)
        problems += try ExampleCheck.problems(recipe, data.training)
        let shapes = objective.parts.map { architecture.registry.outputShapes[$0.output] }
        let output = shapes[0]
        if objective.loss.takesClassIndices, let names = data.training.dataset.target.classNames,
            names.count > output[-1]
        {
            problems.append(
                recipe.problem(
                    at: "model",
                    "the data has \(names.count) classes, and the model tells \(output[-1]) apart; "
                        + "give it a head of \"units\": \"classes\", or select classes in data.train"))
        }
        do {
            _ = try objective.metricSets(recipe.metrics, outputShapes: shapes)
        } catch { problems.append(recipe.problem(at: "metrics", "\(error)")) }
        if data.validation == nil {
            for (index, phase) in recipe.phases.enumerated() {
                guard let monitor = phase.earlyStopping?.monitor, monitor.hasPrefix("val_") else { continue }
                problems.append(
                    recipe.problem(
                        at: "phases.\(index).early_stopping",
                        "it watches \(monitor), but there is no validation data; give data.validation, "
                            + "or watch train_loss"))
            }
        }
        if !problems.isEmpty { throw RecipeError(problems) }
        for (path, examples) in [("train", data.training), ("validation", data.validation), ("test", data.test)] {
            guard let examples else { continue }
            try recipe.locatingData("data.\(path)") {
                try objective.checkTargets(of: examples.dataset, outputShapes: architecture.registry.outputShapes)
            }
        }
    }

    /// Updates of a whole pass.
    func updatesPerEpoch(_ phase: PhaseConfiguration) -> Int {
        phase.updates(ofBatches: data.training.batches(of: recipe.data.batchSize))
    }

    /// The scores beside the losses that a run's evaluations give, as `metrics.csv` names them.
    var scoreNames: [String] {
        data.validation == nil ? [] : objective.metricNames(recipe.metrics).map { "val_" + $0 }
    }

    /// The scores of the final weights, on the test data or else on the validation data.
    struct FinalEvaluation {
        let result: EvaluationResult
        let isTest: Bool
    }

    /// - Parameter trainer: that has run.
    func evaluate(_ trainer: Trainer) throws -> FinalEvaluation? {
        try trainer.evaluate(
            test: data.test, after: recipe.phaseConfigurations(), keepingAtMost: PredictionsFile.limit
        ).map {
            FinalEvaluation(result: $0, isTest: data.test != nil)
        }
    }

    /// Measures the weights as they are in the store.
    func evaluator() throws -> Evaluator {
        try Evaluator(
            objective, store: prepared.store, metrics: recipe.metrics, batchSize: recipe.data.batchSize)
    }

    /// The recipe with everything that was found out filled in: what `predict` on the run's folder goes by.
    var resolvedRecipe: JSON {
        var resolved = recipe.resolved
        guard recipe.data.transforms.contains(.standardizeToTrainingData) else { return resolved }
        var list = resolved["data"]?["transforms"]?.array ?? []
        for (index, transform) in data.transforms.enumerated() where list.indices.contains(index) {
            guard case .standardize(let statistics) = transform else { continue }
            list[index] = [
                "standardize": [
                    "mean": .array(statistics.mean.map { .number(Double($0)) }),
                    "std": .array(statistics.deviation.map { .number(Double($0)) }),
                ]
            ]
        }
        resolved["data"]?["transforms"] = .array(list)
        return resolved
    }

    /// SHA-256 by what was hashed.
    func hashes() throws -> OrderedDictionary<String, String> {
        var recipe = resolvedRecipe
        // Where results go changes none of them.
        recipe["output"] = nil
        var text = recipe.serialized()
        var hashes: OrderedDictionary<String, String> = [
            "recipe": text.withUTF8 { ContentHash.of(UnsafeRawBufferPointer($0)) }
        ]
        for (name, hash) in try data.hashes() { hashes[name] = hash }
        hashes["checkpoint"] = prepared.hash
        return hashes
    }

    /// What the written model carries along for those who use it: class names, the range of its inputs, and how the
    /// columns of its tables were read.
    var notes: JSON {
        var fields: OrderedDictionary<String, JSON> = [:]
        if let names = data.training.dataset.target.classNames {
            fields["class_names"] = .array(names.map { .string($0) })
        }
        if let range = data.range {
            fields["input_range"] = [.number(Double(range.minimum)), .number(Double(range.maximum))]
        }
        if let encoding = data.encoding { fields["table"] = encoding.json }
        return .object(fields)
    }

    func layerRecords() -> [RunRecord.LayerRecord] {
        let resolutions = recipe.phaseConfigurations().map { phase in
            try? PolicyResolution(rules: phase.rules, registry: prepared.registry, rates: phase.rates)
        }
        return prepared.registry.layers.values.map { layer in
            RunRecord.LayerRecord(
                path: layer.path.description, className: layer.specification.className,
                outputShape: layer.outputShape.dimensions,
                parameters: layer.parameters.reduce(0) { $0 + $1.shape.count },
                isNew: !layer.parameters.isEmpty
                    && layer.parameters.allSatisfy { !prepared.pretrained.contains($0.path) },
                phases: resolutions.map { resolution in
                    let tensors = (resolution?.tensors ?? []).filter {
                        prepared.registry.owner(of: $0.tensor.layer)?.path == layer.path && $0.isOptimized
                    }
                    return RunRecord.Treatment(
                        trainable: tensors.reduce(0) { $0 + $1.tensor.count },
                        learningRate: tensors.map(\.peakRate).max())
                })
        }
    }

    func confusionTable(_ matrix: ConfusionMatrix) -> ConfusionTable? {
        let names = data.training.dataset.target.classNames ?? (0..<matrix.classes).map(String.init)
        guard names.count == matrix.classes else { return nil }
        return ConfusionTable(
            classNames: names,
            counts: (0..<matrix.classes).map { row in
                (0..<matrix.classes).map { matrix[target: row, prediction: $0] }
            })
    }
}
