import Checkpoints
import Layers
import OrderedCollections
import Tensors

/// The layout of `.weights.h5`: below the path of each object that owns variables a group `vars` with the tensors `0`,
/// `1`, …. Layers are numbered by class (`layers/dense`, `layers/dense_1`); newer files give `vars` an attribute `name`.
struct VariableTree: Sendable {
    struct Group: Sendable {
        /// Without `/vars`: `layers/bidirectional/forward_layer/cell`; empty for the model itself.
        let path: String
        /// The name the user gave the object, where the file knows it.
        let name: String?
        let weights: [StoredWeight]
    }

    /// By path.
    let groups: OrderedDictionary<String, Group>

    /// What a training run keeps beside the model.
    private static let others: Set<String> = [
        "optimizer", "metrics", "loss", "_loss_tracker", "loss_tracker", "_compile_metrics", "_compile_loss",
        "compile_metrics",
    ]

    /// Nil where the file has no such groups.
    init?(_ checkpoint: Checkpoint) {
        var groups: OrderedDictionary<String, Group> = [:]
        for place in checkpoint.groups where place == "vars" || place.hasSuffix("/vars") {
            let path = String(place.dropLast(place == "vars" ? 4 : 5))
            let top = String(path.prefix { $0 != "/" })
            guard !VariableTree.others.contains(top) else { continue }
            let isRandom = path.hasSuffix("seed_generator")
            var weights: [StoredWeight] = []
            while let tensor = checkpoint.tensors["\(place)/\(weights.count)"] {
                weights.append(
                    StoredWeight(
                        names: [tensor.name], parts: [tensor],
                        layer: String(path.map { $0 == "/" ? "." : $0 }),
                        kind: isRandom ? "seed_generator_state" : "\(weights.count)"))
            }
            groups[path] = Group(path: path, name: checkpoint.attribute("name", of: place)?.string, weights: weights)
        }
        guard !groups.isEmpty else { return nil }
        self.groups = groups
    }

    /// Every tensor, by the object that owns it.
    var layers: OrderedDictionary<String, [StoredWeight]> {
        groups.mapValues(\.weights).filter { !$0.value.isEmpty }
    }

    /// The pairs for a model's tensors; why they are pairs, where not by name.
    func pairs(
        _ specs: [ParameterSpec], of model: Model?
    ) -> [(spec: ParameterSpec, weight: StoredWeight, reason: String)] {
        guard let model else { return [] }
        var pairs: [(ParameterSpec, StoredWeight, String)] = []
        for (path, layer, place) in places(of: model, below: "", at: "") {
            let prefix = path.description + "."
            let own = specs.filter { $0.layer == path || $0.layer.description.hasPrefix(prefix) }
            pairs += pair(own, of: layer, at: path, with: place.path).map {
                ($0, $1, place.isByName ? "" : "by class and number")
            }
        }
        return pairs
    }

    // MARK: Layers

    private struct Place {
        let path: String
        let isByName: Bool
    }

    /// Where each layer of a model lies, models inside models included.
    private func places(
        of model: Model, below folder: String, at prefix: ParameterPath
    ) -> [(path: ParameterPath, layer: LayerSpecification, place: Place)] {
        let children = children(below: folder)
        var found: OrderedDictionary<String, Place> = [:]
        var free = children
        for entry in model.entries.values where !entry.isInput {
            let base = VariableTree.base(of: entry)
            let named = free.filter { groups[$0.path]?.name == entry.name && $0.base == base }
            guard named.count == 1 else { continue }
            found[entry.name] = Place(path: named[0].path, isByName: true)
            free.removeAll { $0.path == named[0].path }
        }
        // What has no name goes by the number among those of its class that are left, in the model's order.
        for entry in model.entries.values where !entry.isInput && found[entry.name] == nil {
            let base = VariableTree.base(of: entry)
            guard let next = free.filter({ $0.base == base }).min(by: { $0.number < $1.number }) else { continue }
            found[entry.name] = Place(path: next.path, isByName: false)
            free.removeAll { $0.path == next.path }
        }
        return model.entries.values.flatMap { entry -> [(ParameterPath, LayerSpecification, Place)] in
            guard let place = found[entry.name] else { return [] }
            let path = prefix.appending(entry.name)
            if case .model(let inner) = entry.content { return places(of: inner, below: place.path, at: path) }
            if let inner = VariableTree.wrapped(entry.specification, in: model) {
                return places(of: inner, below: place.path + "/layer", at: path)
            }
            return [(path, entry.specification, place)]
        }
    }

    /// The model that a wrapper applies, where it is a model.
    private static func wrapped(_ layer: LayerSpecification, in model: Model) -> Model? {
        guard let json = layer.config["layer"], ArchitectureReader.isModel(json) else { return nil }
        var reader = ArchitectureReader(generation: model.generation)
        return try? reader.read(json)
    }

    private struct Child {
        let path: String
        let base: String
        let number: Int
    }

    /// The objects in the list of layers of the model at `folder`.
    private func children(below folder: String) -> [Child] {
        for list in ["layers", "_layer_checkpoint_dependencies"] {
            let start = (folder.isEmpty ? list : folder + "/" + list) + "/"
            let names = OrderedSet(
                groups.keys.filter { $0.hasPrefix(start) }.map {
                    String($0.dropFirst(start.count).prefix { $0 != "/" })
                })
            if names.isEmpty { continue }
            return names.map { name in
                let base = NameTokens.withoutCounter(name)
                return Child(
                    path: start + name, base: base,
                    number: base == name ? 0 : Int(name.dropFirst(base.count + 1)) ?? 0)
            }
        }
        return []
    }

    private static func base(of entry: Model.Entry) -> String {
        NameTokens.withoutCounter(snakeCase(entry.specification.className))
    }

    // MARK: Tensors

    /// The tensors of one layer, with those of the objects inside it.
    private func pair(
        _ specs: [ParameterSpec], of layer: LayerSpecification, at path: ParameterPath, with place: String
    ) -> [(ParameterSpec, StoredWeight)] {
        let ordered = specs.filter(\.role.hasGradient) + specs.filter { !$0.role.hasGradient }
        guard let parts = VariableLayout.parts(of: layer, count: ordered.count),
            parts.reduce(0, { $0 + $1.count }) == ordered.count
        else { return pairByWords(ordered, at: path, with: place) }
        var pairs: [(ParameterSpec, StoredWeight)] = []
        var rest = ordered[...]
        for part in parts {
            guard let group = group(part.path, below: place), group.weights.count >= part.count else {
                return pairByWords(ordered, at: path, with: place)
            }
            pairs += zip(rest.prefix(part.count), group.weights)
            rest = rest.dropFirst(part.count)
        }
        return pairs
    }

    /// An object inside a layer; Keras 2 marks some of them as its own business with an underscore.
    private func group(_ path: String, below place: String) -> Group? {
        if path.isEmpty { return groups[place] }
        let hidden = path.split(separator: "/").map { "_" + $0 }.joined(separator: "/")
        return groups[place + "/" + path] ?? groups[place + "/" + hidden]
    }

    /// Where nobody has written down which objects own a layer's tensors: by the words in the paths, then in order.
    private func pairByWords(
        _ specs: [ParameterSpec], at layer: ParameterPath, with place: String
    ) -> [(ParameterSpec, StoredWeight)] {
        var free = groups.values.filter {
            ($0.path == place || $0.path.hasPrefix(place + "/")) && !$0.weights.isEmpty
                && $0.weights[0].kind != "seed_generator_state"
        }
        var wanted: OrderedDictionary<ParameterPath, [ParameterSpec]> = [:]
        for spec in specs { wanted[spec.layer, default: []].append(spec) }
        func words(_ path: String, in outer: String) -> NameTokens { NameTokens(String(path.dropFirst(outer.count))) }
        var pairs: [(ParameterSpec, StoredWeight)] = []
        var open: [[ParameterSpec]] = []
        for (path, specs) in wanted {
            let here = words(path.description, in: layer.description)
            let fitting = free.filter { words($0.path, in: place) == here }
            guard fitting.count == 1 else {
                open.append(specs)
                continue
            }
            pairs += zip(specs, fitting[0].weights)
            free.removeAll { $0.path == fitting[0].path }
        }
        // One list of tensors, as some layers declare the tensors of their parts themselves.
        if open.count == 1 {
            pairs += zip(open[0], free.flatMap(\.weights))
        } else if open.count == free.count {
            for (specs, group) in zip(open, free) { pairs += zip(specs, group.weights) }
        }
        return pairs
    }
}
