import Checkpoints
import Layers
import OrderedCollections
import Tensors

/// Pairs a model's tensors with stored ones: by layer and name; where names leave a choice, by position among tensors of
/// the same kind, and never across kinds.
struct WeightMatcher {
    struct Match {
        let weight: StoredWeight
        let outcome: Ledger.Outcome
        let reason: String
    }

    private let path: String
    private let model: Model?
    private let origin: WeightOrigin
    private let layers: OrderedDictionary<String, [StoredWeight]>
    private var left: OrderedDictionary<String, [StoredWeight]>
    private(set) var matches: OrderedDictionary<ParameterPath, Match> = [:]

    init(
        _ layers: OrderedDictionary<String, [StoredWeight]>, path: String, model: Model?, origin: WeightOrigin
    ) {
        self.path = path
        self.model = model
        self.origin = origin
        self.layers = layers
        left = layers
    }

    mutating func match(_ specs: [ParameterSpec], byPosition: Bool) {
        var groups: OrderedDictionary<String, [ParameterSpec]> = [:]
        var unknown: OrderedDictionary<String, [ParameterSpec]> = [:]
        for spec in specs {
            if let layer = storedLayer(of: spec) {
                groups[layer, default: []].append(spec)
            } else {
                unknown[topLayer(of: spec), default: []].append(spec)
            }
        }
        for (layer, specs) in groups { match(specs, in: layer) }
        if byPosition { matchLayers(unknown, besides: Set(groups.keys)) }
    }

    /// The stored top-level layer that a tensor belongs to: the longest name its layer's path begins with; where there
    /// is none, that of a layer further in: Keras 1 listed the layers of models inside models beside the others.
    private func storedLayer(of spec: ParameterSpec) -> String? {
        let path = spec.layer.description
        let around = layers.keys.filter { path == $0 || path.hasPrefix($0 + ".") }
        if let longest = around.max(by: { $0.count < $1.count }) { return longest }
        let inside = layers.keys.filter { path.hasSuffix("." + $0) || path.contains(".\($0).") }
        return inside.max { $0.count < $1.count }
    }

    private func topLayer(of spec: ParameterSpec) -> String {
        let path = spec.layer.description
        let names = model.map { Array($0.entries.keys) } ?? []
        return names.filter { path == $0 || path.hasPrefix($0 + ".") }.max { $0.count < $1.count } ?? path
    }

    private typealias Test = (ParameterSpec, StoredWeight) -> Bool

    /// From the strictest reading of the names to the loosest; what pairs up uniquely is settled first.
    private mutating func match(_ specs: [ParameterSpec], in layer: String) {
        func rest(_ spec: ParameterSpec) -> String { WeightMatcher.rest(of: spec.layer.description, in: layer) }
        let exact: Test = { spec, weight in
            weight.kind == spec.name && (weight.layer == rest(spec) || weight.layer == spec.layer.description)
        }
        func agrees(_ spec: ParameterSpec, _ weight: StoredWeight) -> Bool {
            let (wanted, stored) = (rest(spec), weight.layer)
            return wanted.isEmpty || stored == wanted || stored.hasSuffix("." + wanted)
                || wanted.hasSuffix("." + stored)
        }
        let named: Test = { spec, weight in weight.kind == spec.name && agrees(spec, weight) }
        let aliased: Test = { spec, weight in weight.isKind(spec.name) && agrees(spec, weight) }
        let similar: Test = { spec, weight in
            weight.isKind(spec.name) && NameTokens(rest(spec)).fits(NameTokens(weight.layer))
        }
        let sameKind: Test = { spec, weight in weight.isKind(spec.name) }
        var open = specs
        for test in [exact, named] { pairUnique(&open, in: layer, .loaded, "", test) }
        pairUnique(&open, in: layer, .renamed, "Keras 3's name for it", aliased)
        pairUnique(&open, in: layer, .renamed, "by the parts of its name", similar)
        for test in [named, aliased, similar, sameKind] { pairInOrder(&open, in: layer, test) }
    }

    /// What of a layer's path lies inside the stored layer.
    private static func rest(of path: String, in layer: String) -> String {
        if path == layer { return "" }
        if path.hasPrefix(layer + ".") { return String(path.dropFirst(layer.count + 1)) }
        guard let place = path.firstRange(of: "." + layer + ".") else { return "" }
        return String(path[place.upperBound...])
    }

    private mutating func pairUnique(
        _ open: inout [ParameterSpec], in layer: String, _ outcome: Ledger.Outcome, _ reason: String, _ test: Test
    ) {
        let specs = open
        let weights = left[layer] ?? []
        for spec in specs {
            let fitting = weights.filter { test(spec, $0) }
            guard fitting.count == 1, specs.count(where: { test($0, fitting[0]) }) == 1 else { continue }
            take(fitting[0], from: layer, for: spec, outcome, reason)
            open.removeAll { $0.path == spec.path }
        }
    }

    /// Pairs the tensors of one kind in order, where there are as many stored as wanted and every shape agrees.
    private mutating func pairInOrder(_ open: inout [ParameterSpec], in layer: String, _ test: Test) {
        for kind in OrderedSet(open.map(\.name)) {
            let specs = open.filter { $0.name == kind }
            let weights = (left[layer] ?? []).filter { weight in specs.contains { test($0, weight) } }
            guard specs.count == weights.count,
                zip(specs, weights).allSatisfy({ fits($0, $1) && test($0, $1) })
            else { continue }
            for (spec, weight) in zip(specs, weights) {
                let reason = "by position among the \(kind) tensors of \"\(layer)\""
                take(weight, from: layer, for: spec, .renamed, reason)
            }
            open.removeAll { $0.name == kind }
        }
    }

    private func fits(_ spec: ParameterSpec, _ weight: StoredWeight) -> Bool {
        let conversion = LayerConversion(model?.specification(at: spec.layer), origin: origin)
        // A recurrent kernel's own shape is the same whoever wrote it; the bias shows that both fit.
        return conversion.conversions([(spec, weight)])[0] != nil || weight.shape.count == 2 * spec.shape.count
    }

    /// Pairs whole layers in order: those the file does not know by name with those the model does not.
    private mutating func matchLayers(
        _ wanted: OrderedDictionary<String, [ParameterSpec]>, besides known: Set<String>
    ) {
        let stored = left.filter { !known.contains($0.key) && !$0.value.isEmpty }
        guard stored.count == wanted.count else { return }
        var pairs: [(ParameterSpec, StoredWeight, String)] = []
        for (specs, layer) in zip(wanted.values, stored) {
            guard specs.count == layer.value.count else { return }
            var rest = layer.value
            for spec in specs {
                guard let index = rest.firstIndex(where: { $0.isKind(spec.name) && fits(spec, $0) }) else { return }
                pairs.append((spec, rest.remove(at: index), layer.key))
            }
        }
        for (spec, weight, layer) in pairs {
            take(weight, from: layer, for: spec, .renamed, "layers paired by position")
        }
    }

    private mutating func take(
        _ weight: StoredWeight, from layer: String, for spec: ParameterSpec, _ outcome: Ledger.Outcome, _ reason: String
    ) {
        matches[spec.path] = Match(weight: weight, outcome: outcome, reason: reason)
        left[layer]?.removeAll { $0.names == weight.names }
    }

    /// Settles a pair that was found otherwise: `reason` empty where the names agree.
    mutating func take(_ weight: StoredWeight, for spec: ParameterSpec, _ reason: String) {
        matches[spec.path] = Match(weight: weight, outcome: reason.isEmpty ? .loaded : .renamed, reason: reason)
        for layer in left.keys { left[layer]?.removeAll { $0.names == weight.names } }
    }

    // MARK: The end

    /// Every tensor of the model, then every stored one that is left, and what has to be done to which.
    /// - Throws: `KerasError.shape`.
    func finish(
        _ specs: OrderedDictionary<ParameterPath, ParameterSpec>, excluded: (ParameterPath) -> Bool
    ) throws -> WeightMatch {
        let conversions = conversions(specs)
        var ledger = Ledger()
        var sources: OrderedDictionary<ParameterPath, WeightMatch.Source> = [:]
        for spec in specs.values {
            guard let match = matches[spec.path] else {
                let reason = excluded(spec.path) ? "new" : "not in the file"
                ledger.append(.init(.fresh, path: spec.path, shape: spec.shape, reason: reason))
                continue
            }
            guard let conversion = conversions[spec.path] else {
                throw KerasError.shape(
                    path: path, stored: match.weight.name, storedShape: match.weight.shape, parameter: spec.path,
                    shape: spec.shape)
            }
            sources[spec.path] = .init(weight: match.weight, conversion: conversion)
            ledger.append(entry(spec, match, conversion))
        }
        for weight in left.values.joined() {
            let reason = weight.kind == "seed_generator_state" ? "the state of a random generator" : ""
            ledger.append(.init(.unused, stored: weight.name, storedShape: weight.shape, reason: reason))
        }
        return WeightMatch(ledger: ledger, sources: sources)
    }

    private func entry(_ spec: ParameterSpec, _ match: Match, _ conversion: WeightConversion) -> Ledger.Entry {
        let isMoved = !conversion.isPlain || match.weight.parts.count > 1 || match.weight.shape != spec.shape
        let reasons = [match.reason, conversion.reason].filter { !$0.isEmpty }
        let outcome: Ledger.Outcome =
            isMoved ? .reshaped : match.outcome == .loaded && !match.weight.note.isEmpty ? .renamed : match.outcome
        return .init(
            outcome, stored: match.weight.name, path: spec.path, storedShape: match.weight.shape, shape: spec.shape,
            reason: reasons.joined(separator: "; "))
    }

    /// Decided for the tensors of a layer together.
    private func conversions(
        _ specs: OrderedDictionary<ParameterPath, ParameterSpec>
    ) -> [ParameterPath: WeightConversion] {
        var byLayer: OrderedDictionary<ParameterPath, [(spec: ParameterSpec, weight: StoredWeight)]> = [:]
        for spec in specs.values {
            if let match = matches[spec.path] { byLayer[spec.layer, default: []].append((spec, match.weight)) }
        }
        var result: [ParameterPath: WeightConversion] = [:]
        for (layer, pairs) in byLayer {
            let conversion = LayerConversion(model?.specification(at: layer), origin: origin)
            for (pair, found) in zip(pairs, conversion.conversions(pairs)) { result[pair.spec.path] = found }
        }
        return result
    }
}
