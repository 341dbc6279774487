import Layers
import Tensors

/// A model that phases train, and the phase from which on they do. All but the first take another's place: layers of it,
/// with the values that they have by then, under new ones.
package struct ModelStage {
    package let firstPhase: Int
    package let objective: Objective
    package let registry: LayerRegistry
    package let store: ParameterStore
    /// The tensors that came from a checkpoint.
    package let pretrained: Set<ParameterPath>
    /// What the tensors of the new layers begin with; all others go on from the model before.
    package let fresh: TensorValues

    package init(
        firstPhase: Int, objective: Objective, registry: LayerRegistry, store: ParameterStore,
        pretrained: Set<ParameterPath>, fresh: TensorValues
    ) {
        self.firstPhase = firstPhase
        self.objective = objective
        self.registry = registry
        self.store = store
        self.pretrained = pretrained
        self.fresh = fresh
    }

    /// The tensors that the model before has too.
    var kept: Set<ParameterPath> { Set(store.specs.keys).subtracting(fresh.keys) }

    /// What a person is told when it takes the place of another.
    func statement(for phase: String) -> String {
        var layers: [String] = []
        for path in store.specs.keys where fresh[path] != nil {
            let name = (registry.owner(of: store.specs[path]!.layer)?.path ?? path).description
            if layers.last != name { layers.append(name) }
        }
        let new = layers.isEmpty ? "layers without parameters" : layers.joined(separator: ", ")
        let count = kept.count
        return "\(phase) begins with a new head, \(new); \(count) tensor\(count == 1 ? "" : "s") stay as they are"
    }

    /// Puts the values in place that the model begins with.
    /// - Parameter values: of the model before.
    package func begin(with values: TensorValues) {
        for path in kept { if let numbers = values[path] { store.set(path, to: numbers) } }
        for (path, numbers) in fresh { store.set(path, to: numbers) }
    }
}

extension Trainer {
    /// Goes on to the model that a phase trains, if that is another one: what both have keeps its values and its slots.
    /// What was the best so far was the best of another model, and is forgotten.
    func advance(to phase: Int) {
        for next in models where next.firstPhase > model.firstPhase && next.firstPhase <= phase {
            next.begin(with: store.values(.lent))
            carry(over: next)
            model = next
        }
    }

    /// The model that a phase trains, to lay it out: its values stay what they are.
    func use(modelOf phase: Int) { model = models.last { $0.firstPhase <= phase } ?? models[0] }
}

extension PhaseMemory {
    /// For a model that has only some of the tensors still. What scores have led to is forgotten, except for the rate.
    func keeping(_ kept: Set<ParameterPath>) -> PhaseMemory {
        var copy = self
        copy.optimizer = optimizer.without(Set(optimizer.tensors.keys).subtracting(kept))
        copy.average = average?.filter { kept.contains($0.key) }
        copy.stopping = nil
        copy.best = nil
        copy.plateau?.forgetScores()
        return copy
    }
}
