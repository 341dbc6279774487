import Data
import Graph
import Layers
import Tensors

/// The training graph of one phase, and where it is cut between what is the same for an example in every epoch and the rest.
struct PhaseGraph {
    let whole: Graph
    /// Of a batch, and of the examples that are computed together, a divisor of it; or why there is none.
    let cut: Result<(batch: GraphCut, block: GraphCut), GraphCut.Obstacle>

    /// - Parameter store: arranged for the phase.
    /// - Throws: as `Objective.trainingGraph`.
    init(_ objective: Objective, _ resolution: PolicyResolution, store: ParameterStore, batchSize: Int) throws {
        let modes = resolution.modesByPath
        func graph(of batch: Int) throws -> Graph {
            try objective.trainingGraph(batch: batch, trainable: store.trainable.map(\.path), batchNormModes: modes)
        }
        whole = try graph(of: batchSize)
        let cut: GraphCut
        do throws(GraphCut.Obstacle) {
            cut = try GraphCut(
                whole, batch: batchSize, inputs: Set(objective.inputShapes.indices.map { "x\($0)" }),
                changing: Set((store.trainable + store.moving).map(\.path)))
        } catch {
            self.cut = .failure(error)
            return
        }
        self.cut = .success((cut, try cut.smaller(cut.block, graph)))
    }

    /// What features are taken from; nil where there is no cut.
    func features(
        _ objective: Objective, store: ParameterStore, kept: FeatureStore, _ phase: PhaseConfiguration
    ) -> FrozenFeatures? {
        guard case .success(let cut) = cut else { return nil }
        return FrozenFeatures(cut, objective, store: store, kept: kept, phase)
    }
}
