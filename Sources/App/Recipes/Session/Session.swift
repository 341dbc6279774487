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
    /// What the phases train: the recipe's model, and one more for each phase with a head of its own.
    let models: [SessionModel]
    let sampling: Sampling
    /// What a person should know before the first step, each a sentence.
    let warnings: [String]

    /// - Parameter lastMayRest: whether nothing needs to train in the last phase.
    /// - Throws: `RecipeError` for what the recipe asks in vain; what a broken file says.
    init(_ recipe: Recipe, lastMayRest: Bool = false) throws {
        let opened = try OpenedData(recipe)
        let architectures = try Architectures(recipe, classes: opened.target.classNames?.count) {
            try opened.closing($0, recipe)
        }
        data = try PreparedData(recipe, opened, inputShapes: architectures.first.registry.inputShapes)
        let objectives = try Session.objectives(recipe, architectures, data)
        try Session.check(recipe, architectures, objectives, data, lastMayRest)
        self.recipe = try GradualExpansion.expand(recipe, architectures.registries)
        sampling = try ExampleCheck.sampling(
            recipe, objectives[0], data.training, architectures.first.registry.outputShapes)
        models = try SessionModel.all(recipe, architectures, objectives)
        warnings =
            data.warnings + RangeCheck.warnings(data, models[0].prepared)
            + PolicyCheck.warnings(
                recipe, architectures.registries, pretrained: models.map(\.prepared.pretrained))
    }

    /// Model and examples of another session, with their weights as they are, under a recipe that differs from that one's
    /// in nothing but its phases. In the last of them nothing needs to train.
    /// - Throws: `RecipeError`.
    init(_ recipe: Recipe, keeping other: Session) throws {
        data = other.data
        sampling = other.sampling
        let common = zip(recipe.heads, other.recipe.heads).prefix { $0 == $1 }.count
        let known = Array(other.models.prefix(common + 1))
        let architectures = try Architectures(
            recipe, classes: data.training.dataset.target.classNames?.count, known: known.map(\.architecture))
        let problems =
            PrecisionCheck.problems(recipe)
            + PolicyCheck.problems(recipe, architectures.registries, lastMayRest: true)
            + (try ExampleCheck.problems(recipe, data.training))
        if !problems.isEmpty { throw RecipeError(problems) }
        let objectives = try Session.objectives(recipe, architectures, data, known: known.map(\.objective))
        let fits = Session.problems(recipe, architectures, objectives, data, from: known.count)
        if !fits.isEmpty { throw RecipeError(fits) }
        self.recipe = try GradualExpansion.expand(recipe, architectures.registries)
        models = try SessionModel.all(recipe, architectures, objectives, known: known)
        warnings = PolicyCheck.warnings(
            recipe, architectures.registries, pretrained: models.map(\.prepared.pretrained))
    }

    /// The model that the first phase begins with, and what is measured of it.
    var prepared: PreparedModel { models[0].prepared }
    var objective: Objective { models[0].objective }
    /// The model that the last phase trains.
    var last: SessionModel { models[models.count - 1] }

    func model(ofPhase index: Int) -> SessionModel { models[recipe.stage(ofPhase: index)] }

    /// Of each model.
    private static func objectives(
        _ recipe: Recipe, _ architectures: Architectures, _ data: PreparedData, known: [Objective] = []
    ) throws -> [Objective] {
        try known
            + architectures.all.enumerated().dropFirst(known.count).map { stage, architecture in
                try objective(
                    recipe, architecture, data.training, at: stage == 0 ? "loss" : recipe.headPath(ofStage: stage))
            }
    }

    /// - Parameter place: in the recipe, for what does not fit.
    private static func objective(
        _ recipe: Recipe, _ architecture: PreparedModel.Architecture, _ training: ExampleSet, at place: String
    ) throws -> Objective {
        try recipe.locating(place) {
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
        _ recipe: Recipe, _ architectures: Architectures, _ objectives: [Objective], _ data: PreparedData,
        _ lastMayRest: Bool
    ) throws {
        var problems =
            PrecisionCheck.problems(recipe)
            + PolicyCheck.problems(recipe, architectures.registries, lastMayRest: lastMayRest)
        problems += try ExampleCheck.problems(recipe, data.training)
        problems += Session.problems(recipe, architectures, objectives, data)
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
                try objectives[0].checkTargets(
                    of: examples.dataset, outputShapes: architectures.first.registry.outputShapes)
            }
        }
    }

    /// What of the models does not fit classes, metrics and targets.
    /// - Parameter first: the first model that was not looked at yet.
    private static func problems(
        _ recipe: Recipe, _ architectures: Architectures, _ objectives: [Objective], _ data: PreparedData,
        from first: Int = 0
    ) -> [RecipeProblem] {
        var problems: [RecipeProblem] = []
        for (stage, (architecture, objective)) in zip(architectures.all, objectives).enumerated().dropFirst(first) {
            let place = recipe.headPath(ofStage: stage)
            let all = architecture.registry.outputShapes
            let shapes = objective.parts.map { all[$0.output] }
            if objective.loss.takesClassIndices, let names = data.training.dataset.target.classNames,
                names.count > shapes[0][-1]
            {
                problems.append(
                    recipe.problem(
                        at: place,
                        "the data has \(names.count) classes, and the model tells \(shapes[0][-1]) apart; "
                            + "give it a head of \"units\": \"classes\", or select classes in data.train"))
                continue
            }
            do { _ = try objective.metricSets(recipe.metrics, outputShapes: shapes) } catch {
                problems.append(recipe.problem(at: stage == 0 ? "metrics" : place, "\(error)"))
            }
            // What the first one is measured by is checked with its data.
            guard stage > 0 else { continue }
            for examples in [data.training, data.validation, data.test].compactMap({ $0 }) {
                do { try objective.checkTargets(of: examples.dataset, outputShapes: all) } catch {
                    problems.append(recipe.problem(at: place, "\(error)"))
                    break
                }
            }
        }
        return problems
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

    /// Measures the weights of the last model as they are in its store, in the precision of the last phase.
    func evaluator() throws -> Evaluator {
        try Evaluator(
            last.objective, store: last.prepared.store, metrics: recipe.metrics, batchSize: recipe.data.batchSize,
            precision: recipe.lastPrecision)
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

    /// The layers of the model that a run ends with, and what became of them in its phases.
    /// - Parameter phases: that were carried out; nil: all.
    func layerRecords(upTo phases: Int? = nil) -> [RunRecord.LayerRecord] {
        let end = phases.map { min(max($0, 1), recipe.phases.count) } ?? recipe.phases.count
        let stage = recipe.stage(ofPhase: end - 1)
        let prepared = models[stage].prepared
        let resolutions = recipe.phaseConfigurations().enumerated().map { index, phase in
            try? PolicyResolution(
                rules: phase.rules, registry: models[recipe.stage(ofPhase: index)].prepared.registry,
                rates: phase.rates)
        }
        return prepared.registry.layers.values.map { layer in
            RunRecord.LayerRecord(
                path: layer.path.description, className: layer.specification.className,
                outputShape: layer.outputShape.dimensions,
                parameters: layer.parameters.reduce(0) { $0 + $1.shape.count },
                isNew: !layer.parameters.isEmpty
                    && layer.parameters.allSatisfy { !prepared.pretrained.contains($0.path) },
                phases: resolutions.enumerated().map { index, resolution in
                    let tensors = (resolution?.tensors ?? []).filter {
                        isSame($0.path, inPhase: index, as: stage)
                            && prepared.registry.owner(of: $0.tensor.layer)?.path == layer.path && $0.isOptimized
                    }
                    return RunRecord.Treatment(
                        trainable: tensors.reduce(0) { $0 + $1.tensor.count },
                        learningRate: tensors.map(\.peakRate).max())
                })
        }
    }

    /// Whether a tensor that one of the models has is there in a phase already, or still.
    private func isSame(_ path: ParameterPath, inPhase index: Int, as stage: Int) -> Bool {
        let other = recipe.stage(ofPhase: index)
        let between = models[(min(other, stage) + 1)..<(max(other, stage) + 1)]
        return between.allSatisfy { $0.fresh[path] == nil && $0.prepared.registry.parameters[path] != nil }
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
