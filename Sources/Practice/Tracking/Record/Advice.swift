import Training

/// What to try next, read from how the run went; the most useful first. Each a sentence that says what it saw.
package enum Advice {
    package static func sentences(for run: RunDescription) -> [String] {
        [notFinite, unfinished, stillImproving, overfitting, frozenRest, weakestClass].compactMap { $0(run) }
    }

    private static func notFinite(_ run: RunDescription) -> String? {
        guard run.record.reason == .notFinite else { return nil }
        return "A value stopped being finite: try a third of the learning rate, or \"clip_norm\": 1."
    }

    private static func unfinished(_ run: RunDescription) -> String? {
        switch run.record.reason {
        case .timeBudget: "The time ran out before the plan was done: raise max_time."
        case .stepBudget: "The steps were used up before the plan was done: raise max_steps."
        case .interrupted: "The run was interrupted: what is here is its best until then."
        default: nil
        }
    }

    private static func stillImproving(_ run: RunDescription) -> String? {
        guard run.record.reason == .completed, let best = run.record.best, best.step == run.record.final?.step,
            let phase = run.record.phases.last, let monitor = phase.monitor, phase.plannedEpochs > 0,
            run.evaluations.count > 1
        else { return nil }
        return "\(monitor) was still getting better at the last epoch: try \(phase.plannedEpochs * 2) epochs "
            + "instead of \(phase.plannedEpochs) in phase \"\(phase.name)\"."
    }

    /// Training loss went down while validation loss went up by a tenth or more since its best.
    private static func overfitting(_ run: RunDescription) -> String? {
        guard let best = run.record.best, let final = run.record.final, best.step < final.step,
            let low = best.validationLoss, let high = final.validationLoss, high > low * 1.1,
            final.trainLoss < best.trainLoss
        else { return nil }
        return "After epoch \(best.epoch) the training loss fell on while the validation loss rose from "
            + "\(Figures.score(low)) to \(Figures.score(high)): more weight decay, dropout or augmentation, or fewer "
            + "trainable layers."
    }

    private static func frozenRest(_ run: RunDescription) -> String? {
        guard let phase = run.record.phases.last, phase.frozenParameters > 0, phase.trainableParameters > 0,
            run.record.reason == .completed || run.record.reason == .earlyStopping,
            run.record.layers.contains(where: { !$0.isNew && $0.parameters > 0 && $0.phases.last?.trainable == 0 })
        else { return nil }
        return "\(Figures.count(phase.frozenParameters)) parameters never trained: a second phase that unfreezes "
            + "them at a tenth of the rate may gain more."
    }

    private static func weakestClass(_ run: RunDescription) -> String? {
        guard let confusion = run.record.confusion, confusion.classNames.count > 2 else { return nil }
        let scores = confusion.scores
        let known = scores.indices.filter { scores[$0].support > 0 && scores[$0].f1 != nil }
        guard let weakest = known.min(by: { scores[$0].f1! < scores[$1].f1! }), scores[weakest].f1! < 0.995 else {
            return nil
        }
        let row = confusion.counts[weakest]
        let others = row.indices.filter { $0 != weakest && row[$0] > 0 }
        let taken = others.max { (row[$0], $1) < (row[$1], $0) }
        return "\(scores[weakest].name) is the weakest class (F1 \(Figures.fixed(scores[weakest].f1!, 3)))"
            + (taken.map { ", most often taken for \(scores[$0].name)" } ?? "") + ": look at its examples first."
    }
}
