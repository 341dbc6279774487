import Checkpoints
import Data
import Keras
import Layers
import OrderedCollections
import Tensors

extension Recipe {
    /// The phases that begin with a head of their own, ascending.
    var headPhases: [Int] { phases.indices.filter { !phases[$0].head.isEmpty } }

    /// Which of the models a phase trains: as many as heads were changed by then.
    func stage(ofPhase index: Int) -> Int { headPhases.count { $0 <= index } }

    /// What makes the models differ, after the first.
    var heads: [[String]] {
        headPhases.map { index in
            phases[index].head.map { "\($0.className) \($0.name ?? "") \($0.config.serialized())" }
                + [phases[index].cutAt ?? ""]
        }
    }

    /// Where the head of one of the models stands in the recipe.
    func headPath(ofStage stage: Int) -> String {
        let phases = headPhases
        return stage > 0 && phases.indices.contains(stage - 1) ? "phases.\(phases[stage - 1]).head" : "model"
    }
}

/// The models of a recipe before any weight is read: the one that it begins with, and one more for each phase with a head
/// of its own.
struct Architectures {
    let all: [PreparedModel.Architecture]
    var first: PreparedModel.Architecture { all[0] }
    var registries: [LayerRegistry] { all.map(\.registry) }

    /// - Parameters:
    ///   - classes: how many classes the data has; nil where its targets are not classes.
    ///   - closing: the shapes of the inputs where the model leaves dimensions open.
    /// - Throws: `RecipeError` with the place in the recipe for a cut or head that does not fit.
    init(_ recipe: Recipe, classes: Int?, closing: ([OpenShape]) throws -> [Shape]) throws {
        try self.init(
            recipe, classes: classes,
            known: [try PreparedModel.Architecture(recipe, classes: classes, closing: closing)])
    }

    /// - Parameter known: those that there are already, from the first on.
    /// - Throws: `RecipeError`.
    init(_ recipe: Recipe, classes: Int?, known: [PreparedModel.Architecture]) throws {
        var all = known
        for phase in recipe.headPhases.dropFirst(known.count - 1) {
            all.append(try PreparedModel.Architecture(recipe, phase: phase, in: all[all.count - 1], classes: classes))
        }
        self.all = all
    }
}

extension PreparedModel.Architecture {
    /// The model of a phase with a head of its own: the one before, cut, with the new layers.
    /// - Throws: `RecipeError`.
    init(_ recipe: Recipe, phase index: Int, in before: PreparedModel.Architecture, classes: Int?) throws {
        let phase = recipe.phases[index]
        let place = "phases.\(index).head"
        let cut = try recipe.locating(phase.cutAt == nil ? place : "phases.\(index).cut_at") {
            guard let layer = phase.cutAt ?? before.stem else {
                throw ModelError("it is not clear what stays; add \"cut_at\" with the last layer that does")
            }
            return try before.model.cut(at: layer)
        }
        file = before.file
        (model, head, registry) = try recipe.locating(place) {
            let head = try Self.head(phase.head, on: cut, classes: classes)
            let model = try cut.appending(head: head)
            guard model.inputs == before.model.inputs else {
                throw ModelError(
                    "what stays reads only \(model.inputs.map(\.layer).joined(separator: ", ")) of the model's inputs; "
                        + "cut where all of them come together")
            }
            var registry = try LayerRegistry(model, inputShapes: before.registry.inputShapes)
            registry.grouping = try recipe.grouping(
                of: registry, head: Set(head.map(\.name)), blocks: recipe.model.blocks(leftIn: registry))
            return (model, head, registry)
        }
        stem = cut.outputs[0].layer
        reinitialized = []
    }

    /// The tensors of the layers that were put on.
    var headTensors: Set<ParameterPath> {
        let names = head.map { $0.name + "." }
        return Set(registry.parameters.keys.filter { path in names.contains { path.description.hasPrefix($0) } })
    }
}

extension ModelSection {
    /// The blocks of which some layers are left.
    fileprivate func blocks(leftIn registry: LayerRegistry) -> OrderedDictionary<String, [PathPattern]> {
        let layers = registry.layers.values.filter { !$0.parameters.isEmpty }
        return blocks.mapValues { patterns in
            patterns.filter { pattern in layers.contains { pattern.covers($0.path) } }
        }.filter { !$0.value.isEmpty }
    }
}

extension PreparedModel {
    /// The model of a phase with a head of its own. What it has of the model before is still to come: its values at the
    /// phase's start.
    /// - Parameter round: how many models there were before.
    /// - Throws: `ModelError` where the initializer of a new layer is not known.
    init(_ architecture: Architecture, after before: PreparedModel, round: Int, seed: UInt64) throws {
        model = architecture.model
        registry = architecture.registry
        file = before.file
        hash = before.hash
        store = ParameterStore(registry.parameters)
        let fresh = architecture.headTensors
        try store.initialize(seed: seed, round: round) { fresh.contains($0.path) }
        let parameters = architecture.registry.parameters
        pretrained = before.pretrained.filter { parameters[$0] != nil && !fresh.contains($0) }
        ledger = before.ledger.replacing(fresh, of: registry)
    }
}

extension Ledger {
    /// The ledger of a model with a new head: what was cut away is not used.
    fileprivate func replacing(_ fresh: Set<ParameterPath>, of registry: LayerRegistry) -> Ledger {
        var entries = self.entries.compactMap { entry -> Entry? in
            guard let path = entry.path, registry.parameters[path] == nil || fresh.contains(path) else { return entry }
            guard let stored = entry.stored else { return nil }
            return Entry(
                .unused, stored: stored, storedShape: entry.storedShape, reason: "its layer gave way to a new head")
        }
        for (path, spec) in registry.parameters where fresh.contains(path) {
            entries.append(Entry(.fresh, path: path, shape: spec.shape, reason: "of a new head"))
        }
        return Ledger(entries: entries)
    }
}
