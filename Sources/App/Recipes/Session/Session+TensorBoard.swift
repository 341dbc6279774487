import Data
import Tracking
import Training

extension Session {
    /// Training examples that TensorBoard shows.
    private static let pictureCount = 8

    /// The run's event file for TensorBoard, begun or gone on with.
    /// - Throws: `SystemError`.
    func tensorBoard(in directory: RunDirectory) throws -> TensorBoardLog {
        let header = TensorBoardLog.Header(
            recipe: resolvedRecipe, metricNames: scoreNames, hasValidation: data.validation != nil)
        return try TensorBoardLog(
            directory: directory, header: header, weights: { trainedWeights(ofPhase: $0.index) },
            pictures: { (try? pictures($0.index, epoch: $1)) ?? [] })
    }

    /// The tensors that train in a phase, of large ones numbers at equal distances.
    private func trainedWeights(ofPhase index: Int) -> [TensorBoardLog.Weights] {
        let store = model(ofPhase: index).prepared.store
        return store.trainable.prefix(TensorBoardLog.tensorLimit).map { slot in
            let step = max(1, (slot.count + TensorBoardLog.sampleLimit - 1) / TensorBoardLog.sampleLimit)
            let values = store[slot.path]
            return TensorBoardLog.Weights(
                path: slot.path.description, values: stride(from: 0, to: slot.count, by: step).map { values[$0] })
        }
    }

    /// The first training examples with the changes that an epoch of a phase makes; none where inputs are no pictures.
    private func pictures(_ phase: Int, epoch: Int) throws -> [Thumbnail] {
        let phases = recipe.phaseConfigurations()
        guard phases.indices.contains(phase),
            let input = data.training.dataset.inputShapes.firstIndex(where: Thumbnail.isPicture)
        else { return [] }
        let dataset = try data.training.dataset.augmented(by: phases[phase].augmentation, seed: recipe.seed)
        let indices = (data.training.indices ?? Array(0..<data.training.count)).prefix(Session.pictureCount)
        return try indices.compactMap { try thumbnail(dataset, $0, input: input, epoch: max(0, epoch - 1)) }
    }

    /// An input of an example as a picture.
    /// - Parameter epoch: of training, whose changes are made; nil for the example as it is.
    /// - Throws: what reading throws; `MemoryError`.
    func thumbnail(_ dataset: any Dataset, _ index: Int, input: Int, epoch: Int? = nil) throws -> Thumbnail? {
        let inputs = try epoch.map { try dataset.example(index, epoch: $0) } ?? dataset.example(index).inputs
        let range = data.range.flatMap { $0.minimum < $0.maximum ? $0.minimum...$0.maximum : nil }
        return try Thumbnail(inputs[input].values, shape: inputs[input].shape, range: range)
    }
}
