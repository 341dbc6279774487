import OrderedCollections
import Tensors

/// Which layers of a model belong together: blocks that a person named, and the head that was put on.
package struct LayerGrouping: Sendable, Hashable {
    /// By layers with parameters; empty where no block has a name.
    package private(set) var blocks: [ParameterPath: String] = [:]
    /// By layers with parameters, 0 at the output: blocks, and layers outside of any, in the order of their depths. A
    /// block stands where its layer nearest the output does. Empty where no block has a name.
    package private(set) var levels: [ParameterPath: Int] = [:]
    package private(set) var head: Set<ParameterPath> = []

    package init() {}

    /// - Parameters:
    ///   - blocks: by name, what belongs to each.
    ///   - head: names of the layers that were put on.
    /// - Throws: `LayerGroupingError` for the first block that is empty or takes what another has.
    package init(
        blocks named: OrderedDictionary<String, [PathPattern]>, head names: Set<String>, of registry: LayerRegistry
    ) throws(LayerGroupingError) {
        let layers = registry.layers.values.filter { !$0.parameters.isEmpty }
        head = Set(
            layers.map(\.path).filter { path in
                names.contains { path.description == $0 || path.description.hasPrefix($0 + ".") }
            })
        for (name, patterns) in named {
            for (index, pattern) in patterns.enumerated() {
                let found = layers.filter { pattern.covers($0.path) }
                guard !found.isEmpty else { throw .noMatch(block: name, index: index, pattern: pattern) }
                for layer in found where blocks[layer.path] != name {
                    if let other = blocks[layer.path] { throw .overlap(layer: layer.path, block: name, other: other) }
                    blocks[layer.path] = name
                }
            }
        }
        guard !named.isEmpty else { return }
        var nearest: [String: Int] = [:]
        for layer in layers {
            guard let block = blocks[layer.path] else { continue }
            nearest[block] = min(nearest[block] ?? .max, layer.depth)
        }
        func place(_ layer: RegisteredLayer) -> Int { blocks[layer.path].flatMap { nearest[$0] } ?? layer.depth }
        let places = Set(layers.map(place)).sorted()
        for layer in layers { levels[layer.path] = places.firstIndex(of: place(layer)) }
    }
}

/// Blocks that cannot be as written.
package enum LayerGroupingError: Error, Hashable, CustomStringConvertible {
    case noMatch(block: String, index: Int, pattern: PathPattern)
    case overlap(layer: ParameterPath, block: String, other: String)

    package var block: String {
        switch self {
        case .noMatch(let block, _, _), .overlap(_, let block, _): block
        }
    }

    package var description: String {
        switch self {
        case .noMatch(let block, _, let pattern):
            "\"\(pattern)\" of block \"\(block)\" matches no layer with parameters"
        case .overlap(let layer, let block, let other):
            "the layer \(layer) is in the blocks \"\(other)\" and \"\(block)\"; a layer belongs to one"
        }
    }
}
