import Data
import Layers
import Tracking
import Training

/// What a person should know of how a recipe trains beyond the ordinary, for `plan`, the report and the record.
extension Recipe {
    /// Of the whole run, each a sentence without a full stop.
    func methods(_ objective: Objective, epochSize: Int) -> [String] {
        var sentences: [String] = []
        switch data.sampling {
        case .shuffle: break
        case .sequential: sentences.append("the training examples come in the order they are stored in")
        case .balanced:
            sentences.append("every class comes equally often in each epoch of \(Figures.plural(epochSize, "example"))")
        }
        for part in objective.parts {
            guard let weights = part.loss.classWeights else { continue }
            let shown = weights.prefix(20).enumerated().map { index, weight in
                let names = objective.target.classNames
                return
                    "\(names.map { $0.indices.contains(index) ? $0[index] : "\(index)" } ?? "\(index)") \(Figures.score(Double(weight)))"
            }
            let output = objective.parts.count > 1 ? " of \(part.name)" : ""
            sentences.append(
                "class weights\(output): \(shown.joined(separator: ", "))\(weights.count > 20 ? ", …" : ""); training and "
                    + "validation loss divide by the sum of weights")
        }
        if let maximumSteps {
            sentences.append("the run ends after \(Figures.plural(maximumSteps, "step")) at the latest")
        }
        if let maximumMinutes {
            sentences.append("the run ends with the step after \(Figures.duration(maximumMinutes * 60)) at the latest")
        }
        let several = phases.count > 1
        return sentences
            + phases.flatMap { phase in
                phase.methods(batchSize: data.batchSize, views: data.views).map {
                    several ? "phase \(phase.name): \($0)" : $0
                }
            }
    }
}

extension PhaseSection {
    /// Of the phase alone.
    /// - Parameter views: ways in which an example changes at random; nil for others in every epoch.
    func methods(batchSize: Int, views: Int?) -> [String] {
        var sentences: [String] = []
        if !head.isEmpty {
            let layers = head.map { $0.name ?? $0.className }.joined(separator: ", ")
            sentences.append("it begins with a new head (\(layers)) on \(cutAt ?? "what the one before stood on")")
        }
        if !augmentation.isEmpty {
            let names = augmentation.steps.map(\.name).joined(separator: ", ")
            let how =
                views.map {
                    "in \(Figures.plural($0, "way")) drawn for each example, one after another, epoch by epoch"
                }
                ?? "other ones in every epoch"
            sentences.append("training pictures change at random (\(names)), \(how)")
        }
        let mixing = [("mixup", mixup), ("cutmix", cutmix)].compactMap { name, alpha in
            alpha.map { "\(name) with alpha \(RecipeKind.short($0))" }
        }
        if !mixing.isEmpty {
            sentences.append(
                mixing.joined(separator: " or ") + " of each batch; the training loss is that of the mixtures, the "
                    + "validation loss that of examples as they are")
        }
        if accumulate > 1 {
            sentences.append(
                "\(accumulate) batches of \(batchSize) an update, weighted as one of \(accumulate * batchSize); batch "
                    + "normalization sees each batch by itself")
        }
        sentences += precision.methods
        if case .reduceOnPlateau(let plateau) = schedule.curve {
            let patience = max(plateau.patience, 1)
            let floor = plateau.minRate > 0 ? ", but not below \(RecipeKind.short(plateau.minRate))" : ""
            sentences.append(
                "the rate goes down to \(RecipeKind.short(plateau.factor)) of itself after "
                    + "\(Figures.plural(patience, "evaluation")) without a better \(plateau.monitor)\(floor)")
        }
        return sentences
    }
}
