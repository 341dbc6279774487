import Data
import Layers
import Training

/// One of the models that a session's phases train, with what is measured of it.
struct SessionModel {
    let architecture: PreparedModel.Architecture
    let prepared: PreparedModel
    let objective: Objective
    /// What the tensors of a head that came later begin with; empty for the first model.
    let fresh: TensorValues
}

extension SessionModel {
    /// The models of a recipe, in the order of their phases, with their weights where they are known before training.
    /// - Parameter known: those that there are already: of equal heads, from the first on.
    /// - Throws: as `PreparedModel`.
    static func all(
        _ recipe: Recipe, _ architectures: Architectures, _ objectives: [Objective], known: [SessionModel] = []
    ) throws -> [SessionModel] {
        var models = known
        for (stage, architecture) in architectures.all.enumerated().dropFirst(known.count) {
            let prepared =
                try models.last.map {
                    try PreparedModel(architecture, after: $0.prepared, round: stage, seed: recipe.seed)
                } ?? PreparedModel(recipe, architecture)
            var fresh: TensorValues = [:]
            if stage > 0 {
                for path in architecture.headTensors { fresh[path] = TensorData(prepared.store.tensor(path).values) }
            }
            models.append(
                SessionModel(
                    architecture: architecture, prepared: prepared, objective: objectives[stage], fresh: fresh))
        }
        return models
    }
}
