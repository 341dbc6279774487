import Data
import Layers
import Tensors

extension Objective {
    /// The objective for batches whose examples are mixed, and how their targets are: class indices become distributions,
    /// and sparse cross-entropies the categorical ones that they equal; everything else mixes as the numbers it is.
    /// - Parameter outputShapes: of the model, for one example.
    func mixed(outputShapes: [Shape]) -> (objective: Objective, blocks: [BatchMixing.Block]) {
        var blocks: [BatchMixing.Block] = []
        let parts = parts.map { part in
            let shape = outputShapes[part.output]
            let count = part.loss.targetShape(output: shape.batched(1)).count
            guard part.loss.takesClassIndices else {
                blocks.append(BatchMixing.Block(count: count, classes: nil))
                return part
            }
            blocks.append(BatchMixing.Block(count: count, classes: shape[-1]))
            var loss = part.loss
            loss.kind = .categoricalCrossEntropy
            return ObjectivePart(output: part.output, name: part.name, loss: loss, weight: part.weight)
        }
        let count = blocks.reduce(0) { $0 + $1.count * ($1.classes ?? 1) }
        return (Objective(self, target: .values([count]), parts: parts), blocks)
    }
}

extension Trainer {
    /// What a phase is trained on: the objective, and what mixes its batches.
    /// - Throws: `CutMixError`.
    func mixing(_ phase: PhaseConfiguration) throws -> (objective: Objective, mixing: BatchMixing?) {
        guard phase.mixup != nil || phase.cutmix != nil else { return (objective, nil) }
        if phase.cutmix != nil { try CutMixError.check(objective.inputShapes) }
        let (mixed, blocks) = objective.mixed(outputShapes: registry.outputShapes)
        return (mixed, BatchMixing(mixup: phase.mixup, cutmix: phase.cutmix, blocks: blocks))
    }

    /// The training examples as a phase sees them.
    /// - Throws: `AugmentationError`.
    func examples(_ phase: PhaseConfiguration) throws -> any Dataset {
        guard !phase.augmentation.isEmpty else { return training.dataset }
        let changing = try training.dataset.augmented(by: phase.augmentation, seed: seed)
        return phase.views.map { ViewedDataset(changing, views: $0) } ?? changing
    }
}
