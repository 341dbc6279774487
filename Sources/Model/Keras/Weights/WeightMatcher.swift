import Checkpoints
import Layers
import OrderedCollections
import Tensors

/// Pairs a model's tensors with stored ones: by layer and name; where names leave a choice, by position among tensors of
/// the same kind, and never across kinds.
struct WeightMatcher {
    struct Match {
        let weight: KerasWeights.Weight
        let outcome: Ledger.Outcome
        let reason: String
    }

    private let path: String
    private let layers: OrderedDictionary<String, [KerasWeights.Weight]>
    private var left: OrderedDictionary<String, [KerasWeights.Weight]>
    private(set) var matches: OrderedDictionary<ParameterPath, Match> = [:]

    init(_ layers: OrderedDictionary<String, [KerasWeights.Weight]>, path: String) {
        self.path = path
        self.layers = layers
        left = layers
    }

    mutating func match(_ specs: [ParameterSpec], byPosition: Bool) {
        var groups: OrderedDictionary<String, [ParameterSpec]> = [:]
        var unknown: OrderedDictionary<ParameterPath, [ParameterSpec]> = [:]
        for spec in specs {
            if let layer = storedLayer(of: spec) {
                groups[layer, default: []].append(spec)
            } else {
                unknown[spec.layer, default: []].append(spec)
            }
        }
        for (layer, specs) in groups { match(specs, in: layer) }
        if byPosition { matchLayers(unknown, besides: Set(groups.keys)) }
    }

    /// The stored top-level layer that a tensor belongs to: the longest name its layer's path begins with.
    private func storedLayer(of spec: ParameterSpec) -> String? {
        let path = spec.layer.description
        return layers.keys.filter { path == $0 || path.hasPrefix($0 + ".") }.max { $0.count < $1.count }
    }

    private typealias Test = (ParameterSpec, KerasWeights.Weight) -> Bool

    /// From the strictest reading of the names to the loosest; what pairs up uniquely is settled first.
    private mutating func match(_ specs: [ParameterSpec], in layer: String) {
        func rest(_ spec: ParameterSpec) -> String {
            String(spec.layer.description.dropFirst(layer.count).drop { $0 == "." })
        }
        let exact: Test = { spec, weight in
            let stored = weight.layer
            return weight.kind == spec.name && (stored == rest(spec) || stored == spec.layer.description)
        }
        func agrees(_ spec: ParameterSpec, _ weight: KerasWeights.Weight) -> Bool {
            let (wanted, stored) = (rest(spec), weight.layer)
            return wanted.isEmpty || stored == wanted || stored.hasSuffix("." + wanted)
                || wanted.hasSuffix("." + stored)
        }
        let named: Test = { spec, weight in weight.kind == spec.name && agrees(spec, weight) }
        let aliased: Test = { spec, weight in weight.isKind(spec.name) && agrees(spec, weight) }
        let sameKind: Test = { spec, weight in weight.isKind(spec.name) }
        var open = specs
        for test in [exact, named] { pairUnique(&open, in: layer, .loaded, "", test) }
        pairUnique(&open, in: layer, .renamed, "Keras 3's name for it", aliased)
        for test in [named, aliased, sameKind] { pairInOrder(&open, in: layer, test) }
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
                zip(specs, weights).allSatisfy({ $0.shape == $1.tensor.shape && test($0, $1) })
            else { continue }
            for (spec, weight) in zip(specs, weights) {
                let reason = "by position among the \(kind) tensors of \"\(layer)\""
                take(weight, from: layer, for: spec, .renamed, reason)
            }
            open.removeAll { $0.name == kind }
        }
    }

    /// Pairs whole layers in order: those the file does not know by name with those the model does not.
    private mutating func matchLayers(
        _ wanted: OrderedDictionary<ParameterPath, [ParameterSpec]>, besides known: Set<String>
    ) {
        let stored = left.filter { !known.contains($0.key) && !$0.value.isEmpty }
        guard stored.count == wanted.count else { return }
        let pairs = Array(zip(wanted.values, stored))
        let fits = pairs.allSatisfy { specs, layer in
            specs.count == layer.value.count
                && specs.allSatisfy { spec in
                    layer.value.contains { $0.isKind(spec.name) && $0.tensor.shape == spec.shape }
                }
        }
        guard fits else { return }
        for (specs, layer) in pairs {
            for spec in specs {
                guard let weight = left[layer.key]?.first(where: { $0.isKind(spec.name) }) else { continue }
                take(weight, from: layer.key, for: spec, .renamed, "layers paired by position")
            }
        }
    }

    private mutating func take(
        _ weight: KerasWeights.Weight, from layer: String, for spec: ParameterSpec, _ outcome: Ledger.Outcome,
        _ reason: String
    ) {
        matches[spec.path] = Match(weight: weight, outcome: outcome, reason: reason)
        left[layer]?.removeAll { $0.name == weight.name }
    }

    /// Every tensor of the model, then every stored one that is left.
    /// - Throws: `KerasError.shape`.
    func ledger(
        for specs: OrderedDictionary<ParameterPath, ParameterSpec>, excluded: (ParameterPath) -> Bool
    ) throws -> Ledger {
        var ledger = Ledger()
        for spec in specs.values {
            guard let match = matches[spec.path] else {
                let reason = excluded(spec.path) ? "new" : "not in the file"
                ledger.append(.init(.fresh, path: spec.path, shape: spec.shape, reason: reason))
                continue
            }
            let stored = match.weight.tensor.shape
            guard stored == spec.shape || WeightMatcher.isReshaping(of: spec, stored) else {
                throw KerasError.shape(
                    path: path, stored: match.weight.name, storedShape: stored, parameter: spec.path, shape: spec.shape)
            }
            ledger.append(
                .init(
                    stored == spec.shape ? match.outcome : .reshaped, stored: match.weight.name, path: spec.path,
                    storedShape: stored, shape: spec.shape, reason: match.reason))
        }
        for weight in left.values.joined() {
            ledger.append(.init(.unused, stored: weight.name, storedShape: weight.tensor.shape))
        }
        return ledger
    }

    /// A depthwise kernel (h, w, channels, multiplier) is, byte for byte, a grouped one (h, w, 1, channels · multiplier).
    private static func isReshaping(of spec: ParameterSpec, _ stored: Shape) -> Bool {
        spec.name == "depthwise_kernel" && stored.rank == spec.shape.rank && stored.count == spec.shape.count
            && stored.dimensions.prefix(stored.rank - 2) == spec.shape.dimensions.prefix(stored.rank - 2)
            && (stored[-2] == 1 || spec.shape[-2] == 1)
    }
}

extension KerasWeights.Weight {
    /// The name without `:0`, with dots where it has slashes.
    private var plain: String {
        let end = name.lastIndex(of: ":").flatMap { Int(name[name.index(after: $0)...]) == nil ? nil : $0 }
        return String(name[..<(end ?? name.endIndex)].map { $0 == "/" ? "." : $0 })
    }

    /// What the tensor is: `kernel`, `moving_mean`.
    var kind: String { plain.lastIndex(of: ".").map { String(plain[plain.index(after: $0)...]) } ?? plain }

    /// The layer part of the name, with dots.
    var layer: String { plain.lastIndex(of: ".").map { String(plain[..<$0]) } ?? "" }

    /// Keras 3 calls a depthwise convolution's kernel `kernel`.
    func isKind(_ name: String) -> Bool { kind == name || name == "depthwise_kernel" && kind == "kernel" }
}
