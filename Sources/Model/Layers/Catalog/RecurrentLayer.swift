import Graph
import JSON
import Tensors

/// What every layer that runs over the steps of a sequence can be told.
struct SequenceSettings: Hashable, Sendable {
    var returnsSequences: Bool
    let returnsState: Bool
    let goesBackwards: Bool
    /// (time, batch, …) instead of (batch, time, …).
    let isTimeMajor: Bool
    var zeroesMasked: Bool

    init(_ config: inout LayerConfig) throws {
        returnsSequences = try config.bool("return_sequences", default: false)
        returnsState = try config.bool("return_state", default: false)
        goesBackwards = try config.bool("go_backwards", default: false)
        isTimeMajor = try config.bool("time_major", default: false)
        zeroesMasked = try config.bool("zero_output_for_mask", default: false)
        // States do not outlive a batch here; the rest is about how Keras computes.
        for key in ["stateful", "unroll", "use_cudnn", "input_dim", "input_length"] { _ = config.take(key) }
    }
}

/// What a pass over a sequence gave.
struct RecurrentRun {
    /// (batch, time, …), each output at its step's place.
    var sequence: Value
    /// (batch, …): the output of the step computed last.
    var last: Value
    var states: [Value]
}

/// A layer that runs over the steps of a sequence with states of its own.
protocol RecurrentLayer: Layer {
    var settings: SequenceSettings { get }
    /// How many states it has.
    var stateCount: Int { get }

    /// - Parameters:
    ///   - x: batch, time, features.
    ///   - states: as many as there are, or nil for zeros.
    ///   - mask: (batch, time)
    func run(
        _ x: Value, from states: [Value]?, mask: Value?, zeroesMasked: Bool, in scope: LayerScope
    ) throws -> RecurrentRun
}

extension RecurrentLayer {
    package static var callKeywords: Set<String> { ["initial_state", "mask"] }

    package func callAsFunction(_ inputs: [Value], in scope: LayerScope) throws -> [Value] {
        let arguments = try RecurrentArguments(inputs, stateCount: stateCount, in: scope)
        let g = scope.builder
        let (x, mask) = arguments.batchMajor(settings.isTimeMajor, in: g)
        let result = try run(
            x, from: arguments.states, mask: mask, zeroesMasked: settings.zeroesMasked, in: scope)
        guard settings.returnsSequences else {
            return [result.last] + (settings.returnsState ? result.states : [])
        }
        let inOrder = settings.goesBackwards ? g.reverse(result.sequence, axes: [1]) : result.sequence
        let y = settings.isTimeMajor ? g.swappingFirstTwo(inOrder) : inOrder
        if let mask = arguments.mask { scope.setMask(mask, of: y) }
        return [y] + (settings.returnsState ? result.states : [])
    }
}

/// What a recurrent layer is called with: a sequence, states (behind it, or as `initial_state`), and a mask, which goes
/// before that of the sequence.
struct RecurrentArguments {
    let x: Value
    let states: [Value]?
    let mask: Value?

    init(_ inputs: [Value], stateCount: Int, in scope: LayerScope) throws {
        let keywords = scope.call.keywords
        func keyword(_ index: Int) -> String? { index < keywords.count ? keywords[index] : nil }
        let plain = inputs.indices.filter { keyword($0) != "mask" }
        guard let first = plain.first else { throw scope.error("it takes a sequence") }
        x = inputs[first]
        let shape = scope.shape(of: x)
        guard shape.rank >= 3, shape[0] > 0, shape[1] > 0 else {
            throw scope.error("it takes sequences of at least one step, and an example here is \(shape.droppingFirst)")
        }
        let states = plain.dropFirst().map { inputs[$0] }
        guard states.isEmpty || states.count == stateCount else {
            throw scope.error("it has \(stateCount) states, and \(states.count) are given")
        }
        self.states = states.isEmpty ? nil : states
        mask = inputs.indices.first { keyword($0) == "mask" }.map { inputs[$0] } ?? scope.mask(of: x)
        if let mask, scope.shape(of: mask) != [shape[0], shape[1]] {
            throw scope.error("a mask of \(scope.shape(of: mask)) does not fit sequences of \(shape)")
        }
    }

    /// The sequence and its mask, (batch, time, …) whichever way they came.
    func batchMajor(_ isTimeMajor: Bool, in g: GraphBuilder) -> (Value, Value?) {
        isTimeMajor ? (g.swappingFirstTwo(x), mask.map { g.swappingFirstTwo($0) }) : (x, mask)
    }
}

extension LayerScope {
    /// - Throws: `LayerError` unless the states given have the shapes they should, of one example each.
    func requireStates(_ states: [Value]?, _ shapes: [Shape], batch: Int) throws {
        for (state, expected) in zip(states ?? [], shapes) where shape(of: state) != expected.batched(batch) {
            throw error("an initial state should be \(expected), and is \(shape(of: state).droppingFirst)")
        }
    }
}

extension GraphBuilder {
    func swappingFirstTwo(_ x: Value) -> Value {
        transpose(x, [1, 0] + Array(2..<max(shape(of: x).rank, 2)))
    }

    /// (batch, time, rest…) → (batch, rest…) of one step.
    func step(_ x: Value, _ time: Int) -> Value {
        let shape = shape(of: x)
        return reshape(
            slice(x, axis: 1, from: time, count: 1), Shape([shape[0]] + shape.dimensions.dropFirst(2)))
    }
}
