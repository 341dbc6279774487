import Layers
import OrderedCollections
import Tensors

/// The orders in which Keras keeps things. It loads weights by position, so a file has to list layers and tensors
/// exactly as Keras will number them when it rebuilds the model.
enum KerasOrder {
    /// A model's entries as `model.layers` will list them: by their greatest distance to an output, then in the order
    /// in which a walk from the outputs meets them. Entries that no output depends on are dropped, inputs kept.
    static func entries(of model: Model) throws -> [Model.Entry] {
        if model.isSequential { return Array(model.entries.values) }
        _ = try model.callOrder()
        var walk = Walk(model)
        for output in model.outputs { walk.visit(output) }
        let depths = walk.depths()
        var reached = model.entries.values.filter { depths[$0.name] != nil }
        let met = walk.met
        reached.sort { a, b in
            (-(depths[a.name] ?? 0), met[a.name] ?? -1) < (-(depths[b.name] ?? 0), met[b.name] ?? -1)
        }
        return reached
    }

    private struct Node: Hashable {
        let layer: String
        let call: Int
    }

    private struct Walk {
        let model: Model
        private(set) var met: [String: Int] = [:]
        private var finished: OrderedSet<Node> = []

        init(_ model: Model) { self.model = model }

        private func parents(_ node: Node) -> [TensorReference] {
            guard let calls = model.entries[node.layer]?.calls, calls.indices.contains(node.call) else { return [] }
            // What is passed by keyword comes last, sorted: that is how both Kerases flatten it.
            let call = calls[node.call]
            let named = zip(call.inputs, call.keywords).enumerated().sorted { a, b in
                (a.element.1 ?? "", a.offset) < (b.element.1 ?? "", b.offset)
            }
            return named.map { $0.element.0 }
        }

        mutating func visit(_ reference: TensorReference) {
            let node = Node(layer: reference.layer, call: reference.call)
            guard !finished.contains(node) else { return }
            if met[node.layer] == nil { met[node.layer] = met.count }
            for parent in parents(node) { visit(parent) }
            finished.append(node)
        }

        /// Of each layer: the longest way from any of its calls to an output. Unused inputs stand at the end.
        func depths() -> [String: Int] {
            var nodes: [Node: Int] = [:]
            var layers: [String: Int] = [:]
            for node in finished.reversed() {
                let depth = max(nodes[node] ?? 0, layers[node.layer] ?? 0)
                layers[node.layer] = depth
                nodes[node] = depth
                for parent in parents(node) {
                    let key = Node(layer: parent.layer, call: parent.call)
                    nodes[key] = max(depth + 1, nodes[key] ?? 0)
                }
            }
            for input in model.inputs where layers[input.layer] == nil { layers[input.layer] = 0 }
            return layers
        }
    }

    /// The tensors of a model by the path of the entry they belong to. A wrapper's are those of the layers inside it.
    static func tensors(
        of model: Model, _ specs: some Sequence<ParameterSpec>
    ) throws -> [ParameterPath: [ParameterSpec]] {
        let layers = Set(try leaves(of: model, below: ""))
        return Dictionary(grouping: specs) { spec in
            var components = spec.layer.components[...]
            while !components.isEmpty {
                let path = ParameterPath(components.joined(separator: "."))
                if layers.contains(path) { return path }
                components = components.dropLast()
            }
            return spec.layer
        }
    }

    private static func leaves(of model: Model, below path: ParameterPath) throws -> [ParameterPath] {
        try model.entries.values.flatMap { entry -> [ParameterPath] in
            let path = path.appending(entry.name)
            guard let inner = try entry.innerModel(generation: model.generation) else { return [path] }
            return try leaves(of: inner, below: path)
        }
    }

    /// The tensors of one entry: those that train, then the others, each over the layers inside in their order.
    /// - Parameter tensors: as `tensors(of:_:)` gives them.
    static func weights(
        of entry: Model.Entry, generation: KerasGeneration, at path: ParameterPath,
        _ tensors: [ParameterPath: [ParameterSpec]]
    ) throws -> [ParameterSpec] {
        let (trainable, others) = try split(entry, generation, at: path, isFrozen: false, tensors)
        return trainable + others
    }

    private static func split(
        _ entry: Model.Entry, _ generation: KerasGeneration, at path: ParameterPath, isFrozen: Bool,
        _ tensors: [ParameterPath: [ParameterSpec]]
    ) throws -> (trainable: [ParameterSpec], others: [ParameterSpec]) {
        let isFrozen = isFrozen || !entry.specification.isTrainable
        guard let model = try entry.innerModel(generation: generation) else {
            let all = tensors[path] ?? []
            let parts = (trainable: all.filter(\.role.hasGradient), others: all.filter { !$0.role.hasGradient })
            return isFrozen ? ([], parts.trainable + parts.others) : parts
        }
        var result: (trainable: [ParameterSpec], others: [ParameterSpec]) = ([], [])
        for inner in try entries(of: model) {
            let part = try split(inner, generation, at: path.appending(inner.name), isFrozen: isFrozen, tensors)
            result.trainable += part.trainable
            result.others += part.others
        }
        return result
    }
}

extension KerasOrder {
    /// The tensors that train by the model's own flags, in the order in which Keras hands them to an optimizer.
    static func trainable(
        of model: Model, _ specs: OrderedDictionary<ParameterPath, ParameterSpec>
    ) throws -> [ParameterSpec] {
        let tensors = try tensors(of: model, specs.values)
        return try entries(of: model).flatMap { entry in
            try split(entry, model.generation, at: ParameterPath(entry.name), isFrozen: false, tensors).trainable
        }
    }

    /// All tensors in the order of Keras' `get_weights`.
    static func weights(
        of model: Model, _ specs: OrderedDictionary<ParameterPath, ParameterSpec>
    ) throws -> [ParameterSpec] {
        let tensors = try tensors(of: model, specs.values)
        return try entries(of: model).flatMap {
            try weights(of: $0, generation: model.generation, at: ParameterPath($0.name), tensors)
        }
    }
}
