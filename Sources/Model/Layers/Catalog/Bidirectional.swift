import Graph
import JSON
import Tensors

/// A recurrent layer from the first step to the last, another of the same settings from the last to the first, and what
/// `merge_mode` makes of both outputs. Their tensors stand below `forward_NAME` and `backward_NAME`.
package struct Bidirectional: Layer {
    package static let className = "Bidirectional"
    package static let callKeywords: Set<String> = ["initial_state", "mask"]

    private enum Merge: String, CaseIterable { case concat, sum, mul, ave }

    private struct Direction: Sendable {
        let specification: LayerSpecification
        let layer: any RecurrentLayer
        var settings: SequenceSettings { layer.settings }
    }

    private let forward: Direction
    private let backward: Direction
    /// Nil gives both outputs.
    private let merge: Merge?

    package init(_ config: inout LayerConfig) throws {
        let isSeparate = config.isNull("merge_mode")
        let mode = try config.choice("merge_mode", default: "concat", of: Merge.allCases.map(\.rawValue))
        merge = isSeparate ? nil : Merge(rawValue: mode)
        guard let json = config.take("layer") else { throw config.error("\"layer\" is missing") }
        let other = config.take("backward_layer")
        forward = try Bidirectional.direction(json, "layer", prefix: "forward_", turned: false, config)
        backward = try Bidirectional.direction(
            other ?? json, "backward_layer", prefix: "backward_", turned: other == nil, config)
        let (first, second) = (forward.settings, backward.settings)
        guard first.goesBackwards != second.goesBackwards else {
            throw config.error("both of its layers go the same way; \"go_backwards\" should be true in one of them")
        }
        guard first.returnsSequences == second.returnsSequences, first.returnsState == second.returnsState,
            first.isTimeMajor == second.isTimeMajor
        else { throw config.error("its two layers do not return the same kinds of things") }
        // What the wrapper takes over from the layer.
        for key in ["return_sequences", "return_state", "stateful", "go_backwards", "num_constants", "weights"] {
            _ = config.take(key)
        }
    }

    /// Keras 3 writes the names with their prefixes, Keras 2 without.
    private static func direction(
        _ json: JSON, _ key: String, prefix: String, turned: Bool, _ config: LayerConfig
    ) throws -> Direction {
        let inner = try config.inner(json, under: key) { specification in
            for known in ["forward_", "backward_"] where specification.name.hasPrefix(known) {
                specification.name.removeFirst(known.count)
                break
            }
            specification.name = prefix + specification.name
            guard turned else { return }
            let goesBackwards = specification.config["go_backwards"]?.bool ?? false
            specification.config["go_backwards"] = .bool(!goesBackwards)
        }
        guard case .layer(let layer) = inner.content, let recurrent = layer as? any RecurrentLayer else {
            throw config.error("a \(inner.specification.className) is not recurrent and has no direction")
        }
        return Direction(specification: inner.specification, layer: recurrent)
    }

    package func callAsFunction(_ inputs: [Value], in scope: LayerScope) throws -> [Value] {
        let g = scope.builder
        let counts = (forward.layer.stateCount, backward.layer.stateCount)
        let arguments = try RecurrentArguments(inputs, stateCount: counts.0 + counts.1, in: scope)
        let (x, mask) = arguments.batchMajor(forward.settings.isTimeMajor, in: g)
        let states = (arguments.states?.prefix(counts.0), arguments.states?.suffix(counts.1))
        let first = try run(forward, x, states.0.map(Array.init), mask, in: scope)
        let second = try run(backward, x, states.1.map(Array.init), mask, in: scope)
        let settings = forward.settings
        var outputs = [first.last, second.last]
        if settings.returnsSequences {
            // Keras turns the second sequence around, whichever way it went.
            let turned = settings.goesBackwards
            outputs = [first.sequence, second.sequence].map { sequence in
                let y = turned ? g.reverse(sequence, axes: [1]) : sequence
                return settings.isTimeMajor ? g.swappingFirstTwo(y) : y
            }
        }
        outputs = try merged(outputs, in: scope)
        if settings.returnsSequences, let mask = arguments.mask {
            for output in outputs { scope.setMask(mask, of: output) }
        }
        return outputs + (settings.returnsState ? first.states + second.states : [])
    }

    private func run(
        _ direction: Direction, _ x: Value, _ states: [Value]?, _ mask: Value?, in scope: LayerScope
    ) throws -> RecurrentRun {
        try scope.inside(direction.specification) { scope in
            // Sequences that are merged have nothing at masked steps.
            let result = try direction.layer.run(
                x, from: states, mask: mask, zeroesMasked: direction.settings.returnsSequences, in: scope)
            scope.regularizeActivity(direction.settings.returnsSequences ? result.sequence : result.last)
            return result
        }
    }

    private func merged(_ outputs: [Value], in scope: LayerScope) throws -> [Value] {
        let g = scope.builder
        let (a, b) = (outputs[0], outputs[1])
        guard let merge else { return outputs }
        let shapes = (scope.shape(of: a), scope.shape(of: b))
        guard merge == .concat ? shapes.0.rank == shapes.1.rank : shapes.0 == shapes.1 else {
            throw scope.error("outputs of \(shapes.0.droppingFirst) and \(shapes.1.droppingFirst) do not merge")
        }
        switch merge {
        case .concat: return [g.concatenate([a, b], axis: -1)]
        case .sum: return [g.add(a, b)]
        case .mul: return [g.multiply(a, b)]
        case .ave: return [g.scale(g.add(a, b), by: 0.5)]
        }
    }
}
