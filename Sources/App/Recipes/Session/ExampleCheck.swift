import Data
import Layers
import Tensors
import Training

/// What can be told of a recipe's treatment of training examples once the data are known.
enum ExampleCheck {
    /// Changes of pictures where there are none, and so on, each with its place.
    static func problems(_ recipe: Recipe, _ training: ExampleSet) throws -> [RecipeProblem] {
        var problems: [RecipeProblem] = []
        for (index, phase) in recipe.phases.enumerated() {
            func attempt(_ key: String, _ body: () throws -> Void) throws {
                do { try body() } catch let error as any DescriptionFault {
                    problems.append(recipe.problem(at: "phases.\(index).\(key)", "\(error)"))
                }
            }
            if !phase.augmentation.isEmpty {
                try attempt("augment") {
                    _ = try training.dataset.augmented(by: phase.augmentation, seed: recipe.seed)
                }
            }
            if phase.cutmix != nil { try attempt("cutmix") { try CutMixError.check(training.dataset.inputShapes) } }
            if let problem = try schedule(recipe, index, training) { problems.append(problem) }
        }
        return problems
    }

    /// A schedule that does not fit the steps of its phase, which is known before anything runs.
    private static func schedule(_ recipe: Recipe, _ index: Int, _ training: ExampleSet) throws -> RecipeProblem? {
        let phases = recipe.phaseConfigurations()
        let batches = training.batches(of: recipe.data.batchSize)
        do {
            _ = try phases.schedule(at: index, perEpoch: phases[index].updates(ofBatches: batches))
            return nil
        } catch { return recipe.problem(at: "phases.\(index).schedule", "\(error)") }
    }

    static func sampling(
        _ recipe: Recipe, _ objective: Objective, _ training: ExampleSet, _ outputShapes: [Shape]
    ) throws -> Sampling {
        switch recipe.data.sampling {
        case .shuffle: return .shuffle
        case .sequential: return .sequential
        case .balanced:
            guard let labels = try objective.classLabels(of: training, outputShapes: outputShapes) else {
                throw RecipeError([
                    recipe.problem(
                        at: "data.sampling", "\"balanced\" needs one class for each example, and the targets are others"
                    )
                ])
            }
            return .balanced(ClassMembers(labels: labels))
        }
    }
}
