import Layers
import OrderedCollections

/// Turns the numbers under which a file refers to calls into our own, which count the calls that are used from 0.
struct NodeNumbering {
    private let calls: OrderedDictionary<String, [Connections.Call]>
    /// What to subtract: tf.keras counts a model inside a model as called once already when it was made.
    private var offsets: [String: Int] = [:]
    /// Of each layer, the calls that something refers to, in the file's numbers less the offset, sorted.
    private var used: [String: [Int]] = [:]

    /// - Parameter outputs: in the numbers that calls use: see `outputs(_:of:generation:)`.
    init(
        _ entries: OrderedDictionary<String, Model.Entry>, _ calls: OrderedDictionary<String, [Connections.Call]>,
        outputs: [Connections.Reference]
    ) {
        self.calls = calls
        var referred: [String: Set<Int>] = [:]
        for reference in calls.values.joined().flatMap(\.references) + outputs {
            referred[reference.layer, default: []].insert(reference.node)
        }
        for (layer, nodes) in referred {
            let count = calls[layer]?.count ?? 0
            var offset = 0
            if case .model? = entries[layer]?.content, (nodes.max() ?? 0) >= count, !nodes.contains(0) { offset = 1 }
            offsets[layer] = offset
            used[layer] = nodes.map { $0 - offset }.sorted()
        }
    }

    /// Keras 3 counts a functional model as called once already too, but only where it lists a model's outputs.
    static func outputs(
        _ references: [Connections.Reference], of entries: OrderedDictionary<String, Model.Entry>,
        generation: KerasGeneration
    ) -> [Connections.Reference] {
        references.map { reference in
            guard generation == .keras3, reference.node > 0,
                case .model(let model)? = entries[reference.layer]?.content,
                !model.isSequential
            else { return reference }
            return Connections.Reference(layer: reference.layer, node: reference.node - 1, output: reference.output)
        }
    }

    /// The calls of a layer that are used; all of them where none is referred to.
    func usedCalls(of layer: String) -> [Connections.Call] {
        let all = calls[layer] ?? []
        guard let used = used[layer], used.allSatisfy(all.indices.contains) else { return all }
        return used.map { all[$0] }
    }

    /// A reference to a call that does not exist is passed on, for the model to refuse.
    func resolve(_ reference: Connections.Reference) -> TensorReference {
        let index = reference.node - (offsets[reference.layer] ?? 0)
        let used = used[reference.layer] ?? []
        let isComplete = used.allSatisfy { (calls[reference.layer] ?? []).indices.contains($0) }
        let call = isComplete ? used.firstIndex(of: index) ?? index : index
        return TensorReference(layer: reference.layer, call: call, output: reference.output)
    }
}
