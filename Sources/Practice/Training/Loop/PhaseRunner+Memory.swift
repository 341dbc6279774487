import Layers
import Tensors

/// What a phase takes over from the one before or from itself in another process, and what it leaves.
extension PhaseRunner {
    /// Goes on in the middle of the phase, with all that `memory` gave.
    func resume(_ memory: PhaseMemory) {
        carryOver(memory.optimizer)
        takeOver(memory.plateau)
        if let values = memory.average { average?.takeOver(values) }
        takeOver(memory.stopping)
        takeOver(memory.best)
        frozenHash = memory.frozenHash
        clock.carry(trainingSeconds: memory.trainingSeconds, evaluationSeconds: memory.evaluationSeconds)
    }

    func carryOver(_ state: OptimizerState) {
        optimizer.carryOver(from: state)
        carried = optimizer.steps.count { $0 > 0 }
        dormant = state.without(Set(optimizer.layout.map(\.path)))
    }

    func takeOver(_ state: PlateauReduction.State?) {
        guard let configuration = plateau?.configuration, let state else { return }
        plateau = PlateauReduction(configuration, peakRate: phase.rates.base, state: state)
        training.plateauShare = state.share
    }

    func takeOver(_ state: EarlyStopping.State?) {
        guard let configuration = phase.earlyStopping, let state else { return }
        stopping = EarlyStopping(configuration, state: state)
    }

    /// Takes best weights over, whether or not this phase can change the same tensors.
    func takeOver(_ best: PhaseMemory.Best?) {
        guard let best else { return }
        let changing = store.trainable + store.moving
        store.saveChanging(to: &bestWeights)
        for slot in changing {
            guard let values = best.weights[slot.path], values.count == slot.count else { continue }
            bestWeights.replaceSubrange(slot.offset..<slot.offset + slot.count, with: values)
        }
        let paths = Set(changing.map(\.path))
        bestOthers = best.weights.filter { !paths.contains($0.key) }
        bestOptimizer = best.optimizer.map { state in
            let copy = Optimizer(phase.optimizer, layout: optimizer.layout)
            copy.carryOver(from: state)
            return copy
        }
    }

    /// What the phase has gathered by now.
    func memory(_ holding: Holding) -> PhaseMemory {
        var best: PhaseMemory.Best?
        if !bestWeights.isEmpty {
            var weights = bestOthers
            for slot in store.trainable + store.moving {
                weights[slot.path] = TensorData(bestWeights[slot.offset..<slot.offset + slot.count])
            }
            best = PhaseMemory.Best(weights: weights, optimizer: bestOptimizer?.state(holding).adding(dormant))
        }
        return PhaseMemory(
            optimizer: optimizer.state(holding).adding(dormant), stopping: stopping?.state,
            plateau: plateau?.state, best: best, average: average?.byPath(holding), frozenHash: frozenHash,
            trainingSeconds: clock.trainingSecondsNow, evaluationSeconds: clock.evaluationSeconds)
    }
}
