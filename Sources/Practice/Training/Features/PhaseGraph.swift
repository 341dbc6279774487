import Data
import Graph
import Layers
import Tensors

/// The training graph of one phase, and where it is cut between what is the same for an example in every epoch and the rest.
struct PhaseGraph {
    let whole: Graph
    /// Of a batch, or why there is none.
    let cut: Result<GraphCut, GraphCut.Obstacle>
    /// For another number of examples.
    private let graph: (Int) throws -> Graph

    /// - Parameter store: arranged for the phase.
    /// - Throws: as `Objective.trainingGraph`.
    init(_ objective: Objective, _ resolution: PolicyResolution, store: ParameterStore, batchSize: Int) throws {
        let modes = resolution.modesByPath
        let trainable = store.trainable.map(\.path)
        graph = { try objective.trainingGraph(batch: $0, trainable: trainable, batchNormModes: modes) }
        whole = try graph(batchSize)
        do throws(GraphCut.Obstacle) {
            cut = .success(
                try GraphCut(
                    whole, batch: batchSize, inputs: Set(objective.inputShapes.indices.map { "x\($0)" }),
                    changing: Set((store.trainable + store.moving).map(\.path))))
        } catch { cut = .failure(error) }
    }

    /// What features are taken from; nil where there is no cut.
    /// - Throws: as `Objective.trainingGraph`, for the examples that are computed together.
    func features(
        _ objective: Objective, store: ParameterStore, kept: FeatureStore, _ phase: PhaseConfiguration
    ) throws -> FrozenFeatures? {
        guard case .success(let cut) = cut else { return nil }
        return FrozenFeatures(
            cut, block: try cut.smaller(cut.block, graph), objective, store: store, kept: kept, phase)
    }
}
