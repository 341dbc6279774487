import Layers
import Tensors

/// The whole mutable state of a training between two steps, as a value: what a `Trainer` gives at any step and goes on
/// from, in the same process or in another, to the same bytes. Randomness has no state: every number drawn is a
/// function of seed, stream, step, pass and example.
///
/// What a new feature must remember belongs to `TrainingPosition` (numbers) or to `PhaseMemory` (what a phase gathers);
/// `PhaseRunner` puts it in and takes it out in `resume(_:)` and `memory`.
package struct TrainingState: Hashable, Sendable {
    package var position: TrainingPosition
    /// Of every tensor of the model, as training uses them: not averaged.
    package var weights: TensorValues
    /// Of the phase under way, or of the one before where none is; nil before the first.
    package var memory: PhaseMemory?
    /// Of the phases that are over.
    package var results: [PhaseResult]
    /// The best of the phases that are over; nil before the first is.
    package var champion: Champion?
    /// The pretrained values that policies pull toward.
    package var anchors: TensorValues

    package init(
        position: TrainingPosition, weights: TensorValues, memory: PhaseMemory?, results: [PhaseResult],
        champion: Champion?, anchors: TensorValues
    ) {
        self.position = position
        self.weights = weights
        self.memory = memory
        self.results = results
        self.champion = champion
        self.anchors = anchors
    }

    /// Nothing of it is lent.
    package var copied: TrainingState {
        var copy = self
        copy.weights = weights.copied
        copy.memory = memory?.copied
        return copy
    }

    /// Seconds spent in steps and evaluations so far, over all phases.
    package var seconds: Double {
        let finished = results.reduce(0) { $0 + $1.trainingSeconds + $1.evaluationSeconds }
        guard position.isInPhase, let memory else { return finished }
        return finished + memory.trainingSeconds + memory.evaluationSeconds
    }
}

/// The phase whose weights a run would keep if it ended now.
package struct Champion: Hashable, Sendable {
    package var phase: Int
    /// Nil where nothing was watched.
    package var score: Double?
    /// Of every tensor; empty where the store holds them already or a phase that continues this one will.
    package var weights: TensorValues

    package init(phase: Int, score: Double?, weights: TensorValues) {
        self.phase = phase
        self.score = score
        self.weights = weights
    }
}

extension TrainingState {
    /// Ends the phase under way where it stands, as a pause does: what follows is a phase that continues it.
    /// - Parameter name: of the phase.
    package mutating func endPhase(named name: String) {
        guard position.isInPhase, let memory else { return }
        results.append(
            PhaseResult(
                name: name, reason: .interrupted, explanation: nil, steps: position.stepInPhase,
                epochs: position.epoch - position.phaseStartEpoch, best: memory.stopping, restoredBest: false,
                updates: memory.optimizer.tensors.reduce(into: [:]) { $0[$1.key] = $1.value.steps },
                trainableParameters: 0, frozenParameters: 0, frozenHash: memory.frozenHash,
                trainingSeconds: memory.trainingSeconds, evaluationSeconds: memory.evaluationSeconds))
        champion = Champion(phase: position.phase, score: memory.stopping?.bestScore, weights: [:])
        position.endPhase()
    }
}
